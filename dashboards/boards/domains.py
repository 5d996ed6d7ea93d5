"""One board for each domain of KPIs, made from the catalogue: a new KPI file is on its board by itself.

The first eight KPIs are tiles, the others lines of a table; those that a board names come first. A domain
that no board is made for gets one of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from grafana_foundation_sdk.builders import dashboard as d

from dashboards.boards import panels, period, trust
from dashboards.boards.canvas import Piece, Place, begun, placed
from dashboards.boards.catalogue import Facts
from dashboards.boards.clickhouse import Query
from dashboards.boards.kpi import Measure, tile
from dashboards.boards.links import HOMES, board_link, home, row_board
from dashboards.boards.panels import Said
from dashboards.boards.parts import VERDICT_UP, mapping, prop, short_names
from dashboards.boards.trend import trend

TILES = 8
ACROSS, ONE_ROW = 4, 5
"""Tiles in a row of several rows, and the most that still stand in one row."""
COLUMNS = 4
"""KPIs side by side in the table of units."""

Rows = Sequence[tuple[int, Sequence[Piece]]]


@dataclass(frozen=True)
class Domain:
    """A board over one or more domains of the catalogue. `first`: KPIs in the order of their importance."""

    uid: str
    title: str
    description: str
    first: tuple[str, ...] = ()
    trend: str = ""
    units: tuple[str, ...] = ()
    more: Callable[[Facts], Rows] = lambda facts: ()
    about: bool = True
    """Trend and units stand beneath the tiles, as on every board that has nothing better to say there."""
    refresh: str = "5s"
    since: str = "now-30d"

    @property
    def domains(self) -> tuple[str, ...]:
        return HOMES.get(self.uid, (self.uid,))


def board(domain: Domain, facts: Facts) -> d.Dashboard:
    """The board of a domain, over the unit and period chosen on it."""
    made = begun(
        domain.uid, domain.title, domain.description, facts, since=domain.since, refresh=domain.refresh
    )
    measures = ordered(domain, facts)
    rows = [head(domain.title, facts), *tiles(measures[:TILES]), *_about(domain, facts, measures)]
    for panel in placed([*rows, *domain.more(facts)]):
        made = made.with_panel(panel)
    return made


def ordered(domain: Domain, facts: Facts) -> list[Measure]:
    """All KPIs of its domains: those named first, then the others by name of file."""
    all_of_it = facts.of(*domain.domains)
    rank = {kpi: at for at, kpi in enumerate(domain.first)}
    return sorted(all_of_it, key=lambda each: (rank.get(each.id, len(rank)), each.id))


def head(title: str, facts: Facts, note: str = "") -> tuple[int, list[Piece]]:
    """What the board is, and how far its data reach."""
    content = f"# {title}\n{note or facts.root_name} · Trung tâm điều hành thông minh"
    return 3, [
        Piece("title", 14, partial(panels.words, content, "Tên bảng và cơ quan.")),
        Piece("reach", 10, trust.reach),
    ]


def tiles(measures: Sequence[Measure], *, links: bool = False) -> Rows:
    """KPIs as tiles, in rows of equal length; `links`: each leads to the board of its domain."""
    if not measures:
        return []
    values = Query(period.values(measures))
    height = 7 if len(measures) <= ONE_ROW else 5
    across = max(-(-len(measures) // -(-len(measures) // ACROSS)), 1) if len(measures) > ONE_ROW else ONE_ROW
    leads = {each.id: [board_link("Xem lĩnh vực", home(each.domain))] if links else [] for each in measures}
    made = [
        Piece(f"kpi {each.id}", 1, partial(tile, each, values, leads=leads[each.id])) for each in measures
    ]
    return [(height, made[at : at + across]) for at in range(0, len(made), across)]


def _about(domain: Domain, facts: Facts, measures: Sequence[Measure]) -> Rows:
    """What stands beneath the tiles: the trend of the first KPI, the units side by side, the other KPIs."""
    pieces = []
    if not domain.about:
        return [(8, [Piece("others", 24, partial(others, rest))])] if (rest := measures[TILES:]) else []
    if found := facts.known([domain.trend]) or measures[:1]:
        pieces.append(Piece(f"trend {found[0].id}", 8, partial(line, found[0])))
    if side := facts.known(domain.units) or measures[:COLUMNS]:
        pieces.append(Piece("units", 9, partial(units, side[:COLUMNS], domain.uid)))
    if rest := measures[TILES:]:
        pieces.append(Piece("others", 7, partial(others, rest)))
    return [(8, pieces)]


def line(measure: Measure, at: Place) -> Any:
    """A KPI over 30 days with its target."""
    said = Said(
        f"{measure.name}: 30 ngày",
        f"{measure.meaning} 30 ngày gần nhất; đường đứt là mục tiêu.",
        measure.grafana_unit,
        measure.decimals,
        "30s",
    )
    dashed = prop("custom.lineStyle", {"fill": "dash", "dash": [10, 8]})
    panel = panels.lines(
        said,
        trend(measure),
        {"value": "Giá trị", "target": "Mục tiêu"},
        at,
        props={"value": [panels.colour("info")], "target": [panels.colour("ink"), dashed]},
    )
    return panel.override_by_name("restated", [prop("custom.hideFrom", panels.HIDDEN)])


def units(measures: Sequence[Measure], uid: str, at: Place) -> Any:
    """The units beneath side by side; a figure has the colour of its verdict."""
    heads = headings(measures)
    meant = "; ".join(f"{heads[each.id]}: {each.name}" for each in measures if heads[each.id] != each.name)
    said = Said(
        "Theo đơn vị",
        "Các đơn vị trực thuộc, kém nhất trước theo cột đầu. Nhân sự: ô dưới năm người không hiển thị."
        + (f" {meant}." if meant else ""),
    )
    props = {
        each.id: [
            prop("unit", each.grafana_unit),
            prop("decimals", each.decimals),
            *panels.toned(each.bounds),
        ]
        for each in measures
    }
    shown = {"unit_name": "Đơn vị"} | heads
    leads = {"unit_name": [row_board("Xem đơn vị này", uid)]}
    return panels.hide(panels.rows(said, period.by_unit(measures), shown, at, props | leads), "unit")


def headings(measures: Sequence[Measure]) -> dict[str, str]:
    """What KPIs are called at the head of a table's columns: short where there is a short name."""
    known = short_names("columns")
    return {each.id: known.get(each.id, each.name) for each in measures}


def others(measures: Sequence[Measure], at: Place) -> Any:
    """The KPIs that are no tile, line by line."""
    said = Said(
        "Chỉ tiêu khác", "Các chỉ tiêu còn lại của lĩnh vực: giá trị, đánh giá, mục tiêu, số trường hợp."
    )
    shown = {
        "name": "Chỉ tiêu",
        "shown": "Giá trị",
        "verdict": "Đánh giá",
        "target": "Mục tiêu",
        "cases": "Trường hợp",
    }
    return panels.rows(said, period.every(measures), shown, at, {"verdict": [mapping(VERDICT_UP)]})
