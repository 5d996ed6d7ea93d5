"""Grafana boards as code."""

import warnings

# The SDK marks its classic (v1) dashboards as deprecated while it is imported. They are what file
# provisioning reads; Grafana 13 rejects v2 files there.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders import bargauge, dashboard, stat, table, text, timeseries

__all__ = ["bargauge", "dashboard", "stat", "table", "text", "timeseries"]
