"""Many random documents and dossiers, against a batch computation in plain Python that shares no code."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from storage.client import Store
from tests.engine.reducing import Bench, event
from tests.engine.test_reduce_documents import received
from tests.engine.test_reduce_kpis import clock, dossier, resolved

pytestmark = pytest.mark.engine
HERE = timezone(timedelta(hours=7))
BEGIN = datetime(2026, 3, 2, 0, 0, tzinfo=HERE)
NOW = datetime(2026, 3, 27, 10, 0, tzinfo=HERE)
UNITS = ("G09.901", "G09.905", "G09.915")
Cells = dict[tuple[str, str, str, date], tuple[int, int]]


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def moment(chosen: random.Random, after: datetime, days: float) -> datetime:
    return after + timedelta(minutes=chosen.randint(1, int(days * 1440)))


def random_documents(chosen: random.Random, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Plain facts, and the events that state them."""
    facts, events = [], []
    for n in range(count):
        arrived = moment(chosen, BEGIN, 20)
        due = moment(chosen, arrived, 6) if chosen.random() < 0.8 else None
        done = moment(chosen, arrived, 8) if chosen.random() < 0.7 else None
        lead = chosen.choice(UNITS) if chosen.random() < 0.6 else None
        facts.append({"arrived": arrived, "due": due, "done": done, "unit": lead or "G09.901"})
        data = received(f"R{n}", text(arrived), text(arrived), text(due) if due else None)
        events.append(event("document.received", f"R{n}a", text(arrived), data))
        if lead:
            step = {"doc_ref": f"R{n}", "from_org": "G09.901", "to_org": lead, "role": "lead", "step": 1}
            step["assigned_at"] = text(arrived)
            events.append(event("document.assigned", f"R{n}b", text(arrived), step, seqno=2))
        if done:
            end = {"doc_ref": f"R{n}", "org": "G09.901", "completed_at": text(done), "outcome": "filed"}
            events.append(event("document.completed", f"R{n}c", text(done), end, seqno=3))
    return facts, [each for each in events if each["time"] <= NOW]


def days() -> Iterable[tuple[date, datetime]]:
    """Every day until today, with its end or now."""
    for n in range((NOW - BEGIN).days + 1):
        end = BEGIN + timedelta(days=n + 1)
        yield (BEGIN + timedelta(days=n)).date(), min(end, NOW)


def document_cells(facts: list[dict[str, Any]]) -> Cells:
    cells: defaultdict[tuple[str, str, str, date], list[int]] = defaultdict(lambda: [0, 0])

    def add(kpi: str, part: str, unit: str, day: date, n: int, d: int) -> None:
        cells[kpi, part, unit, day][0] += n
        cells[kpi, part, unit, day][1] += d

    for fact in facts:
        done = fact["done"] if fact["done"] and fact["done"] <= NOW else None
        if done and fact["due"]:
            add(
                "doc_on_time_rate",
                "flow",
                fact["unit"],
                done.date(),
                int(done.date() <= fact["due"].date()),
                1,
            )
        for day, t in days():
            is_open = fact["arrived"] < t and (done is None or done >= t)
            if is_open and fact["due"]:
                late = int(fact["due"] < t)
                add("doc_on_time_rate", "stock", fact["unit"], day, 0, late)
                add("doc_overdue_open", "stock", fact["unit"], day, late, 1)
    return {key: (n, d) for key, (n, d) in cells.items() if n or d}


def working_minutes(start: datetime, end: datetime) -> int:
    """Minute by minute, 8-12 and 13-17 on weekdays: slow and obvious."""
    total, at = 0, start
    while at < end:
        hour = at.hour + at.minute / 60
        total += at.weekday() < 5 and (8 <= hour < 12 or 13 <= hour < 17)
        at += timedelta(minutes=1)
    return total


def later(start: datetime, minutes: int) -> datetime:
    at = start
    while minutes:
        minutes -= working_minutes(at, at + timedelta(minutes=1))
        at += timedelta(minutes=1)
    return at


def random_dossiers(chosen: random.Random, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    facts, events = [], []
    for n in range(count):
        got = moment(chosen, BEGIN, 15)
        due = moment(chosen, got, 6)
        pause: tuple[datetime, datetime | None] | None = None
        if chosen.random() < 0.5:
            pause = moment(chosen, got, 4), None
        if pause and chosen.random() < 0.7:
            pause = pause[0], moment(chosen, pause[0], 4)
        done = moment(chosen, (pause and (pause[1] or pause[0])) or got, 6) if chosen.random() < 0.6 else None
        unit = chosen.choice(UNITS)
        facts.append({"got": got, "due": due, "pause": pause, "done": done, "unit": unit})
        events.append(dossier(f"Q{n}", text(got), text(due), org=unit))
        if pause:
            events.append(clock(f"Q{n}", "paused", text(pause[0]), 2))
        if pause and pause[1]:
            events.append(clock(f"Q{n}", "running", text(pause[1]), 3))
        if done:
            events.append(resolved(f"Q{n}", text(done)))
    return facts, [each for each in events if each["time"] <= NOW]


def due_and_running(fact: dict[str, Any], t: datetime) -> tuple[datetime | None, bool]:
    """What is due at t, by what was known to have happened by then; None: paused before it was due."""
    pause = fact["pause"]
    if not pause or pause[0] >= t:
        return fact["due"], True
    if pause[1] is None or pause[1] >= t:
        return (fact["due"] if pause[0] > fact["due"] else None), False
    return later(fact["due"], working_minutes(*pause)), True


def dossier_cells(facts: list[dict[str, Any]]) -> Cells:
    cells: defaultdict[tuple[str, str, str, date], list[int]] = defaultdict(lambda: [0, 0])
    for fact in facts:
        done = fact["done"] if fact["done"] and fact["done"] <= NOW else None
        if done:
            pause = fact["pause"]
            end = pause and (min(pause[1], done) if pause[1] and pause[1] <= NOW else done)
            due = (
                later(fact["due"], working_minutes(pause[0], end))
                if pause and pause[0] < done
                else fact["due"]
            )
            cell = cells["dossier_on_time_rate", "flow", fact["unit"], done.date()]
            cell[0] += done.date() <= due.date()
            cell[1] += 1
        for day, t in days():
            if not (fact["got"] < t and (done is None or done >= t)):
                continue
            due, running = due_and_running(fact, t)
            late = due is not None and due < t
            cells["dossier_on_time_rate", "stock", fact["unit"], day][1] += late
            cells["dossier_overdue_open", "stock", fact["unit"], day][0] += late and running
            cells["dossier_overdue_open", "stock", fact["unit"], day][1] += 1
    return {key: (n, d) for key, (n, d) in cells.items() if n or d}


@pytest.mark.parametrize("seed", [11, 12])
def test_random_documents_and_dossiers(alone: Store, seed: int) -> None:
    chosen = random.Random(seed)
    documents, events = random_documents(chosen, 80)
    dossiers, more = random_dossiers(chosen, 60)
    events += more
    chosen.shuffle(events)
    bench = Bench(alone, text(NOW))
    half = len(events) // 2
    bench.ledger.append(events[:half])
    reducer = bench.reducer(batch=50)
    while reducer.step():
        pass
    bench.ledger.append(events[half:])
    while reducer.step():
        pass
    wanted = document_cells(documents) | dossier_cells(dossiers)
    kpis = {key[0] for key in wanted}
    found = {
        (kpi, part, unit, day): (n, d) for kpi, part, _, unit, day, n, d, _ in bench.cells() if kpi in kpis
    }
    assert found == wanted
