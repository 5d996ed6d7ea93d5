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
    "seqno",
    "owner",
    "to_unit",
    "shelved_until",
    "changed_at",
    "changed_by",
    "reason",
    "steps",
    "breaches",
    "renewed",
)
ENDS = frozenset({"resolved", "closed"})
TAKEN = ("acknowledged", "assigned")
ROLE, TO_ROLE, TO_UNIT, UNTIL, REASON, STEP, BREACHES = range(10, 17)
_NOTHING: Row = [0, "", "", None, None, "", "", [], None, 0]


def alert(facts: list[tuple[str, Fact]]) -> Row:
    """An alert: unit, rule, severity and status as last stated; acknowledged, or assigned, the first time.

    Its end is the first since it was last raised or taken up again.
    """
    if not facts:
        return ["", None, None, None, None, None, 0, 0, "", "", "", "", 0, *_NOTHING]
    steps = sorted((fact for _, fact in facts), key=lambda fact: (fact[2], fact[5]))
    first: dict[str, int] = {}
    ended: int | None = None
    for fact in steps:
        first.setdefault(fact[6], fact[5])
        if fact[6] not in ENDS:
            ended = None
        elif ended is None:
            ended = fact[5]
    last = steps[-1]
    raised = first.get("raised")
    seen = min((first[state] for state in TAKEN if state in first), default=None)
    waited = None if raised is None or seen is None else max(seen - raised, 0) // 1000
    head: Row = [last[4], raised if raised is not None else steps[0][5], ended, raised, seen, waited]
    told = [last[8], last[9], last[7], last[6], int("escalated" in first)]
    return [*head, int(ended is None), int(raised is None), *told, *_handling(steps)]


def _handling(steps: list[Fact]) -> Row:
    """Who has it, since when, why, and what was done. An older fact says nothing of that."""
    whole = [[*fact, *[None] * (BREACHES + 1 - len(fact))] for fact in steps]
    last = whole[-1]

    def latest(place: int) -> str:
        return next((str(fact[place]) for fact in reversed(whole) if fact[place]), "")

    counts = [fact[BREACHES] for fact in whole if fact[BREACHES] is not None]
    until = last[UNTIL] if last[6] == "shelved" else None
    done = list(dict.fromkeys(str(fact[STEP]) for fact in whole if fact[STEP]))
    raised = sum(fact[6] == "raised" for fact in whole)
    handed: Row = [last[2], latest(TO_ROLE), latest(TO_UNIT), until, last[5], last[ROLE] or ""]
    return [*handed, latest(REASON), done, counts[-1] if counts else None, int(raised > 1)]
