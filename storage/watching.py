"""What watch asks of the store: who breaches a rule since when, and whether what is known can be trusted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ioc.alerts import Cases, Values
from ioc.kpis import Kpis
from storage.client import Store
from storage.values import compute
from storage.windows import DAY_MS, VIETNAM_MS, Window, formed, today

VIEWS: Mapping[str, tuple[str, frozenset[str]]] = {
    "sources": (
        "ioc.watch_sources",
        frozenset(
            {"tenant", "subject", "unit", "heartbeat_at", "last_at", "status", "backlog", "interval_s"}
        ),
    ),
    "gaps": (
        "ioc.watch_gaps",
        frozenset({"tenant", "subject", "unit", "heartbeat_at", "sent_total", "arrived"}),
    ),
    "rejections": (
        "ioc.watch_rejections",
        frozenset({"tenant", "subject", "unit", "at", "reason"}),
    ),
    "canaries": ("ioc.watch_canaries", frozenset({"tenant", "subject", "unit", "newest_at", "every_s"})),
    "conflicts": (
        "ioc.watch_conflicts",
        frozenset({"tenant", "subject", "unit", "at"}),
    ),
    "datasets_compared": (
        "ioc.watch_datasets_compared",
        frozenset({"tenant", "dataset", "unit", "at", "drop"}),
    ),
    "forecasts": (
        "ioc.watch_forecasts",
        frozenset(
            {"tenant", "kpi", "dim", "unit", "on_day", "status", "target", "expected", "value", "reached"}
        ),
    ),
}
"""What rules may look at beside cases: the view, and its columns."""
BEHIND = 2_000
"""Records not yet reduced from which what is known is too old to judge by."""
FLOOD = 20_000
"""Events of one tick that mean that it worked through a backlog: what came after them is not known yet."""
BREAK_MS = 60_000
"""A pause between two ticks after which the pipeline counts as having stood still."""


def columns() -> dict[str, frozenset[str]]:
    """Columns of what rules may look at beside cases, by the name that a rule gives it."""
    return {name: known for name, (_, known) in VIEWS.items()}


@dataclass(frozen=True)
class Row:
    """A unit, its earliest and newest breach and how many there are; milliseconds since 1970."""

    unit: str
    since: int
    newest: int
    count: int


@dataclass(frozen=True)
class Rows:
    """All units that breach a rule, those between its limits, and when the next breach begins."""

    breaching: tuple[Row, ...]
    between: frozenset[str] = frozenset()
    next_at: int | None = None


@dataclass(frozen=True)
class Pipeline:
    """How far cases and values reach. `reached`: the older of the last tick and landing's last word.

    `behind`: records that Kafka holds and no tick has taken yet, as far as landing has told. `caught_up`: the
    last tick was no part of a backlog.
    """

    tick: int
    reached: int
    live: bool
    behind: int
    caught_up: bool

    def trusted(self, now: int, limit_ms: int) -> bool:
        """Whether what is known now is what has happened."""
        recent = now - self.reached <= limit_ms
        return self.live and recent and self.caught_up and self.behind <= BEHIND


def pipeline(store: Store, reads: Callable[[str], Mapping[tuple[UUID, int], int]]) -> Pipeline | None:
    """None before the first tick. `reads`: next offsets by topic id and partition, of a tick's vector.

    It is asked every second or two, so it must not count the ledger, which costs ten times as much.
    """
    rows = store.query(
        "SELECT tick, toUnixTimestamp64Milli(reached_at), live, events < %(flood)s, vector"
        " FROM ioc.ticks ORDER BY tick DESC LIMIT 1",
        {"flood": FLOOD},
    )
    if not rows:
        return None
    tick, finished, live, caught_up, vector = rows[0]
    taken = reads(vector)
    logs = store.query(
        "SELECT topic_id, partition, start, end,"
        " toUnixTimestamp64Milli(max(at) OVER (PARTITION BY topic, partition))"
        " FROM ioc.landing_progress FINAL"
    )
    behind = sum(max(end - taken.get((log, part), start), 0) for log, part, start, end, _ in logs)
    told = min((at for *_, at in logs), default=finished)
    return Pipeline(tick, min(finished, told), bool(live), behind, bool(caught_up))


def working_since(store: Store) -> int | None:
    """The end of the last pause between ticks, as far back as they are kept; None before the first tick."""
    rows = store.query(
        "SELECT maxIf(at, at - before > %(pause)s), count() FROM"
        " (SELECT toUnixTimestamp64Milli(finished_at) AS at,"
        " lagInFrame(at, 1, at - %(pause)s - 1) OVER (ORDER BY tick) AS before FROM ioc.ticks)",
        {"pause": BREAK_MS},
    )
    return int(rows[0][0]) if rows and rows[0][1] else None


def cases(store: Store, rule: Cases, tenant: str, now: int, up: int) -> Rows:
    """Who breaches a rule over cases, sources or the ledger."""
    table = VIEWS[rule.view][0] if rule.view in VIEWS else f"ioc.cases_{rule.view} FINAL"
    rows = store.query(
        f"WITH {_instant(now)} AS t, {_instant(up)} AS up"  # noqa: S608
        " SELECT toString(_whose), minIf(_at, _begun), maxIf(_at, _begun), countIf(_begun) AS breaches,"
        " minIf(_at, _wrong AND NOT _begun), countIf(_wrong AND NOT _begun), count() AS total,"
        f" toUInt8({rule.having})"
        f" FROM (SELECT unit AS _whose, {rule.since} AS _since, ifNull(({rule.breach}), 0) AS _wrong,"
        " _wrong AND ifNull(_since <= t, 0) AS _begun,"
        " toUnixTimestamp64Milli(toDateTime64(ifNull(_since, t), 3, 'UTC')) AS _at,"
        " isNotNull(_since) AS _known"
        f" FROM {table} WHERE tenant IN (%(tenant)s, '') AND ({rule.where}))"
        " WHERE _known GROUP BY _whose",
        {"tenant": tenant},
    )
    coming = [row[4] for row in rows if row[5]]
    return Rows(
        tuple(Row(row[0], row[1], row[2], row[3]) for row in rows if row[7] and row[3]),
        next_at=min(coming, default=None),
    )


def _instant(milliseconds: int) -> str:
    return f"fromUnixTimestamp64Milli(toInt64({milliseconds}), 'UTC')"


def values(store: Store, rule: Values, kpis: Kpis, tenant: str, now: int) -> Rows:
    """Which units are beyond the limit now and were at the end of each of the last days."""
    kpi = kpis[rule.kpi]
    last = today(now)
    days = [last - timedelta(days=back) for back in range(rule.days + 1)]
    windows = [_ending(day, rule.window_days, now) for day in days]
    found: dict[str, dict[str, tuple[float | None, int]]] = {}
    for value in compute(store, [kpi], windows, tenant=tenant, every=kpis):
        if not value.dim:
            shown = formed(kpi, value.numerator, value.denominator) if value.value is None else value.value
            found.setdefault(value.unit, {})[value.window] = shown, value.cases
    breaching, between = [], set()
    for unit, by_day in found.items():
        at_each = [by_day.get(window.name, (None, 0)) for window in windows]
        if all(_beyond(rule, *each) for each in at_each):
            since = _end_of(days[-1]) if rule.days else now
            breaching.append(Row(unit, min(since, now), min(since, now), at_each[0][1]))
        elif _not_back(rule, *at_each[0]):
            between.add(unit)
    return Rows(tuple(sorted(breaching, key=lambda row: row.unit)), frozenset(between))


def _ending(day: date, length: int, now: int) -> Window:
    return Window(day.isoformat(), day - timedelta(days=length - 1), day, min(now, _end_of(day)))


def _end_of(day: date) -> int:
    return ((day - date(1970, 1, 1)).days + 1) * DAY_MS - VIETNAM_MS


def _beyond(rule: Values, value: float | None, cases: int) -> bool:
    if value is None or cases < rule.cases:
        return False
    return value < rule.below if rule.below is not None else value > (rule.above or 0.0)


def _not_back(rule: Values, value: float | None, cases: int) -> bool:
    """Not clear of the limit either: too few to judge, or on the way back only."""
    if value is None or cases < rule.cases:
        return True
    if rule.below is not None:
        return value < (rule.below if rule.clear is None else rule.clear)
    return value > ((rule.above or 0.0) if rule.clear is None else rule.clear)
