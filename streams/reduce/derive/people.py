"""Staff: changes and their legal limits; records, credentials and training as spans of time that hold."""

from collections.abc import Iterable

from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import DAY, FAR, WorkTime, a_year_after, day_of, start_of

CHANGE_COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "limit_at",
    "settled_at",
    "on_time",
    "open",
    "gap",
    "origin",
    "change_group",
)
STAGES = ("stage_from", "stage_to", "stage_unit")
RECORD_COLUMNS = ("unit", "person", "opened_at", "ended_at", "last_result", *STAGES)
CREDENTIAL_COLUMNS = ("unit", "person", "opened_at", "ended_at", "kind", *STAGES)
TRAINING_COLUMNS = ("unit", "person", "opened_at", "ended_at", "course_group", "proficient", *STAGES)
UNIT_ENTRY_DAYS = 3
SKILL = "ai"
"""The group of courses that gives a skill."""


def hr_change(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """A change: settled when it was synchronised or when its limit passed, whichever came first."""
    start = None
    synced: int | None = None
    org = ""
    for _, fact in facts:
        if fact[0] == 15:
            start = fact
        else:
            org = fact[6]
            if fact[4] and (synced is None or fact[5] < synced):
                synced = fact[5]
    if start is None:
        return [org, None, synced, None, None, 0, 0, 1, "", ""]
    limit = _limit(start, time)
    settled = None if limit is None else limit if synced is None else min(limit, synced)
    ok = int(limit is not None and synced is not None and synced <= limit)
    head: Row = [start[4], start[5], synced, limit, settled, ok, int(synced is None), 0]
    return [*head, start[6], start[7]]


def _limit(start: Fact, time: WorkTime) -> int | None:
    """From a system: 24 hours; entered by a unit: the end of the third working day; else no legal limit."""
    completed: int = start[5]
    if start[6] == "system":
        return completed + DAY
    if start[6] == "unit_entry":
        return start_of(time.working_day(day_of(completed), UNIT_ENTRY_DAYS) + 1) - 1
    return None


def _spans(spans: Iterable[tuple[int, int, str]]) -> list[list[object]]:
    """Spans as columns; neighbours of one unit become one, empty ones vanish."""
    joined: list[tuple[int, int, str]] = []
    for start, end, unit in spans:
        if end <= start:
            continue
        if joined and joined[-1][1] == start and joined[-1][2] == unit:
            joined[-1] = joined[-1][0], end, unit
        else:
            joined.append((start, end, unit))
    return [[each[0] for each in joined], [each[1] for each in joined], [each[2] for each in joined]]


def _next(instants: list[int], index: int) -> int:
    return instants[index + 1] if index + 1 < len(instants) else FAR


def hr_record(subject: str, facts: list[tuple[str, Fact]]) -> Row:
    """A person's record: it exists from a successful synchronisation until one that is not."""
    syncs = sorted((fact for _, fact in facts), key=lambda fact: (fact[6], fact[2]))
    if not syncs:
        return ["", subject, None, None, "", [], [], []]
    instants = [fact[6] for fact in syncs]
    held = ((fact[6], _next(instants, index), fact[4]) for index, fact in enumerate(syncs) if fact[5] == "ok")
    return [syncs[-1][4], subject, instants[0], None, syncs[-1][5], *_spans(held)]


def credential(subject: str, facts: list[tuple[str, Fact]]) -> Row:
    """A credential: valid from issue or renewal until it ends, is renewed or is revoked."""
    person, _, kind = subject.rpartition("/")
    steps = sorted((fact for _, fact in facts), key=lambda fact: (fact[3], fact[2]))
    if not steps:
        return ["", person, None, None, kind, [], [], []]
    instants = [fact[3] for fact in steps]
    held = (
        (fact[3], min(_next(instants, index), FAR if fact[6] is None else fact[6]), fact[4])
        for index, fact in enumerate(steps)
        if fact[5] != "revoked"
    )
    return [steps[-1][4], person, instants[0], None, kind, *_spans(held)]


def training(subject: str, facts: list[tuple[str, Fact]]) -> Row:
    """Courses of one group: each one passed counts for twelve months, for the unit it was passed in.

    Skill in artificial intelligence is not training to be repeated: from the first course passed at the
    proficient level on it is had for good, and lower courses do not give it.
    """
    person, _, group = subject.rpartition("/")
    courses = sorted((fact for _, fact in facts), key=lambda fact: (fact[6], fact[2]))
    if not courses:
        return ["", person, None, None, group, 0, [], [], []]
    passed = [fact for fact in courses if fact[5] and (fact[7] or group != SKILL)]
    proficient = int(any(fact[7] for fact in passed))
    instants = [fact[6] for fact in passed]
    held = (
        (fact[6], _next(instants, index) if group == SKILL else a_year_after(fact[6]), fact[4])
        for index, fact in enumerate(passed)
    )
    return [courses[-1][4], person, courses[0][6], None, group, proficient, *_spans(held)]
