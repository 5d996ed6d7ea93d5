"""Citizens' feedback: from the first state to the last, with what was reopened."""

from streams.reduce.derive.document import on_time
from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import WorkTime

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "due_at",
    "on_time",
    "open",
    "gap",
    "kind",
    "status",
    "reopened",
    "dissatisfied",
)
HANDLED = frozenset({"resolved", "refused"})


def feedback(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """Handled = resolved or refused, the first time since it was last reopened. Due and unit: the latest."""
    if not facts:
        return ["", None, None, None, 0, 0, 0, "", "", 0, 0]
    ended: int | None = None
    reopened = dissatisfied = 0
    started = False
    for _, fact in facts:
        state = fact[4]
        started |= state == "received"
        dissatisfied |= fact[8]
        if state == "reopened":
            ended, reopened = None, 1
        elif state in HANDLED and ended is None:
            ended = fact[5]
    last = facts[-1][1]
    opened = min(fact[5] for _, fact in facts)
    flags = [on_time(ended, last[7]), int(ended is None), int(not started)]
    return [last[6], opened, ended, last[7], *flags, last[9], last[4], reopened, dissatisfied]
