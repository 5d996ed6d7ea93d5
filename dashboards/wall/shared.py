"""The frame as everybody sees it who reads the same language: made once for each reading and each second.

With fifty walls nothing of it is made fifty times; what did not change is the same object, and a page sees
at once that it has nothing to send.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dashboards.wall import frame
from dashboards.wall.around import Around
from dashboards.wall.glossary import Glossary
from dashboards.wall.house import House
from dashboards.wall.panels import Drawn
from dashboards.wall.poller import Frame, Poller
from dashboards.wall.rotation import Standing
from ioc.clock import Clock
from ioc.messages import FIRST, Language, language


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Status, clock, alerts and sources as they are shown; `standing` moves the rotation."""

    level: Drawn
    clock: Drawn
    strip: Drawn | None
    trust: Drawn
    standing: Sequence[Standing] | None
    stopped_since: datetime | None


class Shared:
    """Belongs to the event loop. `around`: what reads for the frame."""

    def __init__(self, around: Poller, house: House, clock: Clock, glossary: Glossary) -> None:
        self._around, self._house, self._clock, self._glossary = around, house, clock, glossary
        self._made: dict[Language, tuple[Frame, datetime, Surroundings]] = {}

    def now(self) -> Surroundings:
        """In the language that is spoken."""
        known, second = self._around.frame, self._clock.now().replace(microsecond=0)
        made = self._made.get(language())
        if made is None or made[0] is not known or made[1] != second:
            made = known, second, _kept(made[2] if made else None, self._surroundings(known))
            self._made[language()] = made
        return made[2]

    def _surroundings(self, known: Frame) -> Surroundings:
        told = known if language() == FIRST else self._glossary.frame(known)
        around = Around(told, self._clock.now())
        return Surroundings(
            level=frame.level(around),
            clock=frame.clock(around),
            strip=frame.strip(around, self._house),
            trust=frame.trust(around),
            standing=self._house.standing(around.alarms),
            stopped_since=around.stopped_since,
        )


def _kept(before: Surroundings | None, now: Surroundings) -> Surroundings:
    """Now, with the very objects of before where they say the same."""
    if before is None:
        return now
    shown = ("level", "clock", "strip", "trust")
    same = {name: old for name in shown if (old := getattr(before, name)) == getattr(now, name)}
    return replace(now, **same)
