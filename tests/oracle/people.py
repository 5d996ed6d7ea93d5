"""Which persons a statement held of at an instant, by unit: records, credentials, courses."""

import datetime as dt

from tests.oracle.calendar import EAST, ms
from tests.oracle.reading import Written

Held = list[tuple[int, int, str, str, str]]
"""(from, to, unit, person, dim): somebody counts for a unit over a span of time."""
FOREVER = 10**15


def records(written: Written) -> Held:
    """From a successful synchronisation until the next one that is not."""
    held: Held = []
    for person, events in written.of("hr.record_synced").items():
        steps = sorted(events, key=lambda e: (ms(e["data"]["synced_at"]), e["seqno"]))
        for n, event in enumerate(steps):
            if event["data"]["result"] == "ok":
                begin = ms(event["data"]["synced_at"])
                end = ms(steps[n + 1]["data"]["synced_at"]) if n + 1 < len(steps) else FOREVER
                held.append((begin, end, event["data"]["org"], person, ""))
    return held


def credentials(written: Written) -> Held:
    """From issue or renewal until expiry, the next step, or revocation; one series a kind."""
    series: dict[tuple[str, str], list[tuple[int, int, dict[str, str]]]] = {}
    for person, events in written.of("hr.credential_issued").items():
        for event in events:
            step = (ms(event["time"]), event["seqno"], event["data"])
            series.setdefault((person, event["data"]["kind"]), []).append(step)
    held: Held = []
    for (person, kind), steps in series.items():
        steps.sort(key=lambda step: step[:2])
        for n, (begin, _, data) in enumerate(steps):
            if data["action"] == "revoked":
                continue
            end = steps[n + 1][0] if n + 1 < len(steps) else FOREVER
            if data.get("valid_until"):
                end = min(end, ms(data["valid_until"]))
            held.append((begin, end, data["org"], person, kind))
    return held


def courses(written: Written) -> Held:
    """Passed courses on digital transformation or information security, for a year; dim = the group."""
    held: Held = []
    for person, events in written.of("training.completed").items():
        for event in events:
            data = event["data"]
            if data["passed"] and data["course_group"] in ("dx", "infosec"):
                begin = ms(data["completed_at"])
                held.append((begin, _a_year_on(begin), data["org"], person, data["course_group"]))
    return held


def _a_year_on(at: int) -> int:
    local = dt.datetime.fromtimestamp((at + EAST) / 1000, dt.UTC)
    leap = local.month == 2 and local.day == 29
    later = local.replace(year=local.year + 1, day=28 if leap else local.day)
    return round(later.timestamp() * 1000) - EAST


def count(held: Held, t: int) -> dict[tuple[str, str], int]:
    """Different persons by (unit, dim) at an instant; unit "" = all units, dim "" = any."""
    seen: dict[tuple[str, str], set[str]] = {}
    for begin, end, unit, person, dim in held:
        if begin <= t < end:
            for of in {(unit, dim), (unit, ""), ("", dim), ("", "")}:
                seen.setdefault(of, set()).add(person)
    return {of: len(persons) for of, persons in seen.items()}
