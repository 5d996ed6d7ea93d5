"""Which days a change touches: never too few."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ioc.kpis import Kpis
from storage.cells import formulas
from streams.reduce.facts import Event
from streams.reduce.kinds import KINDS
from streams.reduce.merging import folded
from streams.reduce.state import load
from streams.reduce.touched import Touched
from streams.reduce.worktime import DAY, OFFSET, number
from tests.unit.reduce.cases import fold, fold_states, worktime
from tests.unit.reduce.test_derive_documents import assigned, completed, received
from tests.unit.reduce.test_derive_more import assigned as task
from tests.unit.reduce.test_derive_more import changed
from tests.unit.reduce.test_derive_services import clock, resolved
from tests.unit.reduce.test_derive_services import received as dossier

TODAY = number(date(2026, 3, 12))


def touched(kind: str, before: list[Event], after: list[Event]) -> dict[str, list[int]]:
    """Day column → days of March 2026."""
    every = [formula for kpi in Kpis.load().values() for formula in formulas(kpi)]
    found = Touched({name: each.table for name, each in KINDS.items()}, every)
    rows = [list(case.values()) for events in (before, after) for case in fold(kind, events).values()]
    found.add(kind, rows[0] if before else None, rows[-1], TODAY)
    return {column: [day.day for day in days] for (_, column), days in found.dates().items()}


START = received("2026-03-02 08:00", "2026-03-02 08:10", due_at="2026-03-05 10:00")


def test_a_new_open_case_touches_every_day_until_today() -> None:
    assert touched("document_in", [], [START]) == {"opened_at": [2], "": list(range(2, 13))}


def test_its_end_touches_the_days_from_the_end_on_only() -> None:
    after = touched("document_in", [START], [START, completed("2026-03-09 09:00")])
    assert after == {"opened_at": [2], "ended_at": [9], "": [9, 10, 11, 12]}


def test_another_unit_touches_all_its_days() -> None:
    end = completed("2026-03-06 09:00")
    moved = touched("document_in", [START, end], [START, end, assigned("l", "G09.905", 2)])
    assert moved == {"opened_at": [2], "ended_at": [6], "": [2, 3, 4, 5, 6]}


def test_another_end_touches_both_days() -> None:
    first, second = completed("2026-03-06 09:00", "c1", 5), completed("2026-03-10 09:00", "c2", 6)
    assert touched("document_in", [START, first], [START, first, second])["ended_at"] == [6, 10]


def test_a_pause_touches_the_days_from_its_begin_on() -> None:
    start, pause = dossier(), clock("paused", "2026-03-10 15:00", 2)
    assert touched("dossier", [start], [start, pause])[""] == [10, 11, 12]
    ended = touched("dossier", [start, pause], [start, pause, resolved("2026-03-11 09:00")])
    assert ended[""] == [11, 12]
    assert ended["resolved_at"] == [11]


def test_a_step_of_a_task_touches_the_days_from_it_on() -> None:
    start, step = task(), changed("extended", "2026-03-04 09:00", 2, "2026-03-20 17:00")
    assert touched("task", [], [start])[""] == list(range(2, 13))
    assert touched("task", [start], [start, step])[""] == list(range(4, 13))
    ended = touched("task", [start, step], [start, step, changed("completed", "2026-03-10 09:00", 3)])
    assert (ended[""], ended["ended_at"]) == ([10, 11, 12], [10])


def test_a_row_without_the_newest_columns_is_no_trouble() -> None:
    every = [formula for kpi in Kpis.load().values() for formula in formulas(kpi)]
    found = Touched({name: each.table for name, each in KINDS.items()}, every)
    (text,) = fold_states("dossier", [dossier()]).values()
    state = load(text)
    assert state.row is not None
    state.row = state.row[:33]
    change = folded("dossier", "D", state, worktime())
    found.add("dossier", change.before, change.after, TODAY)
    assert found.dates()


DAYS = st.integers(number(date(2025, 12, 20)), number(date(2026, 4, 1)))


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), min_size=1, max_size=12))
def test_many_cases_touch_the_days_of_each(spans: list[tuple[int, int | None]]) -> None:
    every = [formula for kpi in Kpis.load().values() for formula in formulas(kpi)]
    table = KINDS["document_in"].table
    found = Touched({"document_in": table}, [each for each in every if each.view == "document_in"])
    expected = set()
    for start, end in spans:
        row: list[object] = [None] * len(table.columns)
        for column, day in (("opened_at", start), ("ended_at", end)):
            row[table.index(column)] = None if day is None else day * DAY - OFFSET + DAY // 2
        found.add("document_in", None, row, TODAY)
        expected |= set(range(start, min(TODAY if end is None else end, TODAY) + 1))
    assert found.days().get(("document_in", ""), set()) == expected
    assert {number(day) for day in found.take().get(("document_in", ""), [])} == expected
    assert not found.dates()
