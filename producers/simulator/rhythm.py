"""How much happens when: volumes of a full working day, the shape of a week and of a day."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from producers.simulator.documents import incoming, outgoing
from producers.simulator.people import change, credential, training
from producers.simulator.services import dossier, feedback
from producers.simulator.world import Life, World, moment

Start = Callable[[World, datetime], Life]

PER_DAY: Mapping[Start, float] = {
    incoming: 600,
    outgoing: 250,
    dossier: 150,
    change: 80,
    feedback: 40,
    training: 20,
    credential: 10,
}
"""New cases on a plain working day of the whole ministry."""

HOURS = (0, 0, 0, 0, 0, 0.2, 1, 5, 15, 16, 11, 5, 2, 6, 14, 15, 8, 3, 1, 0.6, 0.6, 0.4, 0.2, 0)
"""Weight of each local hour: peaks from 8 to 10 and from 14 to 16."""
IDLE = 0.02
"""What is left of a day on which nobody works."""


def day_weight(world: World, day: date) -> float:
    """Share of a plain day: Mondays 1.3, the days before a holiday 1.6, days off nearly nothing."""
    if not world.calendar.is_working_day(day):
        return IDLE
    ahead = [day + timedelta(days=n) for n in range(1, 6)]
    if any(each.weekday() < 5 and not world.calendar.is_working_day(each) for each in ahead):
        return 1.6
    return 1.3 if day.weekday() == 0 else 1.0


def starts_of(world: World, day: date, scale: float) -> list[tuple[datetime, Start]]:
    """The cases that begin on a day, in no order."""
    weight = day_weight(world, day) * scale
    begun: list[tuple[datetime, Start]] = []
    for start, volume in PER_DAY.items():
        # Courses are held on Saturdays.
        share = scale * 3 if start is training and day.weekday() == 5 else weight
        for _ in range(int(volume * share + world.rng.random())):
            hour = world.rng.choices(range(24), HOURS)[0]
            begun.append((moment(day, hour + world.rng.random()), start))
    return begun
