"""Lives of tasks: given with a deadline, taken up, worked on, sometimes extended, finished or cancelled."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life, moment
from producers.simulator.world import World

PROGRAMS = ("minister", "internal", "nq71", "nq57", "other")
PROGRAM_WEIGHTS = (30, 38, 14, 13, 5)
GOVERNMENT, OFFICE = "gov2025", "G22"
"""The program of the ten tasks of the Government (4/4/2025), and the organ that gives and follows them."""
TEN = 10
GIVEN, DUE = datetime(2025, 4, 4, 2, tzinfo=UTC), datetime(2025, 12, 31, 10, tzinfo=UTC)
IN_TIME = 7
"""So many of the ten are finished by their deadline, the others in the months after it."""


def task(world: World, at: datetime) -> Life:
    """Assigned → accepted → in progress → submitted (→ returned) → completed; some extended or cancelled."""
    rng = world.rng
    lead, ref = world.unit(at), world.ref(f"NV-{at:%y%m%d}")
    days = rng.choice((5, 7, 10, 15, 20, 30))
    due = world.due(at, days)
    program = rng.choices(PROGRAMS, PROGRAM_WEIGHTS)[0]
    others = {world.unit(at) for _ in range(rng.randint(0, 3))} - {lead}
    given = _given(world, ref, program, lead, sorted(others), at, due)
    at = yield given, world.at_work(world.after(at, 30, 600))
    at = yield _changed(ref, lead, at, "accepted", 0), world.at_work(world.after(at, 120, 2 * 1440))
    if rng.random() < 0.03:
        yield _changed(ref, lead, at, "cancelled", 10), None
        return
    in_time = world.in_time(lead, at) and due > at
    ends = world.between(at, due, 0.4, 0.97) if in_time else world.after(due, 1440, 9 * 1440)
    half = world.at_work(at + (ends - at) * rng.uniform(0.3, 0.7))
    at = yield _changed(ref, lead, at, "in_progress", rng.randint(10, 40)), max(half, world.after(at, 5, 60))
    if not in_time and rng.random() < 0.5:
        later = world.due(max(due, at), rng.choice((5, 10)))
        extended = _changed(ref, lead, at, "extended", 50, new_due_at=stamp(later))
        at = yield extended, max(ends, world.after(at, 30, 600))
    submitted = _changed(ref, lead, at, "submitted", 90)
    at = yield submitted, world.at_work(max(ends, world.after(at, 20, 300)))
    if rng.random() < 0.06:
        returned = _changed(ref, lead, at, "returned", 70)
        at = yield returned, world.at_work(world.after(at, 300, 2 * 1440))
    yield _changed(ref, lead, at, "completed", 100), None


def of_government(world: World, at: datetime, number: int) -> Life:
    """One of the ten tasks: only its number and its dates are known, so nothing else is told.

    Told at `at`, with the dates as they were: where those have passed, its end is told at once as well.
    """
    units = world.organisation.on(world.day(at))
    unit, ref = units[number * 3 % len(units)].code, f"GOV2025-{number:02d}"
    given = min(GIVEN, at)
    data = _task_data(ref, GOVERNMENT, OFFICE, unit, given, DUE, coop=[], priority=1)
    chance = number / TEN
    if number <= IN_TIME:
        ended = min(moment(given.date() + (DUE - given) * (0.3 + 0.69 * chance), 16), DUE)
    else:
        ended = world.at_work(DUE + timedelta(days=70) * chance)
    told = max(ended, at + timedelta(seconds=number))
    at = yield Draft("task.assigned", "qlvb", ref, unit, at, data), told
    yield _changed(ref, unit, at, "completed", 100, happened=min(ended, at)), None


def _given(
    world: World, ref: str, program: str, lead: str, coop: list[str], at: datetime, due: datetime
) -> Draft:
    priority = world.rng.choices((1, 2, 3), (15, 45, 40))[0]
    data = _task_data(ref, program, world.top, lead, at, due, coop=coop, priority=priority)
    return Draft("task.assigned", "qlvb", ref, lead, at, data)


def _task_data(
    ref: str,
    program: str,
    assigner: str,
    lead: str,
    at: datetime,
    due: datetime,
    *,
    coop: list[str],
    priority: int,
) -> dict[str, Any]:
    return {
        "task_ref": ref,
        "program": program,
        "assigner_org": assigner,
        "lead_org": lead,
        "coop_orgs": coop,
        "priority": priority,
        "assigned_at": stamp(at),
        "due_at": stamp(due),
    }


def _changed(
    ref: str,
    unit: str,
    when: datetime,
    state: str,
    progress: int,
    *,
    happened: datetime | None = None,
    **more: Any,
) -> Draft:
    data = {"task_ref": ref, "state": state, "progress_pct": progress, "at": stamp(happened or when), **more}
    return Draft("task.changed", "qlvb", ref, unit, when, data)
