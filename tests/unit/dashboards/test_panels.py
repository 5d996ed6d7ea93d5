"""Each look, from canned rows: what it says, and that it never says more than it knows."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.wall.answers import Answers
from dashboards.wall.board import Board
from dashboards.wall.panels import Drawn, Scene, chart, draw
from dashboards.wall.panels.ledger import balances
from dashboards.wall.panels.tile import told
from dashboards.wall.poller import Poller
from ioc.clock import FixedClock
from tests.unit.dashboards.conftest import NOW
from tests.unit.dashboards.twin import TILES, Twin

LEVEL, TITLE, REACH, ON_TIME, ONLINE, DOCS, HR, TREND, OVERDUE, URGENT, SOON, SOURCES, LEDGER = range(1, 14)


def drawn(board: Board, twin: Twin, *, later: timedelta = timedelta()) -> dict[int, Drawn]:
    clock = twin.clock
    assert isinstance(clock, FixedClock)
    poller = Poller(board, Answers(twin.open, clock), clock)
    poller.round()
    clock.advance(later)
    return draw(board, Scene(poller.frame, clock.now()))


def test_a_tile_says_all_it_must(board: Board, twin: Twin) -> None:
    tile = drawn(board, twin)[ON_TIME]
    for said in ("Hồ sơ giải quyết đúng hạn", "96,2", "▲ Dưới mục tiêu 100 %", "+0,6 so hôm qua", "lúc 10:42",
                 "1.284 hồ sơ · tháng 11", "22/22 đơn vị", "left:99.2%", "width:96.2%"):  # fmt: skip
        assert said in tile.html
    assert tile.tone == "warn"


def test_a_tile_says_when_what_it_showed_is_known_otherwise_now(board: Board, twin: Twin) -> None:
    twin.restated = {"online_dossier_rate"}
    shown = drawn(board, twin)
    assert "☐ điều chỉnh" in shown[ONLINE].html
    assert "điều chỉnh" not in shown[ON_TIME].html


def test_verdicts_have_word_shape_and_tone(board: Board, twin: Twin) -> None:
    shown = drawn(board, twin)
    assert (shown[ONLINE].tone, shown[DOCS].tone) == ("act", "good")
    assert "▼ Thấp xa mục tiêu 80 %" in shown[ONLINE].html
    assert "■ Đạt mục tiêu 95 %" in shown[DOCS].html


def test_a_silent_source_makes_its_tile_old_and_says_since_when(board: Board, clock: FixedClock) -> None:
    shown = drawn(board, Twin(clock, silent=True))
    assert shown[HR].tone == "old" and shown[ON_TIME].tone == "warn"
    for said in ("DỮ LIỆU CŨ", "nguồn im lặng</span> từ 10:28", "19/22 đơn vị"):
        assert said in shown[HR].html
    assert "Đạt mục tiêu" not in shown[HR].html
    assert "▬ im 14 phút" in shown[SOURCES].html


def test_nothing_known_is_a_dash_and_never_a_zero_or_good(board: Board, clock: FixedClock) -> None:
    shown = drawn(board, Twin(clock, empty=True))
    for tile in (ON_TIME, ONLINE, DOCS, HR):
        assert ">—<" in shown[tile].html and "Không có dữ liệu" in shown[tile].html
        assert ">0" not in shown[tile].html
    for number, panel in shown.items():
        assert panel.tone != "good" or number == LEDGER
    assert "KHÔNG RÕ" in shown[LEVEL].html
    for rows in (TREND, OVERDUE, URGENT, SOON, SOURCES):
        assert "Không có dữ liệu" in shown[rows].html
    assert "Không có hồ sơ quá hạn" not in shown[OVERDUE].html


def test_an_empty_list_is_good_news_only_when_the_store_knows(board: Board, twin: Twin) -> None:
    full = twin._rows
    twin._rows = lambda sql: (full(sql)[0], [] if "WITH ranked" in sql else full(sql)[1])  # type: ignore[method-assign]
    assert "Không có hồ sơ quá hạn" in drawn(board, twin)[OVERDUE].html


def test_a_lost_store_makes_everything_old_with_the_time_of_the_last_good_read(
    board: Board, twin: Twin
) -> None:
    shown = drawn(board, twin, later=timedelta(seconds=25))
    for number, panel in shown.items():
        if number not in (TITLE, REACH):
            assert panel.tone == "old", number
            assert number == LEVEL or "DỮ LIỆU CŨ" in panel.html, number
    assert "MẤT KẾT NỐI KHO DỮ LIỆU" in shown[REACH].html
    assert "mất kết nối từ 10:42:18" in shown[ON_TIME].html
    assert "● " not in shown[SOURCES].html and "▬ im 28 giây" in shown[SOURCES].html
    assert ">?<" in shown[LEVEL].html


def test_durations_go_on_while_nothing_can_be_read(board: Board, twin: Twin) -> None:
    shown = drawn(board, twin, later=timedelta(minutes=12))
    assert "quá 1 phút" in shown[URGENT].html and "quá 16 phút" in shown[URGENT].html


def test_the_header_tells_whether_values_are_still_computed(board: Board, twin: Twin) -> None:
    assert "● Đang cập nhật" in drawn(board, twin)[REACH].html
    full = twin._rows
    old = NOW - timedelta(minutes=2)
    twin._rows = lambda sql: (("as_of",), [(old,)]) if "ioc_read.ticks" in sql else full(sql)  # type: ignore[method-assign]
    late = drawn(board, twin)[REACH]
    assert "▼ Ngừng cập nhật" in late.html and "dữ liệu đến 10:40:18" in late.html and late.tone == "act"


def test_the_list_is_in_words_and_most_urgent_first(board: Board, twin: Twin) -> None:
    html = drawn(board, twin)[URGENT].html
    assert html.index("quá 4 phút") < html.index("còn 11 phút") < html.index("còn 26 phút")
    assert "▲ HỎA TỐC" in html and "mapped-act" in html


def test_a_ranking_scales_to_its_largest(board: Board, twin: Twin) -> None:
    html = drawn(board, twin)[OVERDUE].html
    assert "width:100.0%" in html and "width:73.9%" in html and "tổng 74 · −5" in html


def test_hostile_names_stay_text(board: Board, clock: FixedClock) -> None:
    shown = drawn(board, Twin(clock, unit_name="<script>alert(1)</script>"))
    for panel in (OVERDUE, SOON):
        assert "<script" not in shown[panel].html and "&lt;script&gt;" in shown[panel].html


PARTS = ("counted", "suppressed", "conflict", "rejected", "lost", "in_flight")


@given(
    st.lists(st.integers(0, 10**9), min_size=6, max_size=6),
    st.integers(-3, 3),
    st.integers(0, 1),
    st.integers(0, 1),
)
def test_the_ledger_agrees_exactly_when_its_parts_add_up_and_nothing_is_missing_or_stopped(
    parts: list[int], off: int, missing: int, stopped: int
) -> None:
    row: dict[str, Any] = dict(zip(PARTS, parts, strict=True)) | {
        "received": sum(parts) + off,
        "missing": missing,
        "stopped": stopped,
    }
    assert balances(row) == (off == missing == stopped == 0)


def test_the_ledger_says_so(board: Board, twin: Twin) -> None:
    good = drawn(board, twin)[LEDGER]
    assert "✓ khớp" in good.html and good.tone == "good" and "<b>48.213</b> nhận" in good.html
    full = twin._rows
    names = ("received", *PARTS, "missing", "stopped")
    twin._rows = lambda sql: (names, [(9, 5, 1, 0, 1, 0, 0, 0, 0)]) if "ledger_total" in sql else full(sql)  # type: ignore[method-assign]
    bad = drawn(board, twin)[LEDGER]
    assert "▼ lệch +2" in bad.html and bad.tone == "act"


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (98.96, 99.0, "98,96"),
        (98.9996, 99.0, "99,0"),
        (98.2, 99.0, "98,2"),
        (99.0, 99.0, "99,0"),
        (None, 99.0, "—"),
    ],
)
def test_a_value_just_short_of_its_target_is_not_shown_as_the_target(
    value: float | None, target: float, shown: str
) -> None:
    assert told(value, target, 1) == shown


@pytest.mark.parametrize("kpi", list(TILES)[:4])
def test_a_value_without_an_earlier_one_shows_no_change(board: Board, twin: Twin, kpi: str) -> None:
    row = TILES[kpi]
    twin.tiles = TILES | {kpi: (*row[:3], None, *row[4:])}
    shown = drawn(board, twin)
    tile = {"dossier_on_time_rate": ON_TIME, "online_dossier_rate": ONLINE, "doc_on_time_rate": DOCS}.get(
        kpi, HR
    )
    assert "so hôm qua" not in shown[tile].html


def test_the_trend_marks_the_target_and_days_counted_again(board: Board, twin: Twin) -> None:
    panel = drawn(board, twin)[TREND]
    assert panel.chart is not None and "☐ điều chỉnh" in panel.html
    (series,) = panel.chart["baseOption"]["series"]
    assert len(series["data"]) == 30 and series["markLine"]["data"] == [{"yAxis": 100.0}]
    assert [mark["symbol"] for mark in series["markPoint"]["data"]] == ["rect", "circle"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.none() | st.floats(0, 100))
def test_the_scale_of_a_rate_holds_all_values_and_the_target(
    values: list[float], target: float | None
) -> None:
    low, high, between = chart.scale(values, target, rate=True)
    held = [*values, target] if target is not None else values
    assert 0 <= low <= min(held) and max(held) <= high <= 100 and low < high
    assert (high - low) / between <= 5


@example([5e-324])
@given(st.lists(st.floats(-1e9, 1e9), max_size=40))
def test_the_scale_of_counts_holds_all_values_and_zero(values: list[float]) -> None:
    low, high, between = chart.scale(values)
    assert low <= min([0.0, *values]) and max([0.0, *values]) <= high and low < high
    assert (high - low) / between <= 6.01
