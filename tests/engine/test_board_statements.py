"""Every statement of the board on the real engine, as the reader; and what the wall makes of its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboards.boards.parts import quoted
from dashboards.wall.answers import Answers
from dashboards.wall.board import Board, load
from dashboards.wall.macros import expand
from dashboards.wall.panels import Drawn, Scene, draw
from dashboards.wall.poller import Poller
from dashboards.wall.source import StoreReader
from ioc.clock import VIETNAM, SystemClock
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.settings import ClickHouse
from storage.client import Store
from storage.reference import load as load_reference
from storage.trust import write as write_trust

pytestmark = pytest.mark.engine

TENANT, ROOT, JOBS, MERIT = "G09", "G09", "G09.915", "G09.917"
EMPTIED = (
    "kpi_values",
    "kpi_trust",
    "kpi_cells",
    "kpi_history",
    "ticks",
    "cases_source",
    "cases_document_in",
    "ref_loaded",
)
LEVEL, TITLE, REACH, ON_TIME, ONLINE, DOCS, HR, TREND, OVERDUE, URGENT, SOON, SOURCES, LEDGER = range(1, 14)
ALERTS = 14
NEEDED: Mapping[str, set[str]] = {
    "stat": set(),
    "timeseries": {"time", "value", "target", "restated"},
    "bargauge": {"unit_name", "dossiers"},
    "table": {"unit_name"},
}


@pytest.fixture(scope="module")
def board() -> Board:
    return load("operations-wall")


@pytest.fixture
def reader(migrated: ClickHouse) -> Iterator[StoreReader]:
    reader = StoreReader(migrated)
    yield reader
    reader.close()


@pytest.fixture
def empty(store: Store) -> Store:
    """No values, no ticks, no sources heard of; the catalogue as it is."""
    for table in EMPTIED:
        store.execute(f"TRUNCATE TABLE ioc.{table}")
    load_reference(store, Catalogue.load(), Kpis.load(), TENANT)
    return store


def insert(store: Store, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    store.insert(f"ioc.{table}", list(rows[0]), [[row[name] for row in rows] for name in rows[0]])


def drawn(board: Board, settings: ClickHouse) -> dict[int, Drawn]:
    clock = SystemClock()
    answers = Answers(lambda: StoreReader(settings), clock)
    poller = Poller(board, answers, clock)
    for _ in range(10):  # a busy machine may need more than one query's patience
        poller.round()
        if poller.frame.good_at is not None:
            break
    answers.close()
    assert poller.frame.good_at is not None
    errors = {number: data.error for number, data in poller.frame.panels.items() if data.error}
    assert errors == {}
    return draw(board, Scene(poller.frame, clock.now()))


def test_every_statement_runs_and_has_the_columns_its_panel_needs(
    board: Board, empty: Store, reader: StoreReader
) -> None:
    for panel in board.panels:
        for target in panel.targets:
            table = reader.read(expand(target.rawSql, now=datetime.now(UTC), variables=board.variables))
            if not target.hide:
                named = {"what"} if panel.id == ALERTS else NEEDED[panel.type]
                assert named | {panel.principal} - {""} <= set(table.columns), panel.title


def test_a_new_store_is_all_dashes(board: Board, empty: Store, migrated: ClickHouse) -> None:
    shown = drawn(board, migrated)
    for tile in (ON_TIME, ONLINE, DOCS, HR):
        assert ">—<" in shown[tile].html and shown[tile].tone == "none"
    assert "KHÔNG RÕ" in shown[LEVEL].html and "chưa có dữ liệu" in shown[REACH].html
    for rows in (TREND, OVERDUE, URGENT, SOON, SOURCES):
        assert "Không có dữ liệu" in shown[rows].html


def test_values_become_tiles(board: Board, empty: Store, migrated: ClickHouse) -> None:
    seed(empty)
    shown = drawn(board, migrated)
    assert "96,2" in shown[ON_TIME].html and "▲ Dưới mục tiêu 100 %" in shown[ON_TIME].html
    assert "+0,7 so hôm qua" in shown[ON_TIME].html and "1.284 hồ sơ" in shown[ON_TIME].html
    assert "9/9 đơn vị" in shown[ON_TIME].html
    assert (shown[ON_TIME].tone, shown[ONLINE].tone, shown[DOCS].tone) == ("warn", "act", "good")
    assert "THEO DÕI" in shown[LEVEL].html
    assert "● Đang cập nhật" in shown[REACH].html
    assert "tổng 40 · −2" in shown[OVERDUE].html
    assert shown[OVERDUE].html.index("Cục Việc làm") < shown[OVERDUE].html.index("Cục Người có công")
    assert "Không có hồ sơ sắp đến hạn" in shown[SOON].html
    assert "▲ HỎA TỐC" in shown[URGENT].html and "quá 5 phút" in shown[URGENT].html
    assert "tổng 2" in shown[URGENT].html
    chart = shown[TREND].chart
    assert chart is not None and chart["baseOption"]["series"][0]["data"] == [90.0, 95.0]


def test_a_silent_source_makes_old_what_it_feeds_and_nothing_else(
    board: Board, empty: Store, migrated: ClickHouse
) -> None:
    seed(empty, silent={"hrm", "csdlqg_cbccvc"})
    shown = drawn(board, migrated)
    assert shown[HR].tone == "old" and "nguồn im lặng</span> từ" in shown[HR].html
    assert shown[ON_TIME].tone == "warn"
    assert "▬ im 2 giờ" in shown[SOURCES].html
    assert "CẦN CHÚ Ý" in shown[LEVEL].html


def test_a_day_known_otherwise_than_it_was_shown_is_marked(
    board: Board, empty: Store, migrated: ClickHouse
) -> None:
    seed(empty)
    yesterday = datetime.now(VIETNAM).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    shown_then = {"tenant": TENANT, "kpi": "dossier_on_time_rate", "unit": ROOT, "window": "day", "dim": ""}
    insert(
        empty, "kpi_history", [shown_then | {"hour": yesterday, "value": 100.0, "cases": 10, "version": 1}]
    )
    chart = drawn(board, migrated)[TREND].chart
    assert chart is not None
    marks = chart["baseOption"]["series"][0]["markPoint"]["data"]
    assert [(mark["coord"], mark["symbol"]) for mark in marks] == [([0, 90.0], "rect"), ([1, 95.0], "circle")]


def test_a_tile_whose_past_days_are_known_otherwise_says_so(
    board: Board, empty: Store, migrated: ClickHouse
) -> None:
    seed(empty)
    yesterday = datetime.now(VIETNAM).replace(hour=23, minute=0, second=0, microsecond=0) - timedelta(days=1)
    then = {"tenant": TENANT, "unit": ROOT, "window": "month", "dim": "", "cases": 10, "version": 1}
    rows = [
        {"kpi": "dossier_on_time_rate", "hour": yesterday - timedelta(hours=1), "value": 95.5},
        {"kpi": "dossier_on_time_rate", "hour": yesterday, "value": 95.0},  # known to have been 95.5
        {"kpi": "online_dossier_rate", "hour": yesterday - timedelta(hours=1), "value": 60.0},
        {"kpi": "online_dossier_rate", "hour": yesterday, "value": 62.0},  # as it is known
        {"kpi": "hr_sync_sla_rate", "hour": yesterday, "value": 99.0},  # of which no yesterday is known
    ]
    insert(empty, "kpi_history", [then | row for row in rows])
    shown = drawn(board, migrated)
    began_today = yesterday.month != datetime.now(VIETNAM).month
    assert ("☐ điều chỉnh" in shown[ON_TIME].html) is not began_today
    for tile in (ONLINE, HR, DOCS):
        assert "điều chỉnh" not in shown[tile].html


def test_too_few_cases_are_no_verdict(board: Board, empty: Store, migrated: ClickHouse) -> None:
    seed(empty, cases=4)
    assert "◇ Chưa đủ số liệu" in drawn(board, migrated)[ON_TIME].html


def seed(store: Store, *, silent: Collection[str] = (), cases: int = 1284) -> None:
    now = datetime.now(UTC)
    heard = [
        {"tenant": TENANT, "subject": code, "interval_s": source.interval_s, "version": 1,
         "opened_at": now - timedelta(hours=2 if code in silent else 0)}
        for code, source in Catalogue.load().sources.items()
    ]  # fmt: skip
    insert(store, "cases_source", heard)
    today = now.astimezone(VIETNAM).date()
    catalogue, milliseconds = Catalogue.load(), int(now.timestamp() * 1000)
    units = (ROOT, JOBS, MERIT)
    write_trust(store, Kpis.load(), units, catalogue, tenant=TENANT, on=today, now=milliseconds, version=1)
    insert(
        store,
        "ticks",
        [{"tick": 1, "settled": 1, "kind": "events", "finished_at": now, "live": 1, "values_at": now}],
    )
    insert(store, "kpi_values", values(now, cases))
    insert(store, "kpi_cells", cells(today))
    insert(store, "cases_document_in", [urgent("hoa_toc", now, -5), urgent("khan", now, 12)])


def values(now: datetime, cases: int) -> list[dict[str, Any]]:
    rows = [
        ("dossier_on_time_rate", ROOT, "month", 96.2, 95.5, cases),
        ("online_dossier_rate", ROOT, "month", 61.8, 62.0, 1402),
        ("doc_on_time_rate", ROOT, "month", 96.7, 96.6, 3917),
        ("hr_sync_sla_rate", ROOT, "month", 100.0, None, 218),
        ("dossier_overdue_open", ROOT, "day", 40.0, 42.0, 900),
        ("dossier_overdue_open", MERIT, "day", 17.0, 17.0, 100),
        ("dossier_overdue_open", JOBS, "day", 23.0, 25.0, 100),
        ("dossier_due_soon", ROOT, "day", 0.0, 0.0, 900),
        ("doc_overdue_open", ROOT, "day", 3.0, 3.0, 900),
    ]
    names = ("kpi", "unit", "window", "value", "previous", "cases")
    today = now.astimezone(VIETNAM).date()
    more = {"tenant": TENANT, "dim": "", "on_day": today, "computed_at": now, "version": 1}
    return [dict(zip(names, row, strict=True)) | more for row in rows]


def cells(today: date) -> list[dict[str, Any]]:
    names = ("day", "numerator", "denominator")
    days = [(today - timedelta(days=1), 9, 10), (today, 10, 10)]
    more = {
        "tenant": TENANT,
        "kpi": "dossier_on_time_rate",
        "part": "flow",
        "unit": JOBS,
        "cases": 10,
        "version": 1,
    }
    return [dict(zip(names, row, strict=True)) | more for row in days]


def urgent(urgency: str, now: datetime, minutes: int) -> dict[str, Any]:
    due = now + timedelta(minutes=minutes, seconds=-1)
    here = {"tenant": TENANT, "subject": f"VB-{urgency}", "unit": JOBS, "open": 1, "version": 1}
    return here | {"urgency": urgency, "opened_at": now - timedelta(hours=1), "assign_due_at": due}


def test_whatever_a_catalogue_calls_things_is_text_in_a_statement(store: Store) -> None:
    names = [
        "Cục 'A'",
        "a\\b",
        "$__timeFilter(x) ${unit:csv} [[unit]]",
        "'; DROP TABLE ioc.kpi_cells; --",
        "\n",
    ]
    assert store.query(f"SELECT [{quoted(names)}]") == [(names,)]
