"""The simulated ministry: its units and staff, its procedures, its working rhythm, and one seeded chance."""

import hashlib
import hmac
import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from ioc.calendar import WorkingCalendar
from ioc.clock import VIETNAM
from ioc.reference import Catalogue
from ioc.units import Unit


class Draft(NamedTuple):
    """An event before it has an id and bytes. `time` is UTC, whole milliseconds."""

    name: str
    source: str
    subject: str
    orgunit: str
    time: datetime
    data: dict[str, Any]


Life = Generator[tuple[Draft, datetime | None], datetime, None]
"""One case. Yields its next event and when it wants to be woken for the one after (`None`: never); is sent
the instant at which that really happens, so that the same life can be lived in the past or live."""


class Going(NamedTuple):
    """A life that goes on, when it wants to be woken, and an unresolved dossier's due time, if known."""

    wake: datetime
    life: Life
    due: datetime | None = None


class Procedure(NamedTuple):
    code: str
    field: str
    unit: str
    days: int
    fee: bool


FIELDS = (
    ("van_thu_luu_tru", "G09.913"),
    ("tien_luong_bhxh", "G09.914"),
    ("viec_lam", "G09.915"),
    ("lao_dong_ngoai_nuoc", "G09.916"),
    ("nguoi_co_cong", "G09.917"),
    ("thi_dua_khen_thuong", "G09.918"),
    ("hoi_quy_phi_chinh_phu", "G09.905"),
    ("cong_chuc_vien_chuc", "G09.901"),
)
"""Fields of procedures with the unit that handles them; a unit the catalogue lacks falls to the first of
it."""
STATUTORY_DAYS = (3, 5, 7, 10, 15, 20)
OUTSIDE = ("G01", "G12", "G15", "G18", "G22", "H26", "H31", "H39", "H57", "H61")
"""Organs that the ministry exchanges documents with."""


@dataclass(frozen=True)
class Person:
    """One synthetic member of staff: a pseudonym and a unit, nothing else exists."""

    ref: str
    unit: str


class World:
    """Everything that lives draw on. The same seed and anchor give the same world and the same lives."""

    def __init__(self, catalogue: Catalogue, tenant: str, seed: int, anchor: datetime) -> None:
        self.rng = random.Random(f"{seed}/{anchor.isoformat()}")  # noqa: S311 - chance, not secrecy
        self.tenant = tenant
        self.dated = 0.7
        """Share of incoming documents with a due date."""
        self.calendar: WorkingCalendar = catalogue.calendar
        self.anchor = anchor
        everyone = catalogue.units.valid(local(anchor))
        self.units: Sequence[Unit] = [unit for unit in everyone if unit.parent is not None] or list(everyone)
        self._codes = [unit.code for unit in self.units]
        self._weights = [8 + unit.headcount**0.5 for unit in self.units]
        self.procedures = self._procedures()
        key = f"simulated/{seed}".encode()
        self.staff: list[Person] = _interleaved(
            [
                [Person(_pseudonym(key, f"{unit.code}/{n}"), unit.code) for n in range(unit.headcount)]
                for unit in self.units
            ]
        )
        self._tag = "".join(self.rng.choices("ABCDEGHKLMNPQRSTVXY", k=5))
        self._numbers = 0

    def unit(self) -> str:
        """A unit, the larger the likelier."""
        return self.rng.choices(self._codes, self._weights)[0]

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

    def _procedures(self) -> list[Procedure]:
        made: list[Procedure] = []
        for field, owner in FIELDS:
            unit = owner if owner in self._codes else self._codes[0]
            for n in range(1, 7):
                days = STATUTORY_DAYS[(n + len(made)) % len(STATUTORY_DAYS)]
                made.append(Procedure(f"1.{len(made):03d}{n}", field, unit, days, n % 3 != 0))
        return made


def local(at: datetime) -> date:
    """The Vietnamese date of an instant."""
    return at.astimezone(VIETNAM).date()


def moment(day: date, hour: float) -> datetime:
    """The instant of a local time of day, hours as a number."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    return whole_ms(midnight + timedelta(hours=hour))


def whole_ms(at: datetime) -> datetime:
    """The instant in UTC, cut to the millisecond that the ledger keeps."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


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
