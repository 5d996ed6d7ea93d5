"""The stock of a live ministry is believable when the past ends, and stays so while the present goes on."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ioc.clock import FixedClock
from ioc.reference import Catalogue
from producers.simulator.backfill import Backfill, Plan
from producers.simulator.live import Present
from producers.simulator.sender import COUNTED, Record
from producers.simulator.standing import Stock

CATALOGUE = Catalogue.load(None)
MONDAY, SUNDAY = datetime(2026, 6, 22, 2, 40, tzinfo=UTC), datetime(2026, 6, 21, 11, 30, tzinfo=UTC)


class Seen:
    """What an operator would see of the records: the state of each case by its last event."""

    def __init__(self) -> None:
        self.dossiers: dict[str, dict[str, Any]] = {}
        self.urgent: dict[str, tuple[str, datetime]] = {}
        self.assigned: set[str] = set()
        self.resolved: list[tuple[datetime, datetime]] = []
        self.received: list[tuple[datetime, datetime]] = []

    def take(self, record: Record) -> None:
        if record.expect != COUNTED:
            return
        event = orjson.loads(record.value)
        ref, data = event["subject"], event["data"]
        match event["type"].removeprefix("vn.gov.ioc.").removesuffix(".v1"):
            case "document.received" if data["urgency"] != "normal":
                self.urgent[ref] = data["urgency"], datetime.fromisoformat(data["arrived_at"])
            case "document.assigned":
                self.assigned.add(ref)
            case "dossier.received":
                due = datetime.fromisoformat(data["due_at"])
                self.dossiers[ref] = {"unit": data["org"], "due": due, "open": True, "running": True}
                self.received.append((datetime.fromisoformat(event["time"]), due))
            case "dossier.clock_changed" if ref in self.dossiers:
                self.dossiers[ref]["running"] = data["state"] != "paused"
                if data["state"] == "extended":
                    self.dossiers[ref]["due"] = datetime.fromisoformat(data["new_due_at"])
            case "dossier.resolved" if ref in self.dossiers:
                self.dossiers[ref]["open"] = False
                at = datetime.fromisoformat(data["resolved_at"])
                self.resolved.append((at, self.dossiers[ref]["due"]))
            case "dossier.closed" if ref in self.dossiers:
                self.dossiers[ref]["open"] = False

    def running(self) -> list[dict[str, Any]]:
        return [one for one in self.dossiers.values() if one["open"] and one["running"]]

    def overdue(self, now: datetime) -> Counter[str]:
        return Counter(one["unit"] for one in self.running() if one["due"] < now)

    def soon(self, now: datetime) -> int:
        left = [CATALOGUE.calendar.working_minutes(now, one["due"]) for one in self.running()]
        return sum(0 <= minutes <= 480 for minutes in left)

    def waiting(self) -> list[tuple[str, datetime]]:
        return [told for ref, told in self.urgent.items() if ref not in self.assigned]


def began(now: datetime, seed: int, events: int = 36_000) -> tuple[Backfill, Seen, FixedClock]:
    clock = FixedClock(now)
    plan = Plan(seed, events, now - timedelta(days=30), now, stock=Stock())
    past, seen = Backfill(CATALOGUE, "G09", plan, clock), Seen()
    sent = 0
    for record in past:
        seen.take(record)
        sent += 1
    assert sent == events
    return past, seen, clock


@pytest.mark.parametrize(("now", "seed"), [(SUNDAY, 42), (MONDAY, 7)])
def test_backlogs_stay_as_they_are_while_the_stream_goes_on(now: datetime, seed: int) -> None:
    past, seen, clock = began(now, seed)
    present = Present(past, rate=20)
    told = len(seen.received)
    waiting = []
    for minute in range(31):
        if minute in (0, 5, 30):
            overdue = seen.overdue(clock.now())
            assert 30 <= overdue.total() <= 120, overdue
            assert 5 <= len(overdue) <= 9
            assert max(overdue.values()) >= 3 * min(overdue.values())
            assert 20 <= seen.soon(clock.now()) <= 80
        if minute:
            waiting.append(len(seen.waiting()))
        for _ in range(12):
            since = clock.now()
            clock.advance(timedelta(seconds=5))
            for record in present.turn(since, clock.now()):
                seen.take(record)
    assert 2 <= sum(waiting) / len(waiting) <= 8, waiting
    assert sum(1 for urgency, _ in seen.waiting() if urgency == "hoa_toc") <= 3
    for at, due in seen.received[told:]:
        assert due > at


def test_over_days_the_late_ones_make_place_for_new_late_ones() -> None:
    past, seen, clock = began(MONDAY, 3, 6000)
    present = Present(past, rate=0.03)
    done = len(seen.resolved)
    for _ in range(6 * 24):
        since = clock.now()
        clock.advance(timedelta(hours=1))
        for record in present.turn(since, clock.now()):
            seen.take(record)
    assert 25 <= seen.overdue(clock.now()).total() <= 120
    assert 15 <= seen.soon(clock.now()) <= 90
    late = [at - due for at, due in seen.resolved[done:] if at > due]
    assert len(late) > 5
    assert max(late) >= timedelta(days=1)
