"""What the frame knows of its organisation: names of roles, where alerts are shown, how boards turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboards.boards.parts import short_names
from dashboards.boards.playlist import TURNING
from dashboards.wall.alarms import Alarm
from dashboards.wall.board import FIRST, Board
from dashboards.wall.homes import homes
from dashboards.wall.rotation import Standing
from ioc.alerts import Rules
from ioc.kpis import Kpis
from ioc.messages import of
from ioc.reference import Catalogue
from ioc.roles import Roles
from ioc.words import Words

NOT_TURNING = ("leadership",)
"""The leaders' own board is not for a public wall."""


@dataclass(frozen=True, slots=True)
class House:
    """`turning`: the boards of a rotation, in order. `board_of`: alert rule → the board it is shown on."""

    roles: Mapping[str, Words]
    units: Mapping[str, str]
    board_of: Mapping[str, str]
    turning: tuple[str, ...]
    first: str

    def role(self, code: str) -> str:
        """A role's name, in the language that is spoken."""
        name = self.roles.get(code)
        return of(name) if name else code

    def unit(self, code: str) -> str:
        return self.units.get(code, code)

    @classmethod
    def load(cls, boards: Mapping[str, Board], catalogue: Path | None = None) -> "House":
        """Raises `SettingsError` when the catalogue is not as expected."""
        kpis = Kpis.load(catalogue)
        first = FIRST if FIRST in boards else next(iter(boards))
        listed = [uid for uid in TURNING if uid in boards]
        others = [uid for uid in boards if uid not in (*listed, *NOT_TURNING)]
        return cls(
            units={unit.code: unit.name for unit in Catalogue.load(catalogue).units} | short_names("units"),
            roles={role.id: role.name for role in Roles.load(catalogue).values()},
            board_of=homes(Rules.load(catalogue).about(kpis), kpis, boards, first),
            turning=(*listed, *others),
            first=first,
        )

    def standing(self, alarms: Sequence[Alarm] | None) -> tuple[Standing, ...] | None:
        """The critical alerts that nobody took up, the longest-waiting first; None: not known."""
        if alarms is None:
            return None
        waiting = sorted(
            (alarm for alarm in alarms if alarm.stands), key=lambda one: (one.raised_at, one.ref)
        )
        return tuple(Standing(one.ref, self.board_of.get(one.rule, self.first)) for one in waiting)
