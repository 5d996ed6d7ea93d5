"""The one query class that the SDK lacks, and the data source every board reads."""

from typing import Any, Literal

from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models.common import DataSourceRef

PLUGIN = "grafana-clickhouse-datasource"
PLUGIN_VERSION = "4.20.0"
DATA_SOURCE = DataSourceRef(type_val=PLUGIN, uid="ioc-clickhouse")


class Query(variants.Dataquery, builder.Builder[Any]):
    """One statement for the ClickHouse plugin.

    `note=True` makes it the panel's hidden second query: Grafana does not run it, the wall draws it at the
    right of the panel's heading.
    """

    def __init__(
        self, sql: str, *, kind: Literal["table", "timeseries"] = "table", note: bool = False
    ) -> None:
        self._json: dict[str, object] = {
            "refId": "B" if note else "A",
            "datasource": {"type": PLUGIN, "uid": DATA_SOURCE.uid},
            "editorType": "sql",
            "queryType": kind,
            "format": {"timeseries": 0, "table": 1}[kind],
            "pluginVersion": PLUGIN_VERSION,
            "rawSql": " ".join(sql.split()),
        }
        if note:
            self._json["hide"] = True

    def build(self) -> "Query":
        return self

    def to_json(self) -> dict[str, object]:
        return self._json
