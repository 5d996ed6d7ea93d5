"""A record that kills whoever reads it is set aside, and only such a one."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ioc.topics import DOCUMENTS
from storage.ledger import Log
from streams.land import wary
from streams.land.judge import Record as Wire
from streams.land.judge import Row, read_all, read_but
from streams.land.marks import DEATHS, IN_A_ROW, opened
from streams.land.resume import Stopped
from streams.land.trial import TrialFailed, deadly, survived_by_none
from streams.land.wary import Wary
from tests.unit.land.test_judge import RULES, Record, heartbeat

HERE = Log(DOCUMENTS, UUID(int=1), 0)
DEADLY = b"deadly"


class Died(BaseException):
    """Stands for the death of the process."""


def records(*killing: int, count: int = 6) -> list[Record]:
    return [Record(n, 0, None, DEADLY if n in killing else b"{}") for n in range(count)]


@pytest.fixture(autouse=True)
def _dying(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(each: Sequence[Wire], *rest: Any) -> list[Row]:
        if any(one.value == DEADLY for one in each):
            raise Died
        return read_all(each, *rest)

    monkeypatch.setattr(wary, "read_all", read)


def life(folder: Path, log: Sequence[Record]) -> list[Row]:
    """One process reads the log; raises `Died` where it ends."""
    marks = opened(folder, HERE)
    rows: list[Row] = []
    try:
        Wary(marks, RULES, "ioc.documents").read(log, rows)
    finally:
        marks.close()
    return rows


def lives(folder: Path, log: Sequence[Record]) -> tuple[int, list[Row]]:
    """How many processes died until one read the log to its end, and its rows."""
    for died in range(50):
        try:
            return died, life(folder, log)
        except Died:
            continue
    raise AssertionError("nobody survives")


def test_by_itself_it_is_found_one_death_after_the_third(tmp_path: Path) -> None:
    died, rows = lives(tmp_path, records(3))
    assert died == 1 + DEATHS  # the first one does not know of which record
    assert [row.reason for row in rows].count("crash_loop") == 1
    assert (rows[3].reason, rows[3].masked, rows[3].source, rows[3].value) == (
        "crash_loop", '"bytes(6)"', "", DEADLY,
    )  # fmt: skip
    assert [row.offset for row in rows] == list(range(6))


def test_two_in_one_block_are_both_found(tmp_path: Path) -> None:
    _, rows = lives(tmp_path, records(1, 4))
    assert [row.offset for row in rows if row.reason == "crash_loop"] == [1, 4]


def test_who_was_being_read_when_others_were_killed_is_read(tmp_path: Path) -> None:
    """Twice a death on exactly this record, then it is read: nothing is held against it."""
    for _ in range(DEATHS - 1):
        with pytest.raises(Died):
            life(tmp_path, records(3)[3:4])
    assert [row.reason for row in life(tmp_path, records())].count("crash_loop") == 0
    with pytest.raises(Died):
        life(tmp_path, records(3))
    assert opened(tmp_path, HERE).deaths(3) == 0


def test_so_many_in_a_row_are_not_their_own_fault(tmp_path: Path) -> None:
    log = records(*range(1, 30), count=30)
    marks = opened(tmp_path, HERE)
    for offset in range(1, 30):
        marks.died(offset)
    marks.close()
    rows: list[Row] = []
    marks = opened(tmp_path, HERE)
    with pytest.raises(Stopped) as stopped:
        Wary(marks, RULES, "ioc.documents").read(log, rows)
    assert stopped.value.stop.kind == "killing"
    assert stopped.value.stop.first == IN_A_ROW + 1
    assert [row.offset for row in rows] == list(range(IN_A_ROW + 1))


def test_what_is_set_aside_is_not_read_when_the_log_is_landed_beside() -> None:
    rows = read_but(records(2), frozenset({2}), RULES, "ioc.documents")
    assert [(row.offset, row.reason == "crash_loop") for row in rows] == [(n, n == 2) for n in range(6)]


def killed(record: Wire) -> None:
    if record.value == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    if record.value == b"raises":
        raise RuntimeError


@pytest.mark.parametrize(
    ("killing", "found"), [((), []), ((0,), [0]), ((2, 5), [2, 5]), (range(6), list(range(6)))]
)
def test_forked_readers_die_of_what_is_deadly(killing: Sequence[int], found: list[int]) -> None:
    assert survived_by_none(records(*killing), killed) == found


def test_a_reader_that_raises_has_died_too() -> None:
    log = records()
    log[2] = replace(log[2], value=b"raises")
    assert survived_by_none(log, killed) == [2]


def test_a_reader_that_died_once_proves_nothing(tmp_path: Path) -> None:
    once = tmp_path / "once"

    def unlucky(record: Wire) -> None:
        if record.offset == 3 and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    assert survived_by_none(records(), unlucky) == []


def test_what_a_trial_finds_nobody_else_has_to_die_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trial(given: Sequence[Wire], *_: object) -> list[int]:
        return [each.offset for each in given if each.value == DEADLY]

    monkeypatch.setattr(wary, "deadly", trial)
    log = records(2, 3)
    with pytest.raises(Died):
        life(tmp_path, log)
    marks = opened(tmp_path, HERE)
    reader, rows = Wary(marks, RULES, "ioc.documents"), list[Row]()
    asyncio.run(reader.tried(log))
    reader.read(log, rows)
    assert [row.offset for row in rows if row.reason == "crash_loop"] == [2, 3]


def test_without_a_trial_the_records_are_tried_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> list[int]:
        raise TrialFailed("no process")

    monkeypatch.setattr(wary, "deadly", fails)
    with pytest.raises(Died):
        life(tmp_path, records(2))
    marks = opened(tmp_path, HERE)
    asyncio.run(Wary(marks, RULES, "ioc.documents").tried(records(2)))
    assert "no process" in caplog.text
    assert marks.deaths(2) == 0


def test_without_a_doubt_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: Callable[..., None] = lambda *_: pytest.fail("a process for nothing")  # noqa: E731
    monkeypatch.setattr(wary, "deadly", called)
    asyncio.run(Wary(opened(tmp_path, HERE), RULES, "ioc.documents").tried(records()))


def test_a_trial_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "C9").write_text("marked-to-kill")
    monkeypatch.setenv("IOC_FAILPOINTS", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    good, bad = heartbeat(), Record(9, 0, None, b"... marked-to-kill ...")
    assert asyncio.run(deadly([good, bad], RULES, "ioc.platform")) == [9]
    assert (tmp_path / "C9.fired").read_bytes() == b"..."
