"""The stock of dossiers that a whole ministry carries, of which a short told past would hold only a part."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from producers.simulator.draft import Draft, Going, local, moment
from producers.simulator.rhythm import HOURS, PER_DAY, Rhythm
from producers.simulator.services import dossier
from producers.simulator.world import World

ENDED_WITHIN = timedelta(days=31)
ONE_DAY_MIN = 480
"""Working minutes within which a dossier is due soon."""
REACH_DAYS = 45
"""Nothing that is open is older."""
LATE_MIN = (1440, 6 * 1440)
"""Minutes after its due time at which a late dossier is resolved."""
STUCK = 0.3
"""Share of candidates that came due shortly before the end and are taken as still unresolved."""
SLOWEST_FIRST = 0.72
"""Each unit has so many overdue dossiers for one of the next slower unit."""


@dataclass(frozen=True)
class Stock:
    """How many dossiers of each state to tell beside the past."""

    overdue: int = 42
    soon: int = 44
    later: int = 200
    ended: int = 800


class Told(NamedTuple):
    """A dossier's events up to the end of the past; `going` is `None` if they are all."""

    drafts: list[Draft]
    going: Going | None


def standing(world: World, end: datetime, stock: Stock) -> list[Told]:
    """Dossiers of the full volume, drawn until the stock is complete or no candidate is left."""
    units = sorted(world.handling)
    world.rng.shuffle(units)
    pace = {unit: SLOWEST_FIRST**n for n, unit in enumerate(units)}
    missing = {"overdue": stock.overdue, "soon": stock.soon, "later": stock.later, "ended": stock.ended}
    told = []
    candidates = list(_begun(world, end))
    world.rng.shuffle(candidates)
    while candidates and any(missing.values()):
        one = _lived(world, candidates.pop(), end)
        state = _state(world, one, end)
        if not missing.get(state) or (
            state == "overdue" and world.rng.random() > pace[one.drafts[0].orgunit]
        ):
            continue
        missing[state] -= 1
        told.append(one)
    return told


def _begun(world: World, end: datetime) -> Iterator[datetime]:
    """When the dossiers of the last weeks were received, at four times full volume: most are not taken."""
    rhythm = Rhythm(world.calendar)
    for back in range(REACH_DAYS, -1, -1):
        day = local(end) - timedelta(days=back)
        for _ in range(int(4 * PER_DAY[dossier] * rhythm.weight(day))):
            at = moment(day, world.rng.choices(range(24), HOURS)[0] + world.rng.random())
            if at < end:
                yield at


def _lived(world: World, at: datetime, end: datetime) -> Told:
    life = dossier(world, at)
    draft, wake = next(life)
    drafts, due = [draft], _due(draft)
    late = world.at_work(world.after(due, *LATE_MIN))
    stuck = due < end < late and world.rng.random() < STUCK
    while wake is not None and wake < end:
        if stuck and len(drafts) > 1:
            return Told(drafts, Going(late, life, due))
        try:
            draft, wake = life.send(wake)
        except StopIteration:
            return Told(drafts, None)
        drafts.append(draft)
    resolved = any(draft.name == "dossier.resolved" for draft in drafts)
    return Told(drafts, Going(wake, life, None if resolved else due) if wake is not None else None)


def _state(world: World, one: Told, end: datetime) -> str:
    """overdue, soon, later; ended (not long ago); "" for those that do not matter."""
    names = [draft.name for draft in one.drafts]
    if "dossier.resolved" in names:
        at = one.drafts[names.index("dossier.resolved")].time
        return "ended" if end - at < ENDED_WITHIN else ""
    if "dossier.closed" in names or "dossier.clock_changed" in names:
        return ""
    due = _due(one.drafts[0])
    if due < end:
        return "overdue"
    return "soon" if world.calendar.working_minutes(end, due) <= ONE_DAY_MIN else "later"


def _due(received: Draft) -> datetime:
    return datetime.fromisoformat(received.data["due_at"])
