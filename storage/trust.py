"""What a number rests on: when its sources last spoke, until when that is recent enough, and for which units.

A source that was never heard of is not connected yet: it neither makes numbers old nor covers any unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ioc.contracts import BY_NAME
from ioc.kpis import Kpi, Kpis, feeding
from ioc.reference import Catalogue
from ioc.sources import Source
from storage.client import Store

LEAST_LIMIT_S = 300
TICK_LIMIT_MS = 30_000


@dataclass(frozen=True)
class Heard:
    """When a source was last heard of, and until when that is enough; milliseconds since 1970."""

    last: int
    stale_at: int


@dataclass(frozen=True)
class Trust:
    """Of one KPI and unit. `own`: measured by the centre itself, no source is needed."""

    own: bool
    as_of: int | None
    stale_at: int | None
    covered: int
    expected: int


@dataclass(frozen=True)
class LastTick:
    """How far the values reach that were written last, or landing's last look at the logs, if that is older.

    `live`: values may be trusted (no rebuild is running).
    """

    at: int
    live: bool


def heard(store: Store, catalogue: Catalogue, tenant: str) -> dict[str, Heard]:
    """Every source that was ever heard of. Where landing stands still, since then nothing was heard."""
    still = _standing_still(store)
    rows = store.query(
        "SELECT subject, toUnixTimestamp64Milli(assumeNotNull(opened_at)), interval_s"
        " FROM ioc.cases_source FINAL WHERE tenant = %(tenant)s AND isNotNull(opened_at)",
        {"tenant": tenant},
    )
    found = {}
    for code, last, interval_s in rows:
        source = catalogue.sources.get(code)
        interval = interval_s or (source.interval_s if source else 0)
        said = Heard(last, last + 1000 * max(2 * interval, LEAST_LIMIT_S))
        since = min((still[each] for each in _topics(source) & still.keys()), default=said.stale_at)
        found[code] = Heard(min(last, since), min(said.stale_at, since))
    return found


def _topics(source: Source | None) -> set[str]:
    """What the source's events travel on, heartbeats apart."""
    return {BY_NAME[name].topic.name for name in source.names} if source else set()


def _standing_still(store: Store) -> dict[str, int]:
    """Topics with a partition that landing does not read on, and since when."""
    return dict(
        store.query(
            "SELECT topic, toUnixTimestamp64Milli(min(at)) FROM ioc.landing_stops FINAL"
            " WHERE reason != '' GROUP BY topic"
        )
    )


def last_tick(store: Store) -> LastTick | None:
    rows = store.query(
        "WITH (SELECT live FROM ioc.ticks ORDER BY tick DESC LIMIT 1) AS living,"
        " ifNull((SELECT told_at FROM ioc.landing_told), reached_at) AS told"
        " SELECT toUnixTimestamp64Milli(least(reached_at, assumeNotNull(told))), living"
        " FROM ioc.ticks WHERE settled = tick ORDER BY tick DESC LIMIT 1"
    )
    return LastTick(rows[0][0], bool(rows[0][1])) if rows else None


def trust(
    kpi: Kpi,
    unit: str,
    sources: Mapping[str, Heard],
    catalogue: Catalogue,
    on: date,
    now: int,
    every: Kpis | None = None,
) -> Trust:
    """What this KPI rests on for a unit and everything beneath it; a score on the worst of its parts.

    `every`: all KPIs, needed for scores.
    """
    beneath = _beneath(unit, catalogue, on)
    if kpi.score is not None and every is not None:
        return _worst([_of(every[part], beneath, sources, catalogue, now) for part in kpi.score.kpis])
    return _of(kpi, beneath, sources, catalogue, now)


def _beneath(unit: str, catalogue: Catalogue, on: date) -> frozenset[str]:
    under = catalogue.units.under(unit, on) if unit in catalogue.units.codes else ()
    return frozenset({unit, *under})


def _of(
    kpi: Kpi, beneath: frozenset[str], sources: Mapping[str, Heard], catalogue: Catalogue, now: int
) -> Trust:
    feeds = feeding(kpi, catalogue.sources)
    if not feeds:
        return Trust(True, None, None, 0, 0)
    expected = {each for code in feeds for each in catalogue.sources[code].units} & beneath
    speaking = [code for code in feeds if code in sources and now < sources[code].stale_at]
    covered = {each for code in speaking for each in catalogue.sources[code].units} & beneath
    known = [sources[code] for code in feeds if code in sources]
    return Trust(
        False,
        min((each.last for each in known), default=None),
        min((each.stale_at for each in known), default=None),
        len(covered),
        len(expected),
    )


def _worst(parts: Sequence[Trust]) -> Trust:
    """As old as the oldest part, covering as few units as the part that covers fewest of its own.

    Parts that were never heard of do not count in a score, so they are no part of this either.
    """
    fed = [part for part in parts if not part.own and part.as_of is not None]
    if not fed:
        return Trust(any(part.own for part in parts), None, None, 0, 0)
    least = min(fed, key=lambda part: (part.covered / part.expected if part.expected else 1, part.covered))
    return Trust(
        False,
        min(part.as_of for part in fed if part.as_of is not None),
        min(part.stale_at for part in fed if part.stale_at is not None),
        least.covered,
        least.expected,
    )


def write(
    store: Store,
    kpis: Kpis,
    units: Sequence[str],
    catalogue: Catalogue,
    *,
    tenant: str,
    on: date,
    now: int,
    version: int,
) -> None:
    """For every KPI and unit, for readers."""
    sources = heard(store, catalogue, tenant)
    rows = []
    for unit in units:
        beneath = _beneath(unit, catalogue, on)
        known = {kpi.id: _of(kpi, beneath, sources, catalogue, now) for kpi in kpis.values() if not kpi.score}
        for kpi in kpis.values():
            said = _worst([known[part] for part in kpi.score.kpis]) if kpi.score else known[kpi.id]
            rests = (int(said.own), said.as_of, said.stale_at, said.covered, said.expected)
            rows.append((tenant, kpi.id, unit, *rests, version))
    columns = [
        "tenant",
        "kpi",
        "unit",
        "own",
        "as_of",
        "stale_at",
        "coverage_units",
        "expected_units",
        "version",
    ]
    store.insert("ioc.kpi_trust", columns, [list(column) for column in zip(*rows, strict=True)])
