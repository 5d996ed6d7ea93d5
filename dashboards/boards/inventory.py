"""What our boards use of Grafana, and nothing else: what a wall must be able to draw."""

from collections.abc import Mapping
from typing import Any

PANELS: Mapping[str, frozenset[str]] = {
    "barchart": frozenset(
        {
            "barRadius",
            "barWidth",
            "fullHighlight",
            "groupWidth",
            "legend",
            "orientation",
            "showValue",
            "stacking",
            "tooltip",
            "xTickLabelMaxLength",
            "xTickLabelRotation",
            "xTickLabelSpacing",
        }
    ),
    "bargauge": frozenset(
        {
            "displayMode",
            "legend",
            "maxVizHeight",
            "minVizHeight",
            "minVizWidth",
            "namePlacement",
            "orientation",
            "reduceOptions",
            "showUnfilled",
            "sizing",
            "valueMode",
        }
    ),
    "gauge": frozenset(
        {
            "minVizHeight",
            "minVizWidth",
            "orientation",
            "reduceOptions",
            "showThresholdLabels",
            "showThresholdMarkers",
            "sizing",
        }
    ),
    "stat": frozenset(
        {
            "colorMode",
            "graphMode",
            "justifyMode",
            "orientation",
            "percentChangeColorMode",
            "reduceOptions",
            "showPercentChange",
            "textMode",
            "wideLayout",
        }
    ),
    "state-timeline": frozenset(
        {"alignValue", "legend", "mergeValues", "perPage", "rowHeight", "showValue", "tooltip"}
    ),
    "table": frozenset({"cellHeight", "footer", "frameIndex", "showHeader", "showTypeIcons"}),
    "text": frozenset({"content", "mode"}),
    "timeseries": frozenset({"legend", "tooltip"}),
}
"""Panel types with their options."""

PROPERTIES = (
    "color",
    "custom.cellOptions",
    "custom.hidden",
    "custom.hideFrom",
    "custom.lineStyle",
    "decimals",
    "displayName",
    "links",
    "mappings",
    "thresholds",
    "unit",
)
"""What columns have set of their own."""


def used(documents: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
    """The same of these boards: types with options, and properties of columns."""
    types: dict[str, frozenset[str]] = {}
    properties: set[str] = set()
    for document in documents.values():
        for panel in document["panels"]:
            types[panel["type"]] = types.get(panel["type"], frozenset()) | set(panel["options"])
            for override in panel.get("fieldConfig", {}).get("overrides", ()):
                properties |= {each["id"] for each in override["properties"]}
    return types, tuple(sorted(properties))
