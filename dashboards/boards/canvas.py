"""A board as rows of pieces: places without holes or overlaps, ids that a new panel does not move."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.cog import builder
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.catalogue import Facts
from dashboards.boards.clickhouse import DATA_SOURCE
from dashboards.boards.links import CONSOLE

COLUMNS = 24
WINDOWS = {"day": "Hôm nay", "week": "Tuần này", "month": "Tháng này", "ytd": "Năm nay"}
Place = dm.GridPos
Make = Callable[[Place], Any]


@dataclass(frozen=True)
class Piece:
    """One panel of a row. `name` identifies it for good; `weight`: its share of the row's width."""

    name: str
    weight: int
    make: Make


class Placed(builder.Builder[Any]):
    """A panel with its place and its id."""

    def __init__(self, piece: Piece, at: dm.GridPos) -> None:
        self._panel = piece.make(at).build()
        self._panel.grid_pos = at
        self._panel.id_val = identity(piece.name)

    def build(self) -> Any:
        return self._panel


def identity(name: str) -> int:
    """A panel's id from its name: the same however many panels come before it."""
    return zlib.crc32(name.encode()) % 1_000_000 + 1


def placed(rows: Sequence[tuple[int, Sequence[Piece]]]) -> list[Placed]:
    """Rows of pieces (height, pieces) from the top; a row without pieces takes no room."""
    found, y = [], 0
    for height, pieces in rows:
        if not pieces:
            continue
        x = 0
        for piece, width in zip(pieces, widths([piece.weight for piece in pieces]), strict=True):
            found.append(Placed(piece, dm.GridPos(x=x, y=y, w=width, h=height)))
            x += width
        y += height
    return found


def widths(weights: Sequence[int]) -> list[int]:
    """Columns for each weight, all of them given away."""
    edges = [round(COLUMNS * sum(weights[:at]) / sum(weights)) for at in range(len(weights) + 1)]
    return [right - left for left, right in pairwise(edges)]


def begun(
    uid: str,
    title: str,
    description: str,
    facts: Facts,
    *,
    windows: Sequence[str] = tuple(WINDOWS),
    window: str = "month",
    since: str = "now-30d",
    refresh: str = "5s",
) -> d.Dashboard:
    """A board with what all have: variables, time, links to its sisters. `window`: the one first shown."""
    units = (
        d.QueryVariable("unit")
        .label("Đơn vị")
        .datasource(DATA_SOURCE)
        .query("SELECT code, name FROM ioc_read.units ORDER BY code")
        .refresh(dm.VariableRefresh.ON_DASHBOARD_LOAD)
        .current(dm.VariableOption(text=facts.root_name, value=facts.root))
    )
    periods = (
        d.CustomVariable("window")
        .label("Kỳ")
        .values(", ".join(f"{WINDOWS[name]} : {name}" for name in windows))
        .options([_option(name, window) for name in windows])
        .current(_option(window, window))
    )
    sisters = (
        d.DashboardLink("Các bảng").type(dm.DashboardLinkType.DASHBOARDS).tags(["ioc"]).as_dropdown(True)
    )
    return (
        d.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["ioc"])
        .refresh(refresh)
        .time(since, "now")
        .timezone("Asia/Ho_Chi_Minh")
        .readonly()
        .with_variable(units)
        .with_variable(periods)
        .with_variable(d.ConstantVariable(CONSOLE).value(facts.console))
        .link(sisters.keep_time(False).include_vars(True))
    )


def _option(name: str, chosen: str) -> dm.VariableOption:
    return dm.VariableOption(selected=name == chosen, text=WINDOWS[name], value=name)
