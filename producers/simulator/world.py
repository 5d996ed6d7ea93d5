"""The simulated ministry: its units and staff, its procedures, its working rhythm, and one seeded chance."""

import hashlib
import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ioc.calendar import WorkingCalendar
from ioc.clock import VIETNAM
from ioc.reference import Catalogue
from producers.simulator.draft import local, moment, whole_ms
from producers.simulator.duties import FIELDS
from producers.simulator.incidents import SLOWER, Incidents
from producers.simulator.organisation import Organisation
from producers.simulator.procedures import BASELINE, EACH, Offer, offered

OUTSIDE = ("G01", "G12", "G15", "G18", "G22", "H26", "H31", "H39", "H57", "H61")
"""Organs that the ministry exchanges documents with."""
ONE_STOP = "motcua"
ON_TIME = (0.90, 0.97)
"""The slowest unit ends so much in time, the quickest so much."""
ONLINE = (0.54, 0.80)
"""Share of dossiers that come online on 1 January and on 31 December."""


@dataclass(frozen=True)
class Person:
    """One synthetic member of staff: a pseudonym and a unit, nothing else exists."""

    ref: str
    unit: str


class World:
    """Everything that lives draw on. The same seed and anchor give the same world and the same lives."""

    def __init__(
        self,
        catalogue: Catalogue,
        tenant: str,
        seed: int,
        anchor: datetime,
        incidents: Incidents | None = None,
    ) -> None:
        self.rng = random.Random(f"{seed}/{anchor.isoformat()}")  # noqa: S311 - chance, not secrecy
        self.tenant = tenant
        self.seed = seed
        self.catalogue = catalogue
        self.dated = 0.7
        """Share of incoming documents with a due date."""
        self.calendar: WorkingCalendar = catalogue.calendar
        self.anchor = anchor
        self.incidents = incidents or Incidents()
        self.organisation = Organisation(catalogue.units)
        units = self.organisation.on(local(anchor))
        tops = [unit.code for unit in catalogue.units if unit.parent is None]
        self.top = tops[0] if tops else units[0].code
        numbers = self._procedures()
        chance = random.Random(f"procedures/{seed}")  # noqa: S311 - chance, not secrecy
        self.handling = frozenset(numbers) & frozenset(self.answering(ONE_STOP)) or frozenset(numbers)
        """The units that receive dossiers."""
        self.offer = Offer(offered(numbers, chance), self.handling)
        key = f"simulated/{seed}".encode()
        self.staff: list[Person] = _interleaved(
            [
                [Person(_pseudonym(key, f"{unit.code}/{n}"), unit.code) for n in range(unit.headcount)]
                for unit in units
            ]
        )
        self._tag = "".join(self.rng.choices("ABCDEGHKLMNPQRSTVXY", k=5))
        self._numbers = 0
        self._pace: dict[str, float] = {}
        self._day = local(anchor), moment(local(anchor), 24)

    def unit(self, at: datetime) -> str:
        """A unit of that day, the larger the likelier."""
        return self.organisation.pick(self.rng, self.day(at))

    def day(self, at: datetime) -> date:
        """The Vietnamese date of an instant; quick while the day stays the same."""
        day, end = self._day
        if not end - timedelta(days=1) <= at < end:
            day = local(at)
            self._day = day, moment(day, 24)
        return day

    def answering(self, source: str) -> tuple[str, ...]:
        """The units that a source speaks of; none if the catalogue has no such source."""
        found = self.catalogue.sources.get(source)
        return tuple(sorted(found.units)) if found is not None else ()

    def in_time(self, unit: str, at: datetime) -> bool:
        """Whether the unit will end in time what it begins now: 90 to 97 of 100, fewer in a surge."""
        share = self._pace.get(unit)
        if share is None:
            chance = random.Random(f"pace/{self.seed}/{unit}")  # noqa: S311 - chance, not secrecy
            share = self._pace[unit] = chance.uniform(*ON_TIME)
        if self.incidents.surging(unit, at):
            share -= SLOWER
        return self.rng.random() < share

    def online(self, at: datetime) -> bool:
        """Whether a dossier comes online: more and more do over a year."""
        low, high = ONLINE
        return self.rng.random() < low + (high - low) * self.day(at).timetuple().tm_yday / 366

    def ref(self, prefix: str) -> str:
        """A reference that no other run has used."""
        self._numbers += 1
        return f"{prefix}-{self._tag}-{self._numbers}"

    def after(self, at: datetime, low_min: float, high_min: float) -> datetime:
        """An instant between so many minutes after `at`."""
        return at + timedelta(milliseconds=int(self.rng.uniform(low_min, high_min) * 60_000))

    def before(self, at: datetime, low_min: float, high_min: float) -> datetime:
        return at - timedelta(milliseconds=int(self.rng.uniform(low_min, high_min) * 60_000))

    def due(self, at: datetime, working_days: int) -> datetime:
        """The end of the n-th working day after the day of `at`."""
        return self.calendar.end_of_working_day(self.calendar.add_working_days(local(at), working_days))

    def between(self, start: datetime, end: datetime, low: float, high: float) -> datetime:
        """A working moment at a share of the way between two instants."""
        return self.at_work(start + (end - start) * self.rng.uniform(low, high))

    def at_work(self, at: datetime) -> datetime:
        """The same moment if somebody works then, else some time in the next working morning."""
        stood = at.astimezone(VIETNAM)
        if 7 <= stood.hour < 18 and self.calendar.is_working_day(stood.date()):
            return whole_ms(at)
        day = stood.date() if stood.hour < 7 else stood.date() + timedelta(days=1)
        while not self.calendar.is_working_day(day):
            day += timedelta(days=1)
        return moment(day, 8 + self.rng.random() * 2.5)

    def _procedures(self) -> Mapping[str, int]:
        """How many each unit has had: its baseline, or a plausible number where none is stated."""
        baselines, today = self.catalogue.baselines, local(self.anchor)
        stated = {code: baselines.value(BASELINE, code, today) for code in sorted(self.catalogue.units.codes)}
        found = {code: number for code, number in stated.items() if number}
        usual = [code for code in FIELDS if code in self.catalogue.units.codes]
        others = self.answering(ONE_STOP) or [unit.code for unit in self.organisation.on(today)][:8]
        return found or dict.fromkeys(usual or others, EACH)


def _pseudonym(key: bytes, number: str) -> str:
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def _interleaved(groups: list[list[Person]]) -> list[Person]:
    """All persons, each unit's spread evenly, so that any beginning of the list covers every unit alike."""
    placed = [
        ((n + 0.5) / len(group), at, person)
        for at, group in enumerate(groups)
        for n, person in enumerate(group)
    ]
    return [person for *_, person in sorted(placed, key=lambda each: each[:2])]
