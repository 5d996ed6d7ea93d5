"""Tasks that a unit was given: how far each has come, and when it was due, first and last."""

from streams.reduce.derive.document import on_time
from streams.reduce.derive.stages import Stages
from streams.reduce.facts import Fact
from streams.reduce.state import Row

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "original_due_at",
    "due_at",
    "on_time",
    "open",
    "gap",
    "program",
    "priority",
    "status",
    "progress",
    "extended",
    "stage_from",
    "stage_to",
    "stage_state",
    "stage_due",
)
BEGUN = "assigned"
ENDS = frozenset({"completed", "cancelled"})


def task(facts: list[tuple[str, Fact]]) -> Row:
    """A task: its end is the first since it was last returned; in time against the date it was first due.

    What was said last (by seqno, then by time) holds from its instant on, in place of what was said of later
    ones. An extension moves what is due from then on, and is shown; it does not make a late task one in time.
    """
    start: Fact | None = None
    changes: list[Fact] = []
    for _, fact in facts:
        if fact[0] == 20:
            start = fact
        else:
            changes.append(fact)
    due: int | None = start[6] if start else None
    state, ended, progress, extended = BEGUN if start else "", None, 0, 0
    stages = Stages(2)
    if start:
        stages.begin(start[5], state, due)
    for change in changes:
        step, progress = change[5], change[8]
        if step == "extended":
            extended, due = 1, change[7] if change[7] is not None else due
        else:
            state = step
        if state not in ENDS:
            ended = None
        elif ended is None:
            ended = change[6]
        if start:
            stages.begin(max(change[6], start[5]), state, due)
    first = start[6] if start else None
    unit = start[4] if start else changes[-1][4] if changes else ""
    head: Row = [unit, start[5] if start else None, ended, first, due]
    flags = [int(on_time(ended, first) and state == "completed"), int(start is not None and ended is None)]
    told = [start[7], start[8]] if start else ["", 0]
    return [*head, *flags, int(start is None), *told, state, progress, extended, *stages.columns()]
