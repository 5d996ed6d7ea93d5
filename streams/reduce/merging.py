"""Events into cases: group by case, read what is known, join, derive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from ioc.sources import HEARTBEAT, Sources
from storage import cases
from storage.cells import LIVE
from storage.client import Store
from streams.reduce.facts import Event, Fact, presence, statements
from streams.reduce.kinds import KINDS
from streams.reduce.state import Row, State, load
from streams.reduce.worktime import WorkTime


@dataclass(slots=True)
class News:
    """What a batch of events says about one case."""

    facts: list[tuple[str, Fact]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """A case before and after a batch."""

    subject: str
    before: Row | None
    after: Row
    state: str


Gathered = dict[str, dict[str, News]]


def gather(events: Iterable[Event], withdrawn: set[str], sources: Sources) -> Gathered:
    """The news of these events, by kind and subject. `withdrawn`: identities that corrections named."""
    authority = {code: source.authority for code, source in sources.items()}
    found: Gathered = {kind: {} for kind in KINDS}
    alive: dict[tuple[str, bool], Event] = {}
    for event in events:
        sign = event.source, event.type == HEARTBEAT
        latest = alive.get(sign)
        if latest is None or (latest.time, latest.id) < (event.time, event.id):
            alive[sign] = event
        marks = _marks(event, withdrawn) if withdrawn else None
        for kind, subject, key, fact in statements(event, authority.get(event.source, 0)):
            news = found[kind].get(subject)
            if news is None:
                news = found[kind][subject] = News()
            news.facts.append((key, fact))
            if marks:
                news.withdrawn += marks
    for event in alive.values():
        _, system, key, fact = presence(event)
        found["source"].setdefault(system, News()).facts.append((key, fact))
    return {kind: news for kind, news in found.items() if news}


def _marks(event: Event, withdrawn: set[str]) -> list[str]:
    """Identities left out of every case this event speaks about: the one it corrects, and itself if named."""
    marks = [f"{event.source}/{event.correctionof}"] if event.correctionof else []
    if event.identity in withdrawn:
        marks.append(event.identity)
    return marks


def merge(
    store: Store,
    gathered: Mapping[str, Mapping[str, News]],
    tenant: str,
    time: WorkTime,
    database: str = LIVE,
) -> dict[str, list[Change]]:
    """The cases that change, by kind; cases to which nothing new was said are left out.

    `database`: where the cases stand.
    """
    changes = {}
    for kind, news in gathered.items():
        known = cases.read_states(store, KINDS[kind].table.at(database), tenant, list(news))
        changed = [
            change
            for subject, said in news.items()
            if (change := joined(kind, subject, known.get(subject), said, time)) is not None
        ]
        if changed:
            changes[kind] = changed
    return changes


def joined(kind: str, subject: str, known: str | None, news: News, time: WorkTime) -> Change | None:
    """One case with its news; None when they change nothing."""
    state = load(known) if known is not None else State()
    changed = False
    for key, fact in news.facts:
        changed |= state.add(key, fact)
    for identity in news.withdrawn:
        changed |= state.withdraw(identity)
    if not changed:
        return None
    return folded(kind, subject, state, time)


def folded(kind: str, subject: str, state: State, time: WorkTime) -> Change:
    """What follows now from the facts of a case, beside what was written before."""
    after = KINDS[kind].fold(subject, state.standing(), time)
    before = state.row
    if before is not None and len(before) < len(after):
        before = before + [None] * (len(after) - len(before))  # from before these columns
    return Change(subject, before, after, state.dump(after))


def units_of(changes: Mapping[str, Sequence[Change]]) -> set[str]:
    """All units that these cases count for, now or in one of their spans."""
    found = {str(each.after[0]) for changed in changes.values() for each in changed}
    for kind, changed in changes.items():
        if "stage_unit" in KINDS[kind].table.columns:
            at = KINDS[kind].table.index("stage_unit")
            found |= {str(unit) for each in changed for unit in cast(list[object], each.after[at])}
    return found - {""}
