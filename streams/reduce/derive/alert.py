"""Alerts: when each was raised, acknowledged and ended."""

from streams.reduce.facts import Fact
from streams.reduce.state import Row

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "raised_at",
    "acknowledged_at",
    "ack_seconds",
    "open",
    "gap",
    "rule",
    "kpi",
    "severity",
    "status",
    "escalated",
)
ENDS = frozenset({"resolved", "closed"})


def alert(facts: list[tuple[str, Fact]]) -> Row:
    """An alert: unit, rule, severity and status as last stated; acknowledged the first time somebody did.

    Its end is the first since it was last raised or taken up again.
    """
    if not facts:
        return ["", None, None, None, None, None, 0, 0, "", "", "", "", 0]
    steps = sorted((fact for _, fact in facts), key=lambda fact: (fact[5], fact[2]))
    first: dict[str, int] = {}
    ended: int | None = None
    for fact in steps:
        first.setdefault(fact[6], fact[5])
        if fact[6] not in ENDS:
            ended = None
        elif ended is None:
            ended = fact[5]
    last = steps[-1]
    raised, seen = first.get("raised"), first.get("acknowledged")
    waited = None if raised is None or seen is None else max(seen - raised, 0) // 1000
    head: Row = [last[4], raised if raised is not None else steps[0][5], ended, raised, seen, waited]
    told = [last[8], last[9], last[7], last[6], int("escalated" in first)]
    return [*head, int(ended is None), int(raised is None), *told]
