"""Batches of archives: how much of each had been described and digitised at any instant."""

from streams.reduce.derive.stages import Stages
from streams.reduce.facts import Fact
from streams.reduce.state import Row

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "open",
    "gap",
    "fonds_code",
    "last_operation",
    "high_use",
    "error_items",
    "stage_from",
    "stage_to",
    "stage_described",
    "stage_digitised",
    "stage_highuse",
)


def archive(facts: list[tuple[str, Fact]]) -> Row:
    """A batch: items described and pages digitised add up over its events; it stays open for ever.

    A batch is of high use if the event that digitised its pages says so.
    """
    if not facts:
        return ["", None, None, 0, 0, "", "", 0, 0, [], [], [], [], []]
    steps = sorted((fact for _, fact in facts), key=lambda fact: (fact[5], fact[2]))
    described = digitised = highuse = errors = 0
    stages = Stages(3)
    for fact in steps:
        errors += fact[9]
        if fact[6] == "described":
            described += fact[7]
        elif fact[6] == "digitised":
            digitised += fact[8]
            highuse += fact[8] * fact[10]
        stages.begin(fact[5], described, digitised, highuse)
    last = steps[-1]
    used = int(any(fact[10] for fact in steps))
    return [last[4], steps[0][5], None, 1, 0, last[11], last[6], used, errors, *stages.columns()]
