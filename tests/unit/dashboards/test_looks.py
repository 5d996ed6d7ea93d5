"""What each kind of panel makes of its rows: words, bands with a shape, links, a dash where nothing is."""

import re
from datetime import timedelta
from typing import Any

import pytest

from dashboards.style import DARK
from dashboards.wall.board import Board, BoardError, Panel
from dashboards.wall.panels import Scene, draw, look
from dashboards.wall.poller import Frame, PanelData
from dashboards.wall.source import Table
from tests.unit.dashboards.conftest import NOW
from tests.unit.dashboards.panels_made_up import BANDS, drawn, panel

HOSTILE = '<img src=x onerror="alert(1)">&\'"'
TEXT = {"displayName": "Đơn vị"}
COLOURED = {"unit": "percent", "decimals": 1, "thresholds": BANDS,
            "custom__cellOptions": {"type": "color-text"}}  # fmt: skip
DAYS = [NOW - timedelta(days=back) for back in (2, 1, 0)]
VERDICTS = [{"type": "value", "options": {
    "green": {"text": "■ Đạt", "color": DARK["good"], "index": 0},
    "red": {"text": "▼ Thấp", "color": DARK["act"], "index": 1}}}]  # fmt: skip


def words(html: str) -> str:
    """What is left to read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def table(wide: int = 12, **columns: Any) -> Panel:
    return panel("table", {"name": TEXT, **columns}, options={"showHeader": True}, wide=wide)


def test_a_table_has_a_heading_and_bands_with_a_shape() -> None:
    made = drawn(
        table(rate={"displayName": "Đúng hạn", **COLOURED}), ("name", "rate"), ("A", 96.24), ("B", 91)
    )
    assert re.search(r"<th[^>]*>Đơn vị</th>", made.html) and re.search(r"<th[^>]*>Đúng hạn</th>", made.html)
    assert "■ 96,2 %" in made.html and "▲ 91,0 %" in made.html
    assert 'class="num mapped-good"' in made.html and 'class="num mapped-warn"' in made.html
    assert "lúc 10:42" in made.html


def test_what_is_not_known_is_a_dash() -> None:
    made = drawn(table(rate={"displayName": "Đúng hạn", **COLOURED}), ("name", "rate"), ("A", None))
    assert words(made.html).endswith("A —")


def test_a_list_of_a_known_store_without_rows_says_what_the_board_says() -> None:
    empty = panel(
        "table", {"name": TEXT}, options={"showHeader": True}, defaults={"noValue": "Không có ngoại lệ"}
    )
    assert "Không có ngoại lệ" in drawn(empty, ("name",)).html
    unread = look(empty)(empty, PanelData(), Scene(Frame({}, NOW, NOW), NOW))
    assert "Đang đọc" in unread.html and "Không có" not in unread.html


def test_rows_beyond_the_most_are_counted() -> None:
    made = drawn(table(), ("name",), *[(f"đơn vị {at}",) for at in range(60)])
    assert (
        made.html.count("data-row") == 24
        and 'data-rest="36"' in made.html
        and 'data-say="…và {n} dòng khác"' in made.html
    )
    units = table(unit={"custom__hidden": True})
    assert 'data-say="…và {n} đơn vị khác"' in drawn(units, ("name", "unit"), ("A", "G09.1")).html


def test_columns_without_room_go_to_a_second_line_with_their_names() -> None:
    columns = {
        "now": {"displayName": "Hiện nay"},
        "wanted": {"displayName": "Đích"},
        "state": {"displayName": "Tình trạng", "mappings": VERDICTS},
    }
    row = ("Hồ sơ giải quyết đúng hạn", "61,8 %", "80 %", "red")
    names = ("name", "now", "wanted", "state")
    narrow = words(drawn(table(wide=5, **columns), names, row).html)
    assert narrow.endswith("Hồ sơ giải quyết đúng hạn ▼ Thấp 61,8 % Đích 80 %")
    assert "<th" in drawn(table(wide=24, **columns), names, row).html


def test_rows_lead_on_with_their_values_encoded() -> None:
    board = [{"title": "Xem", "url": "/d/tasks?var-unit=${__data.fields.unit}&var-window=${window}"}]
    case = [{"title": "Mở", "url": "${console}/console/case/${__data.fields.subject:percentencode}"}]
    made = drawn(
        table(name={**TEXT, "links": board}, days={"links": case}, subject={"custom__hidden": True}),
        ("name", "days", "subject", "unit"),
        ("A", 3, 'HS/1?"<', "G09.915&x=1"),
    )
    assert 'href="/wall/tasks?unit=G09.915%26x%3D1&amp;window=month"' in made.html
    assert 'href="/console/case/HS%2F1%3F%22%3C"' in made.html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example/d/x", "/etc", "https://evil.example/d/a"]
)
def test_a_link_to_anywhere_else_is_an_error(url: str) -> None:
    leading = table(name={"links": [{"title": "x", "url": url}]})
    with pytest.raises(BoardError, match="expected another board"):
        drawn(leading, ("name",), ("A",))


def test_a_tile_leads_to_the_board_of_its_domain() -> None:
    links = [{"title": "Xem", "url": "/d/people?var-unit=${unit}&var-window=${window}"}]
    made = drawn(panel("stat", {"value": {}}, links=links), ("value", "verdict"), (1.0, "green"))
    assert 'href="/wall/people?unit=G09&amp;window=month"' in made.html


def test_numbers_stand_side_by_side_with_their_names() -> None:
    columns: dict[str, dict[str, Any]] = {
        "late": {"displayName": "Quá hạn", "thresholds": BANDS},
        "all": {"displayName": "Tất cả"},
    }
    made = words(drawn(panel("stat", columns), ("late", "all", "else"), (3, 1234, 9)).html)
    assert "▼ 3 Quá hạn" in made and "1.234 Tất cả" in made and "9" not in made.replace("1.234", "")


def test_a_dial_says_its_band_and_its_end() -> None:
    dial = panel("gauge", defaults={"min": 0, "max": 10, "thresholds": {
        "mode": "absolute", "steps": [
            {"color": DARK["act"], "value": None}, {"color": DARK["good"], "value": 10}]}},
    )  # fmt: skip
    made = drawn(dial, ("value",), (7,))
    assert made.tone == "act" and "▼ Còn xa mức 10" in made.html and "--share: 0.7000" in made.html
    none = drawn(dial, ("value",))
    assert none.tone == "none" and "Không có dữ liệu" in none.html and ">—<" in none.html


def test_bars_take_the_colour_of_their_band_and_the_end_of_their_scale() -> None:
    rates = panel("bargauge", defaults={"unit": "percent", "max": 100, "thresholds": BANDS, "decimals": 0})
    made = drawn(rates, ("kind", "value"), ("Chữ ký số", 50.0), ("Thẻ", 97.0))
    assert "width:50.0%" in made.html and "▼ 50 %" in made.html and "■ 97 %" in made.html


def test_parts_of_a_bar_are_marked_and_told_in_words() -> None:
    parts = panel("barchart", {
        "done": {"displayName": "Xong", "color": {"mode": "fixed", "fixedColor": DARK["good"]}},
        "late": {"displayName": "Trễ", "color": {"mode": "fixed", "fixedColor": DARK["act"]}}},
    )  # fmt: skip
    made = drawn(parts, ("program", "done", "late"), ("NQ 57", 6, 2), ("NQ 71", 4, 0))
    assert 'aria-label="Xong 6, Trễ 2"' in made.html and "● 6" in made.html and "■ 2" in made.html
    assert "width:75.00%" in made.html and "part-act" in made.html


def test_the_sum_of_the_longest_bar_has_room_at_its_end() -> None:
    few, many = (
        drawn(panel("barchart", {}), ("name", "bad"), ("Hội", 8), ("Thi đua", count)).html
        for count in (12, 51_940)
    )
    assert "--sum: 4.64rem" in few and "--sum: 6.96rem" in many


def test_days_judged_alike_are_one_run_with_a_sign() -> None:
    states = panel("state-timeline", defaults={"unit": "string", "mappings": VERDICTS}, wide=24)
    rows = [(day, verdict, None) for day, verdict in zip(DAYS, ("green", "green", "red"), strict=True)]
    made = drawn(states, ("time", "Đúng hạn", "Khác"), *rows)
    assert "flex-grow:2" in made.html and "flex-grow:3" in made.html
    assert 'aria-label="21/11–22/11: Đạt; 23/11–23/11: Thấp"' in made.html
    assert "không có dữ liệu" in made.html and "▼ Thấp" in words(made.html)


def test_lines_have_a_mark_a_newest_value_and_words() -> None:
    columns: dict[str, dict[str, Any]] = {
        "a": {"displayName": "Đến", "color": {"mode": "fixed", "fixedColor": DARK["info"]}},
        "b": {"displayName": "Giây", "unit": "s", "decimals": 1},
    }
    made = drawn(panel("timeseries", columns), ("time", "a", "b"), *[(day, 5, 0.5) for day in DAYS])
    assert made.chart is not None and len(made.chart["baseOption"]["yAxis"]) == 2
    assert "● Đến 5" in words(made.html) and "■ Giây 0,5 giây" in words(made.html)
    assert "Đến: 5 (23/11)" in made.html
    assert drawn(panel("timeseries", columns), ("time", "a", "b"), (DAYS[0], None, None)).chart is None


def test_columns_over_time_begin_at_nothing() -> None:
    bars = panel("timeseries", {"n": {"displayName": "Đến"}}, defaults={"custom": {"drawStyle": "bars"}})
    made = drawn(bars, ("time", "n"), *[(day, 590 + at) for at, day in enumerate(DAYS)])
    assert made.chart is not None
    assert made.chart["baseOption"]["yAxis"][0]["min"] == 0
    assert made.chart["baseOption"]["series"][0]["type"] == "bar"


KINDS: list[tuple[Panel, tuple[str, ...], tuple[Any, ...]]] = [
    (table(), ("name", "more"), (HOSTILE, HOSTILE)),
    (table(wide=4), ("name", "more"), (HOSTILE, HOSTILE)),
    (panel("table", {"name": TEXT}, options={"showHeader": False}), ("name", "n"), (HOSTILE, 3)),
    (panel("bargauge"), ("kind", "value"), (HOSTILE, 3)),
    (panel("barchart", {"n": {"displayName": "Số"}}), ("kind", "n"), (HOSTILE, 3)),
    (panel("stat", {"a": {"displayName": "Tên"}}), ("a",), (HOSTILE,)),
    (panel("stat", {"age_s": {}}), ("name", "age_s", "state", "interval_s"), (HOSTILE, 3, "live", 30)),
    (panel("stat", {"value": {}}), ("value", "verdict", "coverage", "cases", "noun"),
     (1.0, HOSTILE, HOSTILE, 3, HOSTILE)),
    (panel("state-timeline", defaults={"mappings": VERDICTS}), ("time", HOSTILE), (NOW, HOSTILE)),
    (panel("timeseries", {"n": {"displayName": HOSTILE}}), ("time", "n"), (NOW, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("made", "columns", "row"), KINDS)
def test_hostile_words_stay_words(made: Panel, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
    html = drawn(made, columns, row).html
    assert "<img" not in html and 'onerror="' not in html
    assert "&lt;img" in html


@pytest.mark.parametrize(("made", "columns", "row"), KINDS)
def test_every_kind_looks_old_when_the_store_is_lost(
    made: Panel, columns: tuple[str, ...], row: tuple[Any, ...]
) -> None:
    shown = drawn(made, columns, row, later=timedelta(seconds=25))
    assert shown.tone == "old" and "DỮ LIỆU CŨ" in shown.html


def test_a_panel_whose_rows_are_not_what_it_needs_spoils_itself_only(board: Board) -> None:
    trend = next(one for one in board.panels if one.type == "timeseries")
    tables = {"A": Table(("value",), ((1.0,),)), "B": Table((), ())}
    shown = draw(board, Scene(Frame({trend.id: PanelData(tables, NOW)}, NOW, NOW), NOW))
    assert "Không vẽ được" in shown[trend.id].html
    assert sum("Không vẽ được" in one.html for one in shown.values()) == 1


@pytest.mark.parametrize(
    "odd",
    [{"type": "piechart"}, {"type": "row"}, {"options": {"sparkle": 1}}, {"repeat": "unit"}],
)
def test_what_no_board_uses_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"type|sparkle|repeat"):
        Panel.model_validate(table().model_dump() | odd)
