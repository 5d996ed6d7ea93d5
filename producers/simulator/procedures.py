"""Administrative procedures: what the ministry offers, published once and changed over the year."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life
from producers.simulator.duties import FIELDS, OTHER_FIELD

if TYPE_CHECKING:
    from producers.simulator.world import World

BASELINE = "procedures"
EACH = 45
"""Procedures of a unit where no baseline says how many there were."""
KEPT = 0.88
"""Share of the baseline in force when the history begins; the rest stands there as abolished."""
STATUTORY_DAYS = (3, 5, 7, 10, 15, 20)
LEVELS = ("none", "partial", "full")


class Procedure(NamedTuple):
    """One procedure as it was last published. `use`: how often it is asked for, next to the others."""

    code: str
    field: str
    unit: str
    days: int
    fee: bool
    level: str
    eligible: bool
    business: bool
    citizen: bool
    paper: bool
    fee_online: bool
    population: bool
    complete: bool
    use: float
    active: bool = True


class Offer:
    """The procedures of the ministry as of now; dossiers are asked for by their use."""

    def __init__(self, procedures: Sequence[Procedure], handling: frozenset[str]) -> None:
        self.all = list(procedures)
        self._handling = handling
        self._pools: dict[tuple[bool, str | None], tuple[list[Procedure], list[float]]] = {}

    def pick(self, rng: random.Random, *, online: bool, unit: str | None = None) -> Procedure:
        """The procedure of a new dossier: one that can be asked for online if that is wanted, of a unit if
        one is named."""
        if (online, unit) not in self._pools:
            self._pools[online, unit] = self._pool(online=online, unit=unit)
        pool, weights = self._pools[online, unit]
        return rng.choices(pool, cum_weights=weights)[0]

    def replace(self, at: int, procedure: Procedure) -> None:
        """A procedure was published anew; behind the last one, a new one."""
        self.all[at : at + 1] = [procedure]
        self._pools = {}

    def _pool(self, *, online: bool, unit: str | None) -> tuple[list[Procedure], list[float]]:
        units = self._handling if unit is None else {unit}
        handled = [each for each in self.all if each.active and each.unit in units] or self.all
        open_to = [each for each in handled if each.level != "none"] if online else handled
        pool = open_to or handled
        return pool, list(accumulate(each.use for each in pool))


def offered(numbers: Mapping[str, int], rng: random.Random) -> list[Procedure]:
    """So many procedures of each unit; a few of each are asked for far more often than the others."""
    made: list[Procedure] = []
    for unit, count in numbers.items():
        for n in range(count):
            made.append(_made(unit, n, len(made), active=n < KEPT * count, rng=rng))
    return made


def _made(unit: str, n: int, number: int, *, active: bool, rng: random.Random) -> Procedure:
    fields = FIELDS.get(unit, (OTHER_FIELD,))
    eligible = rng.random() < 0.86
    level = rng.choices(LEVELS, (10, 24, 66))[0] if eligible else rng.choices(LEVELS, (80, 20, 0))[0]
    fee = rng.random() < 0.6
    business = rng.random() < 0.35
    return Procedure(
        code=f"1.{number:06d}",
        field=fields[n % len(fields)],
        unit=unit,
        days=STATUTORY_DAYS[(n + number) % len(STATUTORY_DAYS)],
        fee=fee,
        level=level,
        eligible=eligible,
        business=business,
        citizen=not business or rng.random() < 0.3,
        paper=rng.random() < 0.7,
        fee_online=fee and rng.random() < 0.4,
        population=rng.random() < 0.35,
        complete=rng.random() < 0.9,
        use=1 / (1 + n) ** 0.8,
        active=active,
    )


def published(world: "World", procedure: Procedure, action: str, at: datetime) -> Draft:
    """What the national database of procedures says of it."""
    rng = world.rng
    data = {
        "procedure_code": procedure.code,
        "field_code": procedure.field,
        "action": action,
        "online_level": procedure.level,
        "online_eligible": procedure.eligible,
        "business_related": procedure.business,
        "statutory_days": float(procedure.days),
        "fee_required": procedure.fee,
        "announced_on_time": rng.random() < 0.78,
        "published_on_time": rng.random() < 0.82,
        "content_complete": procedure.complete,
        "paper_result": procedure.paper,
        "fee_offered_online": procedure.fee_online,
        "citizen_facing": procedure.citizen,
        "population_connected": procedure.population,
        "at": stamp(at),
    }
    return Draft("procedure.published", "csdl_tthc", procedure.code, procedure.unit, at, data)


def on_record(world: "World", at: datetime) -> Iterator[Draft]:
    """All procedures, as the database hands them over when it is connected."""
    for n, procedure in enumerate(world.offer.all):
        when = at + timedelta(milliseconds=300 * n)
        yield published(world, procedure, "created" if procedure.active else "abolished", when)


def change(world: "World", at: datetime) -> Life:
    """One procedure is published anew: put online, made simpler, abolished; now and then one is new."""
    rng, offer = world.rng, world.offer
    if rng.random() < 0.06:
        unit = rng.choice(sorted({each.unit for each in offer.all}))
        new = _made(unit, 20, len(offer.all), active=True, rng=rng)
        offer.replace(len(offer.all), new)
        yield published(world, new, "created", at), None
        return
    at_index, procedure = rng.choice([pair for pair in enumerate(offer.all) if pair[1].active])
    if rng.random() < 0.1:
        action, procedure = rng.choice(("abolished", "merged")), procedure._replace(active=False)
    else:
        action, procedure = "updated", _better(procedure, rng)
    offer.replace(at_index, procedure)
    yield published(world, procedure, action, at), None


def _better(procedure: Procedure, rng: random.Random) -> Procedure:
    """One step further: online, its fee, the population database, its days."""
    level = LEVELS[min(LEVELS.index(procedure.level) + 1, 2)] if procedure.eligible else procedure.level
    return procedure._replace(
        level=level,
        fee_online=procedure.fee and (procedure.fee_online or rng.random() < 0.5),
        population=procedure.population or rng.random() < 0.3,
        days=max(procedure.days - (rng.random() < 0.3), 2),
        complete=True,
    )
