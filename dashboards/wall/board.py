"""A generated board, read strictly: a panel type or an option that the wall does not know is an error.

The wall draws a subset of Grafana's classic dashboards. Reading fails loudly so that a board cannot quietly
look different here and in Grafana.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dashboards.wall.choices import Templating, TimeRange
from dashboards.wall.words import NO_DATA
from ioc.errors import IocError

GENERATED = Path(__file__).parent.parent / "generated"
FIRST = "operations-wall"
"""The board that a wall shows when nobody asks for another."""
COLUMNS = 24
"""Grafana's grid is 24 columns wide."""


class BoardError(IocError):
    """A board file is missing, or asks for something that the wall cannot draw."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataSource(Strict):
    type: Literal["grafana-clickhouse-datasource"]
    uid: Literal["ioc-clickhouse"]


class Target(Strict):
    """One query of a panel. A hidden one feeds the wall's notes; Grafana does not run it."""

    refId: str
    datasource: DataSource
    editorType: Literal["sql"]
    queryType: Literal["table", "timeseries"]
    format: Literal[0, 1]
    pluginVersion: str
    rawSql: str
    hide: bool = False


class Grid(Strict):
    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(gt=0, le=COLUMNS)]
    h: Annotated[int, Field(gt=0)]


class Mapped(Strict):
    text: str
    color: str | None = None
    index: int | None = None


class Mapping(Strict):
    type: Literal["value"]
    options: dict[str, Mapped]


class Step(Strict):
    value: float | None = None
    color: str


class Thresholds(Strict):
    mode: Literal["absolute"]
    steps: list[Step]


Unit = Literal[
    "percent", "short", "s", "ms", "m", "string", "time:HH:mm:ss", "dateTimeFromNow", "time:DD/MM HH:mm",
    "time:DD/MM/YYYY", "none",
]  # fmt: skip


class Link(Strict):
    """Where a panel, or a row's value, leads to: another board (`/d/uid`) or a page of the console."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    url: str


class Defaults(Strict):
    unit: Unit | None = None
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    noValue: str = NO_DATA
    displayName: str | None = None
    mappings: list[Mapping] = []
    thresholds: Thresholds | None = None
    color: dict[str, str] | None = None
    custom: dict[str, Any] = {}
    links: list["Link"] = []


class Matcher(Strict):
    id: Literal["byName"]
    options: str


PropertyId = Literal[
    "unit", "decimals", "displayName", "mappings", "thresholds", "color", "custom.lineStyle",
    "custom.hideFrom", "custom.width", "custom.align", "custom.drawStyle", "custom.showPoints",
    "custom.cellOptions", "custom.hidden", "custom.lineWidth", "custom.fillOpacity", "custom.pointSize",
    "custom.stacking", "links", "min", "max",
]  # fmt: skip


class Property(Strict):
    id: PropertyId
    value: Any


class Override(Strict):
    matcher: Matcher
    properties: list[Property]


class FieldConfig(Strict):
    defaults: Defaults = Defaults()
    overrides: list[Override] = []


STAT = {"colorMode", "graphMode", "justifyMode", "orientation", "percentChangeColorMode", "reduceOptions",
        "showPercentChange", "textMode", "wideLayout", "text"}  # fmt: skip
OPTIONS: dict[str, set[str]] = {
    "stat": STAT,
    "timeseries": {"legend", "tooltip"},
    "bargauge": {"displayMode", "legend", "maxVizHeight", "minVizHeight", "minVizWidth", "namePlacement",
                 "orientation", "reduceOptions", "showUnfilled", "sizing", "valueMode", "text"},
    "table": {"cellHeight", "footer", "frameIndex", "showHeader", "showTypeIcons"},
    "text": {"content", "mode"},
    "gauge": {"minVizHeight", "minVizWidth", "orientation", "reduceOptions", "showThresholdLabels",
              "showThresholdMarkers", "sizing", "text"},
    "barchart": {"barRadius", "barWidth", "colorByField", "fullHighlight", "groupWidth", "legend",
                 "orientation", "showValue", "stacking", "text", "tooltip", "xField", "xTickLabelMaxLength",
                 "xTickLabelRotation", "xTickLabelSpacing"},
    "state-timeline": {"alignValue", "legend", "mergeValues", "perPage", "rowHeight", "showValue", "timezone",
                       "tooltip"},
}  # fmt: skip
"""Panel types that the wall draws, with the options it knows (most only matter to Grafana)."""


class Equal(Strict):
    id: Literal["equal"]
    options: dict[Literal["value"], str]


class Filter(Strict):
    fieldName: str
    config: Equal


class Filters(Strict):
    filters: list[Filter]
    match: Literal["all"]
    type: Literal["include"]


class Transformation(Strict):
    """Rows that are kept; tables without the field are left as they are, as Grafana does."""

    id: Literal["filterByValue"]
    options: Filters


class Panel(Strict):
    id: int
    type: Literal["stat", "timeseries", "bargauge", "table", "text", "gauge", "barchart", "state-timeline"]
    title: str
    description: str
    gridPos: Grid
    options: dict[str, Any]
    fieldConfig: FieldConfig = FieldConfig()
    datasource: DataSource | None = None
    targets: list[Target] = []
    transformations: list[Transformation] = []
    interval: Literal["1s", "5s", "30s"] = "1s"
    transparent: bool = False
    repeatDirection: Literal["h"] = "h"
    links: list[Link] = []

    @model_validator(mode="after")
    def _known_options(self) -> Self:
        unknown = sorted(set(self.options) - OPTIONS[self.type])
        if unknown:
            raise ValueError(f"panel {self.id} ({self.type}) has options unknown to the wall: {unknown}")
        return self

    @property
    def every(self) -> int:
        """Seconds between two reads of this panel."""
        return int(self.interval.removesuffix("s"))

    @property
    def pressing(self) -> bool:
        """Whether it shows what somebody must act on at once: its seconds count, also of a busy store."""
        return self.every == 1 and any("ioc_read.alerts" in target.rawSql for target in self.targets)

    @property
    def only(self) -> dict[str, str]:
        """Field → value of the rows this panel keeps."""
        filters = [one for each in self.transformations for one in each.options.filters]
        return {one.fieldName: one.config.options["value"] for one in filters}

    @property
    def principal(self) -> str:
        """The field a stat panel is about: the first one its overrides name ("" for other panels)."""
        return self.fieldConfig.overrides[0].matcher.options if self.fieldConfig.overrides else ""

    def setting(self, field: str, name: str) -> Any:
        """A field's setting: its override, or None."""
        for override in self.fieldConfig.overrides:
            if override.matcher.options == field:
                for one in override.properties:
                    if one.id == name:
                        return one.value
        return None

    def mapped(self, field: str, value: object) -> Mapped | None:
        """The words and colour that stand for a field's value."""
        raw = self.setting(field, "mappings")
        for mapping in [Mapping.model_validate(one) for one in raw or ()]:
            if str(value) in mapping.options:
                return mapping.options[str(value)]
        return None


class Board(Strict):
    uid: str
    title: str
    description: str
    panels: list[Panel]
    templating: Templating
    time: TimeRange
    timezone: Literal["Asia/Ho_Chi_Minh"]
    refresh: Literal["5s", "30s"]
    schemaVersion: Literal[42]
    tags: list[str]
    editable: Literal[False]
    graphTooltip: int
    fiscalYearStartMonth: int
    annotations: dict[str, Any]
    timepicker: dict[str, Any] = {}
    links: list[dict[str, Any]] = []

    @property
    def variables(self) -> dict[str, str]:
        return {one.name: one.value for one in self.templating.list}

    @property
    def rows(self) -> int:
        """Height of the grid."""
        return max(panel.gridPos.y + panel.gridPos.h for panel in self.panels)


def load(uid: str, folder: Path = GENERATED) -> Board:
    """The generated board of that uid. Raises `BoardError` naming the file and what is wrong with it."""
    path = folder / f"{uid}.json"
    try:
        return Board.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BoardError(f"{path.name}: no such board; run `ioc boards generate`") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BoardError(f"{path.name}: {where}: {first['msg']}") from None


def boards(folder: Path = GENERATED, first: str = FIRST) -> dict[str, Board]:
    """Every board of the folder by uid, the first one first. Raises `BoardError`."""
    uids = sorted((path.stem for path in folder.glob("*.json")), key=lambda uid: (uid != first, uid))
    if not uids:
        raise BoardError(f"{folder.name}: no board; run `ioc boards generate`")
    return {uid: load(uid, folder) for uid in uids}
