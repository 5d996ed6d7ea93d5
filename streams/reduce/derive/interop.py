"""Calls between systems, a system and an hour at a time: connected for a day after each that succeeded."""

from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import DAY

COLUMNS = (
    "unit",
    "system",
    "opened_at",
    "ended_at",
    "open",
    "gap",
    "ok_calls",
    "failed_calls",
    "stage_from",
    "stage_to",
    "stage_unit",
)


def interop(subject: str, facts: list[tuple[str, Fact]]) -> Row:
    """A system's hour: it counts as connected from its first successful call until a day after the last."""
    system = subject.partition("/")[0]
    if not facts:
        return ["", system, None, None, 0, 0, 0, 0, [], [], []]
    windows = sorted((fact for _, fact in facts), key=lambda fact: (fact[5], fact[2]))
    fine = [fact for fact in windows if fact[6]]
    calls = [sum(fact[6] for fact in windows), sum(fact[7] for fact in windows)]
    unit = windows[-1][4]
    if not fine:
        return [unit, system, windows[0][5], windows[-1][5], 0, 0, *calls, [], [], []]
    start, end = fine[0][5], fine[-1][5] + DAY
    return [unit, system, windows[0][5], end, 0, 0, *calls, [start], [end], [unit]]
