"""How much happens when: volumes of a full working day, the shape of a week and of a day."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from ioc.calendar import WorkingCalendar
from producers.simulator import procedures
from producers.simulator.documents import incoming, outgoing
from producers.simulator.draft import Life, moment
from producers.simulator.duties import DATASETS
from producers.simulator.incidents import BUSIER
from producers.simulator.people import change, credential, moved, training
from producers.simulator.services import dossier, feedback
from producers.simulator.systems import (
    CALLS_EVERY_H,
    archive_batch,
    assessment,
    calls,
    connected,
    hours_of,
)
from producers.simulator.tasks import task
from producers.simulator.world import World

Start = Callable[[World, datetime], Life]

PER_DAY: Mapping[Start, float] = {
    incoming: 600,
    outgoing: 250,
    dossier: 150,
    change: 80,
    feedback: 40,
    task: 20,
    training: 20,
    credential: 10,
}
"""New cases on a plain working day of the whole ministry."""

HOURS = (0, 0, 0, 0, 0, 0.2, 1, 5, 15, 16, 11, 5, 2, 6, 14, 15, 8, 3, 1, 0.6, 0.6, 0.4, 0.2, 0)
"""Weight of each local hour: peaks from 8 to 10 and from 14 to 16."""
IDLE = 0.02
"""What is left of a day on which nobody works."""
EVE, MONDAY, AFTER_TET = 1.6, 1.3, 0.7
EVE_DAYS = 7
"""So many days before Tết and 2/9 are busy."""
COURSE = 12
"""A Saturday of courses, one a month: so many times the training of a plain day."""
ARCHIVE_HOURS = range(9, 18)
PUBLISHED = 1.2
"""Procedures published anew on a plain working day."""


def great_holidays(calendar: WorkingCalendar, year: int) -> dict[str, tuple[date, date]]:
    """First and last day off around 2/9, and of Tết: the longest rest of January and February."""
    found = {}
    national = date(year, 9, 2)
    if not calendar.is_working_day(national) and calendar.covers(national):
        found["national"] = _rest(calendar, national)
    winter = [date(year, 1, 15) + timedelta(days=n) for n in range(45)]
    rests = {_rest(calendar, day) for day in winter if not calendar.is_working_day(day)}
    first, last = max(rests, key=lambda rest: rest[1] - rest[0], default=(national, national))
    if (last - first).days >= 4:
        found["tet"] = first, last
    return found


def _rest(calendar: WorkingCalendar, day: date) -> tuple[date, date]:
    first = last = day
    while not calendar.is_working_day(first - timedelta(days=1)):
        first -= timedelta(days=1)
    while not calendar.is_working_day(last + timedelta(days=1)):
        last += timedelta(days=1)
    return first, last


class Rhythm:
    """Shares of a plain day; worked out once a year."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._holidays: dict[int, dict[str, tuple[date, date]]] = {}

    def weight(self, day: date) -> float:
        """Mondays 1.3, the days before Tết and 2/9 1.6, days off nearly nothing."""
        if not self._calendar.is_working_day(day):
            return IDLE
        if day.year not in self._holidays:
            self._holidays[day.year] = great_holidays(self._calendar, day.year)
        for name, (first, last) in self._holidays[day.year].items():
            if timedelta(0) < first - day <= timedelta(days=EVE_DAYS):
                return EVE
            if name == "tet" and timedelta(0) < day - last <= timedelta(days=3):
                return AFTER_TET
        return MONDAY if day.weekday() == 0 else 1.0


def course_day(day: date) -> bool:
    """The second Saturday of the month: courses are held monthly, "vào thứ 7" (cuộc họp ngày 4/4/2025)."""
    return day.weekday() == 5 and 8 <= day.day <= 14


def starts_of(
    world: World, rhythm: Rhythm, day: date, scale: float, clockwork: float
) -> list[tuple[datetime, Start]]:
    """The cases that begin on a day, in no order: `scale` of a whole ministry's.

    `clockwork`: the same for procedures and for what systems tell."""
    weight = rhythm.weight(day) * scale
    begun: list[tuple[datetime, Start]] = []
    for start, volume in PER_DAY.items():
        share = weight
        if start is training and day.weekday() == 5:
            share = scale * (COURSE if course_day(day) else 1)
        begun += _spread(world, day, volume * share, start)
    for surge in world.incidents.surges:
        if surge.start <= moment(day, 12) < surge.end:
            more = PER_DAY[dossier] * weight * (BUSIER - 1) / max(len(world.handling), 1)
            begun += _spread(world, day, more, partial(dossier, unit=surge.unit))
    begun += _spread(world, day, PUBLISHED * rhythm.weight(day) * clockwork, procedures.change)
    return begun + _by_clock(world, day, clockwork) + _moving(world, day)


def _spread(world: World, day: date, volume: float, start: Start) -> list[tuple[datetime, Start]]:
    rng = world.rng
    times = rng.choices(range(24), HOURS, k=int(volume + rng.random()))
    return [(moment(day, hour + rng.random()), start) for hour in times]


def _by_clock(world: World, day: date, share: float) -> list[tuple[datetime, Start]]:
    """What systems tell on a day."""
    told: list[tuple[datetime, Start]] = []
    if world.calendar.is_working_day(day):
        told += [(moment(day, hour), archive_batch) for hour in ARCHIVE_HOURS]
    told += [(moment(day, 2 + n / 20), partial(assessment, code)) for n, code in enumerate(DATASETS)]
    for system in connected(world, day):
        told += [(at, partial(calls, system, CALLS_EVERY_H)) for at in hours_of(day)]
    return told if share >= 1 else [each for each in told if world.rng.random() < share]


def _moving(world: World, day: date) -> list[tuple[datetime, Start]]:
    """On the day after a reorganisation the records of those concerned name their new unit."""
    gone = world.organisation.gone(day)
    staff = [person for person in world.staff if person.unit in gone] if gone else []
    return [(moment(day, 8 + 8 * n / len(staff)), partial(moved, person)) for n, person in enumerate(staff)]
