"""The ranking of units: our scores with what they rest on, the portal's own beside ours.

A unit is ranked only when its score rests on enough cases; the others are listed below, without a place.
"""

from functools import partial
from typing import Any

from grafana_foundation_sdk.builders import dashboard as d

from dashboards.boards import panels
from dashboards.boards.canvas import Piece, Place, begun, placed
from dashboards.boards.catalogue import Facts
from dashboards.boards.domains import head, tiles
from dashboards.boards.links import row_board, row_evidence
from dashboards.boards.panels import Said
from dashboards.boards.parts import UNIT, WINDOW, Bounds, plain, prop, short, short_names, steps
from dashboards.boards.period import UNITS_SHOWN

UID = "ranking"
SCORE, INDEX = "unit_dx_score", "service_index_766"
GRADES: Bounds = (("act", None), ("warn", 50), ("info", 70), ("good", 80))
"""Weak below 50, average below 70, fair below 80, good from 80: the portal's grades."""


def board(facts: Facts) -> d.Dashboard:
    title = "Xếp hạng đơn vị"
    made = begun(
        UID,
        title,
        "Điểm chuyển đổi số và điểm theo Quyết định 766, chỉ xếp hạng khi đủ số trường hợp.",
        facts,
        windows=("month", "ytd"),
        window="ytd",
        refresh="30s",
    )
    rows: list[tuple[int, list[Piece]]] = [head(title, facts)]
    rows += [(size, list(row)) for size, row in tiles(facts.known((SCORE, INDEX)))]
    rows += [
        (
            11,
            [
                piece
                for piece in (
                    Piece("dx", 12, partial(_places, facts, SCORE)) if SCORE in facts.measures else None,
                    Piece("766", 12, partial(_official, facts)) if INDEX in facts.measures else None,
                )
                if piece
            ],
        )
    ]
    if SCORE in facts.measures:
        rows.append(
            (9, [Piece("pillars", 14, partial(_pillars, facts)), Piece("bars", 10, partial(_bars, facts))])
        )
    for panel in placed(rows):
        made = made.with_panel(panel)
    return made


def _ranked(kpi: str) -> str:
    """Units beneath with their score, cases and place; NULL: too few cases, or none."""
    return f"""
    SELECT v.unit AS unit, {short("units", "v.unit", "u.name")} AS unit_name, v.value AS score,
      v.cases AS cases, v.change AS change, v.band != 'grey' AND isNotNull(v.value) AS enough,
      if(enough, rank() OVER (PARTITION BY enough ORDER BY v.value DESC), NULL) AS place
    FROM (
      SELECT unit, value, cases, change, toString(band) AS band FROM ioc_read.values_now
      WHERE kpi = '{kpi}' AND dim = '' AND toString(window) = {WINDOW}
    ) AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
    WHERE u.parent = {UNIT}
    """  # noqa: S608


def _places(facts: Facts, kpi: str, at: Place) -> Any:
    measure = facts.measures[kpi]
    sql = f"""
    SELECT unit, ifNull(toString(place), '–') AS ranked, unit_name, score, change, cases,
      if(enough, '', 'Chưa đủ số liệu') AS remark
    FROM ({_ranked(kpi)}) ORDER BY place ASC NULLS LAST, score DESC NULLS LAST, unit LIMIT {UNITS_SHOWN}
    """  # noqa: S608
    said = Said(
        "Xếp hạng chuyển đổi số",
        f"{measure.meaning} Đơn vị chưa đủ số thành phần đo được thì không xếp hạng.",
        every="30s",
    )
    shown = {
        "ranked": "Hạng",
        "unit_name": "Đơn vị",
        "score": "Điểm",
        "change": "So hôm qua",
        "cases": "Thành phần",
        "remark": "Ghi chú",
    }
    props = {
        "score": [prop("decimals", 1), *panels.toned(GRADES), row_evidence(kpi)],
        "change": [prop("decimals", 1)],
        "unit_name": [row_board("Xem đơn vị này", "leadership")],
    }
    return panels.hide(panels.rows(said, sql, shown, at, props), "unit")


def _official(facts: Facts, at: Place) -> Any:
    """Our points beside those that the portal published last, of the same kind of period."""
    measure = facts.measures[INDEX]
    sql = f"""
    WITH totals AS (
      SELECT unit, period, toFloat64(sum(score)) AS points FROM ioc_read.qd766_official
      WHERE metric = '' AND length(period) = if({WINDOW} = 'month', 7, 4) AND NOT match(period, 'Q')
      GROUP BY unit, period
    )
    SELECT r.unit AS unit, ifNull(toString(r.place), '–') AS ranked, r.unit_name AS unit_name,
      r.score AS score,
      o.official AS official, r.score - o.official AS difference, o.published AS published, r.cases AS cases
    FROM ({_ranked(INDEX)}) AS r
    LEFT JOIN (
      SELECT unit, argMax(toNullable(points), period) AS official, max(period) AS published
      FROM totals GROUP BY unit
    ) AS o ON o.unit = r.unit
    ORDER BY r.place ASC NULLS LAST, score DESC NULLS LAST, unit LIMIT {UNITS_SHOWN}
    """  # noqa: S608
    said = Said(
        "Xếp hạng theo Quyết định 766",
        f"{measure.meaning} Bên cạnh là điểm Cổng Dịch vụ công quốc gia đã công bố (kỳ gần nhất đã nạp).",
        every="30s",
    )
    shown = {
        "ranked": "Hạng",
        "unit_name": "Đơn vị",
        "score": "Điểm của ta",
        "official": "Điểm công bố",
        "difference": "Chênh lệch",
        "published": "Kỳ công bố",
        "cases": "Hồ sơ",
    }
    figures = {name: [prop("decimals", 2)] for name in ("official", "difference")}
    props = figures | {
        "score": [prop("decimals", 2), *panels.toned(GRADES), row_evidence(INDEX)],
        "unit_name": [row_board("Xem đơn vị này", "public-services")],
    }
    return panels.hide(panels.rows(said, sql, shown, at, props), "unit")


def _pillars(facts: Facts, at: Place) -> Any:
    short_ones = short_names("pillars")
    pillars = (*facts.measures[SCORE].pillars, ("measured", "Phần đo được"))
    names = {pillar: short_ones.get(pillar, name) for pillar, name in pillars}
    columns = ", ".join(f"anyIf(v.value, v.dim = '{pillar}') AS {pillar}" for pillar in names)
    sql = f"""
    SELECT {short("units", "v.unit", "any(u.name)")} AS unit_name, {columns}
    FROM (
      SELECT unit, toString(dim) AS dim, value FROM ioc_read.values_now
      WHERE kpi = '{SCORE}' AND dim != '' AND toString(window) = {WINDOW}
    ) AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
    WHERE u.parent = {UNIT} GROUP BY v.unit ORDER BY measured DESC NULLS LAST, v.unit LIMIT {UNITS_SHOWN}
    """  # noqa: S608
    said = Said(
        "Từng trụ cột",
        "Điểm từng trụ cột; phần đo được là điểm không tính phần đơn vị tự khai.",
        decimals=1,
        every="30s",
    )
    return panels.rows(said, sql, {"unit_name": "Đơn vị"} | names, at)


def _bars(facts: Facts, at: Place) -> Any:
    measure = facts.measures[SCORE]
    sql = f"""
    SELECT unit_name, score FROM ({_ranked(SCORE)}) WHERE enough ORDER BY score DESC, unit LIMIT 8
    """  # noqa: S608
    said = Said(
        "Cao nhất", f"{measure.name}: tám đơn vị cao nhất trong số đủ điều kiện xếp hạng.", decimals=1
    )
    return panels.bars(said, sql, "score", at, top=100).thresholds(plain(steps(GRADES)))
