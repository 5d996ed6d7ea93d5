"""The organisation as events see it: which units exist on a day, and who answers for those that have gone."""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from ioc.units import Unit, Units

ORG_FIELDS = (
    "org",
    "receiver_org",
    "from_org",
    "to_org",
    "issuer_org",
    "assigner_org",
    "lead_org",
    "archive_centre",
)
"""Fields that name a unit of the ministry and follow a reorganisation; `coop_orgs` does as well."""


class _Era(NamedTuple):
    """A span of days in which the units are the same, and how likely each is picked."""

    units: Sequence[Unit]
    codes: Sequence[str]
    weights: Sequence[float]


class Organisation:
    """The units of all days. Days of which the catalogue names only some units are taken as the next day of
    which it names most."""

    def __init__(self, units: Units) -> None:
        self._units = units
        periods = [unit for code in units.codes for unit in units.periods(code)]
        ends = {unit.valid_to + timedelta(days=1) for unit in periods if unit.valid_to is not None}
        cuts = sorted({unit.valid_from for unit in periods} | ends)
        most = max(len(units.valid(cut)) for cut in cuts)
        self._cuts = [cut for cut in cuts if 2 * len(units.valid(cut)) >= most]
        self._eras: dict[date, _Era] = {}
        self._moves: dict[date, Mapping[str, str]] = {}

    def on(self, day: date) -> Sequence[Unit]:
        """The units that have work of their own: all but the top, unless there is nothing else."""
        return self._era(day).units

    def pick(self, rng: random.Random, day: date) -> str:
        """A unit of that day, the larger the likelier."""
        era = self._era(day)
        return rng.choices(era.codes, cum_weights=era.weights)[0]

    def answering(self, code: str, day: date) -> str:
        """The unit that does on a day what was begun in `code`."""
        return self._units.successor(code, day) if code in self._units.codes else code

    def moves(self, day: date) -> Mapping[str, str]:
        """Units that have gone before that day, and who answers for each."""
        cut = self._cut(day)
        if cut not in self._moves:
            answering = {code: self.answering(code, cut) for code in sorted(self._units.codes)}
            self._moves[cut] = {code: other for code, other in answering.items() if other != code}
        return self._moves[cut]

    def gone(self, day: date) -> frozenset[str]:
        """Units that ended the day before and whose people work elsewhere from this day on."""
        ended = day - timedelta(days=1)
        return frozenset(
            unit.code
            for code in self._units.codes
            for unit in self._units.periods(code)
            if unit.valid_to == ended and self.answering(unit.code, day) != unit.code
        )

    def renamed(self, data: dict[str, Any], day: date) -> dict[str, Any]:
        """The data of an event with the units that answer on its day."""
        moves = self.moves(day)
        found: dict[str, Any] = {name: moves[data[name]] for name in ORG_FIELDS if data.get(name) in moves}
        if not moves.keys().isdisjoint(data.get("coop_orgs", ())):
            found["coop_orgs"] = sorted({moves.get(code, code) for code in data["coop_orgs"]})
        return {**data, **found} if found else data

    def _cut(self, day: date) -> date:
        return self._cuts[max(bisect_right(self._cuts, day) - 1, 0)]

    def _era(self, day: date) -> _Era:
        cut = self._cut(day)
        if cut not in self._eras:
            everyone = self._units.valid(cut)
            units = [unit for unit in everyone if unit.parent is not None] or list(everyone)
            weights = list(accumulate(8 + unit.headcount**0.5 for unit in units))
            self._eras[cut] = _Era(units, [unit.code for unit in units], weights)
        return self._eras[cut]
