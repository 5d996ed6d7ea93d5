"""Every statement of every board on the real engine, as the reader; and what the rows of some must say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dashboards.boards import generate, health
from dashboards.boards.asking import asked
from dashboards.wall.answers import Answers
from dashboards.wall.board import Board, load
from dashboards.wall.inner import inner
from dashboards.wall.macros import expand
from dashboards.wall.panels import Scene, draw
from dashboards.wall.poller import Poller
from dashboards.wall.source import StoreReader, Table
from ioc.cli import wall
from ioc.clock import FixedClock
from ioc.settings import ClickHouse
from storage.client import Store
from tests.engine.board_seed import JOBS, MERIT, OFFICE, emptied, seed
from tests.engine.process import environment

pytestmark = pytest.mark.engine

UIDS = sorted(path.stem for path in generate.GENERATED.glob("*.json"))
NOW = datetime.now(UTC) + timedelta(minutes=5)
"""One instant for all statements, so that the same one is asked once; what is seeded lies before it."""


class Once:
    """A reader that asks the store for each statement once."""

    def __init__(self, settings: ClickHouse) -> None:
        self._reader = StoreReader(settings)
        self._known: dict[str, Table] = {}

    def read(self, sql: str) -> Table:
        if sql not in self._known:
            self._known[sql] = self._reader.read(sql)
        return self._known[sql]

    def close(self) -> None:
        self._reader.close()


@pytest.fixture(scope="module")
def reader(migrated: ClickHouse) -> Iterator[Once]:
    """A reader over one small ministry."""
    store = Store(migrated)
    emptied(store)
    seed(store)
    reader = Once(migrated)
    yield reader
    reader.close()
    emptied(store)
    store.close()


@pytest.fixture(scope="module")
def boards() -> dict[str, Board]:
    return {uid: load(uid) for uid in UIDS}


def rows(reader: Once, board: Board, title: str, **variables: str) -> list[dict[str, Any]]:
    panel = next(each for each in board.panels if each.title == title)
    chosen = {**board.variables, **variables}
    sql = expand(panel.targets[0].rawSql, now=NOW, variables=chosen, span=board.time.span)
    return reader.read(sql).where(panel.only).records()


def test_every_statement_runs_with_the_columns_its_panel_needs(
    reader: Once, boards: dict[str, Board]
) -> None:
    found, took = asked(list(boards.values()), reader, NOW)
    assert found == []
    assert len(took) > 40


@pytest.mark.parametrize("uid", UIDS)
def test_every_panel_has_something_to_show(reader: Once, boards: dict[str, Board], uid: str) -> None:
    board = boards[uid]
    titles = [panel.title for panel in board.panels if panel.targets]
    assert [title for title in titles if not rows(reader, board, title)] == []


@pytest.mark.parametrize("uid", UIDS)
def test_the_wall_draws_every_panel(reader: Once, boards: dict[str, Board], uid: str) -> None:
    """Nothing blank, nothing refused, and what the store gives is on the page."""
    board = inner(boards[uid]).board
    clock = FixedClock(NOW)
    poller = Poller(board, Answers(lambda: reader, clock), clock)
    assert poller.round()
    data = poller.frame.panels
    assert [(panel.title, data[panel.id].error) for panel in board.panels if data[panel.id].error] == []
    for number, drawn in draw(board, Scene(poller.frame, NOW)).items():
        panel = next(each for each in board.panels if each.id == number)
        assert "Đang đọc" not in drawn.html and panel.title in unescape(drawn.html), panel.title
        assert "Không vẽ được" not in drawn.html, panel.title
        if panel.targets and data[number].tables["A"].rows:
            assert 'class="empty"' not in drawn.html, panel.title
            assert drawn.chart is not None or panel.type != "timeseries", panel.title
            assert any(sign.isdigit() for sign in drawn.html), panel.title


def test_the_command_asks_the_running_store(
    reader: Once, migrated: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environment(migrated).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", migrated.host)
    whole = generate.boards
    monkeypatch.setattr(generate, "boards", lambda kpis: {"tasks": whole(kpis)["tasks"]})
    monkeypatch.setattr(generate, "drifted", lambda folder: [])
    app = typer.Typer()
    wall.register(app)
    result = CliRunner().invoke(app, ["boards", "check", "--data", str(tmp_path / "data"), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["ok"] and {each["board"] for each in said["statements"]} == {"tasks"}
    assert all(each["ms"] > 0 for each in said["statements"])


def test_a_statement_that_lacks_a_column_is_complained_of(reader: Once, boards: dict[str, Board]) -> None:
    panel = next(each for each in boards["tasks"].panels if each.title == "Nhiệm vụ quá hạn lâu nhất")
    less = panel.targets[0].model_copy(update={"rawSql": "SELECT 1 AS days FROM ioc_read.units LIMIT 1"})
    wrong = panel.targets[0].model_copy(update={"rawSql": "SELECT colour FROM ioc_read.units"})
    for target, rule in ((less, "columns"), (wrong, "statement")):
        spoiled = panel.model_copy(update={"targets": [target]})
        found, _ = asked([boards["tasks"].model_copy(update={"panels": [spoiled]})], reader, NOW)
        assert {each.rule for each in found} == {rule}


def test_a_unit_with_too_few_cases_has_no_place_however_high_its_score(
    reader: Once, boards: dict[str, Board]
) -> None:
    ranked = rows(reader, boards["ranking"], "Xếp hạng chuyển đổi số")
    assert [(row["unit"], row["ranked"]) for row in ranked] == [(JOBS, "1"), (MERIT, "2"), (OFFICE, "–")]
    assert [row["remark"] for row in ranked] == ["", "", "Chưa đủ số liệu"]
    best = rows(reader, boards["ranking"], "Cao nhất")
    assert [row["score"] for row in best] == [81.5, 64.0]


def test_our_points_stand_beside_the_published_ones(reader: Once, boards: dict[str, Board]) -> None:
    found = {row["unit"]: row for row in rows(reader, boards["ranking"], "Xếp hạng theo Quyết định 766")}
    assert (found[JOBS]["official"], found[JOBS]["difference"]) == (70.75, 10.75)
    assert found[MERIT]["official"] is None and found[MERIT]["difference"] is None


def test_under_five_persons_nothing_is_shown_but_that_it_is_hidden(
    reader: Once, boards: dict[str, Board]
) -> None:
    found = {row["unit"]: row for row in rows(reader, boards["people"], "Theo đơn vị")}
    assert MERIT not in found and found[JOBS]["hr_record_coverage"] == 60.0
    (hidden,) = rows(reader, boards["people"], "Bảo vệ người lao động")
    assert hidden["hidden_cells"] > 0 and hidden["units"] == 2


def test_what_a_source_sent_is_held_against_what_arrived(reader: Once, boards: dict[str, Board]) -> None:
    found = {row["system_code"]: row for row in rows(reader, boards["publishers"], "Từng hệ thống nguồn")}
    mine = found["qlvb"]
    counts = [mine[name] for name in ("counted", "suppressed", "conflict", "rejected")]
    assert counts == [4, 1, 0, 2]
    assert (mine["sent"], mine["arrived"], mine["missing"]) == (7, 6, 1)
    assert found["vxp"]["arrived"] is None and found["vxp"]["missing"] is None
    refused = rows(reader, boards["publishers"], "Bị từ chối nhiều nhất")
    assert ("Trục văn bản", "Có dấu mật") in {(row["name"], row["reason_name"]) for row in refused}
    (load,) = rows(reader, boards["pipeline"], "Tải cảnh báo")
    assert (load["last_ten"], load["most_in_ten_minutes"], load["unseen"]) == (1, 1, 1)


def test_grafanas_own_rules_ask_for_one_number_and_fire_when_they_should(reader: Once) -> None:
    numbers = {rule.uid: reader.read(rule.sql) for rule in health.RULES}
    assert {table.columns for table in numbers.values()} == {("value",)}
    firing = {rule.uid for rule in health.RULES if rule.fires(float(numbers[rule.uid].rows[0][0]))}
    assert firing == {"ioc-landing-stopped"}, numbers


def test_grafanas_own_rules_fire_when_nothing_was_ever_heard(migrated: ClickHouse, reader: Once) -> None:
    store = Store(migrated)
    emptied(store)
    fresh = StoreReader(migrated)
    numbers = {rule.uid: fresh.read(rule.sql) for rule in health.RULES}
    firing = {rule.uid for rule in health.RULES if rule.fires(float(numbers[rule.uid].rows[0][0]))}
    assert firing == {"ioc-landing-silent", "ioc-ticks-silent"}, numbers
    fresh.close()
    seed(store)
    store.close()


def test_another_unit_may_be_chosen(reader: Once, boards: dict[str, Board]) -> None:
    late = rows(reader, boards["tasks"], "Nhiệm vụ quá hạn lâu nhất", unit=MERIT)
    assert late == []
    assert [row["days"] for row in rows(reader, boards["tasks"], "Nhiệm vụ quá hạn lâu nhất", unit=JOBS)] == [
        4
    ]


def test_a_deadline_shows_whether_it_will_be_met(reader: Once, boards: dict[str, Board]) -> None:
    found = rows(reader, boards["leadership"], "Đích có thời hạn")
    states = [row["state"] for row in found]
    assert states == sorted(states, key=["off_pace", "missed", "none", "running", "on_pace", "green"].index)
    log = rows(reader, boards["pipeline"], "Đối chiếu sổ cái")
    assert {row["topic"]: row["in_flight"] for row in log}["documents"] == 1
