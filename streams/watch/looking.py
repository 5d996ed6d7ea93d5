"""Looks at the store: rows of a rule's query become what the machine understands, if they can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ioc.alerts import Rule
from ioc.contracts import BY_NAME
from ioc.kpis import Kpis, feeding
from ioc.reference import Catalogue
from storage import watching
from storage.client import Store
from storage.reference import nearest
from storage.trust import TICK_LIMIT_MS, Heard, heard
from streams.reduce.plan import load_vector
from streams.reduce.worktime import milliseconds, moment
from streams.watch.machine import Breach, Look

OWN = "ioc"
"""The source that the centre itself is; its unit answers for what names no unit."""


@dataclass(frozen=True)
class Surroundings:
    """What all looks of one round share. `up`: since when the pipeline has worked without a break."""

    now: datetime
    up: int
    pipeline: watching.Pipeline | None
    heard: Mapping[str, Heard]


class Looking:
    """Looks at one tenant's store. Not thread-safe."""

    def __init__(self, store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str) -> None:
        self._store = store
        self._catalogue = catalogue
        self._kpis = kpis
        self._tenant = tenant
        self._up: int | None = None

    def around(self, now: datetime) -> Surroundings:
        """How far what is known can be trusted now."""
        instant = milliseconds(now)
        pipeline = watching.pipeline(self._store, load_vector)
        if self._up is None:
            self._up = watching.working_since(self._store)
        if pipeline is None or not pipeline.trusted(instant, TICK_LIMIT_MS):
            self._up = None if pipeline is None else instant
        sources = heard(self._store, self._catalogue, self._tenant)
        return Surroundings(now, instant if self._up is None else self._up, pipeline, sources)

    def look(self, rule: Rule, around: Surroundings) -> Look:
        """One look at everything a rule is over; not even that when it could not be trusted."""
        now = milliseconds(around.now)
        today = self._catalogue.calendar.local_date(around.now)
        trusted = around.pipeline is not None and around.pipeline.trusted(now, TICK_LIMIT_MS)
        if not trusted or not self._fed(rule, around.heard, now):
            return Look(rule.id, trusted=False)
        if rule.values is not None:
            rows = self._standing(
                watching.values(self._store, rule.values, self._kpis, self._tenant, now), today
            )
        elif rule.cases is not None:
            rows = watching.cases(self._store, rule.cases, self._tenant, now, around.up)
        between = frozenset(self._unit(unit, today) for unit in rows.between)
        next_at = None if rows.next_at is None else moment(rows.next_at)
        return Look(rule.id, self._breaches(rows, today), between, next_at)

    def _fed(self, rule: Rule, sources: Mapping[str, Heard], now: int) -> bool:
        """Whether every source that was ever heard of what the rule rests on still speaks."""
        if rule.values is not None:
            codes = set(feeding(self._kpis[rule.values.kpi], self._catalogue.sources))
        else:
            wanted = {BY_NAME[name].type for name in rule.feeds}
            codes = {code for code, source in self._catalogue.sources.items() if wanted & source.types}
        return all(now < sources[code].stale_at for code in codes & sources.keys())

    def _standing(self, rows: watching.Rows, today: date) -> watching.Rows:
        """Values without those of units that are gone: whoever took them over has their past in its own."""
        gone = {
            code
            for code in {*(row.unit for row in rows.breaching), *rows.between}
            if code in self._catalogue.units.codes and not self._catalogue.units.get(code, today).holds(today)
        }
        breaching = tuple(row for row in rows.breaching if row.unit not in gone)
        return replace(rows, breaching=breaching, between=rows.between - gone)

    def _breaches(self, rows: watching.Rows, today: date) -> dict[str, Breach]:
        found: dict[str, Breach] = {}
        for row in rows.breaching:
            unit = self._unit(row.unit, today)
            breach = Breach(moment(row.since), moment(row.newest), row.count)
            if (other := found.get(unit)) is not None:
                since, newest = min(other.since, breach.since), max(other.newest, breach.newest)
                breach = Breach(since, newest, other.count + breach.count)
            found[unit] = breach
        return found

    def _unit(self, code: str, today: date) -> str:
        """The unit that answers for a code today: whoever took over one that is gone."""
        units = self._catalogue.units
        if not code:
            own = self._catalogue.sources.get(OWN)
            code = min(own.units, default=self._tenant) if own else self._tenant
        known = code if code in units.codes else nearest(units, code, self._tenant)
        return units.successor(known, today)
