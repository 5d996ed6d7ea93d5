"""Cases and cells made anew from the ledger, in tables beside the live ones, while those go on.

The same functions that made the live ones, over a watermark of its own: a slice of the ledger after each live
tick, until both stand at the same place. Then the days of all that was read are counted, some each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ioc.errors import IocError
from ioc.reference import Catalogue
from storage import cases, cells, exchange
from storage.cells import Formula
from storage.client import Store
from streams.reduce import ledger, spread
from streams.reduce.corrections import Corrections
from streams.reduce.facts import statements
from streams.reduce.kinds import KINDS
from streams.reduce.ledger import Held
from streams.reduce.merging import Change, gather, merge
from streams.reduce.plan import Partition, Vector
from streams.reduce.touched import Pair, Touched
from streams.reduce.worktime import WorkTime, day_of

DATABASE = "ioc_anew"
SLICE = 10_000
"""Ledger rows of a slice: what the live tick behind it waits for, well under a second."""
DAYS = 31
"""Days whose cells are counted at once, for the same reason."""
WANTED = f"{DATABASE}.wanted"


class LedgerTorn(IocError):
    """The ledger no longer holds rows that the live cases were made from."""


@dataclass(frozen=True)
class Scope:
    """What is made anew. `source` empty: everything; else what this system spoke about, of these kinds.

    `ledgers`: the tables whose events speak about cases of these kinds.
    """

    kinds: frozenset[str]
    ledgers: frozenset[str]
    source: str = ""

    @property
    def tables(self) -> list[str]:
        """The tables that stand beside, without their database: cells last."""
        listed = [f"cases_{kind}" for kind in sorted(self.kinds)]
        return listed if self.source else [*listed, "corrections", "kpi_cells"]


class Anew:
    """One rebuild. Not thread-safe."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        tenant: str,
        formulas: Sequence[Formula],
        live: Corrections,
        scope: Scope,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._tenant = tenant
        # Cases of one source are put in place of the live ones, and counted there.
        self._formulas = [] if scope.source else list(formulas)
        self._reader = ledger.Reader(store, tenant)
        # One source: what takes back its events may stand in a table that is not read, but is known already.
        self._corrections = live if scope.source else Corrections(store, self._reader, DATABASE)
        self._time = WorkTime(catalogue.calendar)
        self._touched = Touched({name: kind.table for name, kind in KINDS.items()}, self._formulas)
        self._queue: dict[Pair, list[date]] | None = None
        self._counted_from = 0
        self.scope = scope
        self.vector: Vector = {}
        self.events = 0

    def begin(self, kept: Iterable[str], now: int) -> None:
        """Empty tables; those of `kept` kinds, of which the ledger no longer has all, begin as they are.

        What is merged with the same events again does not change.
        """
        exchange.beside(self._store, DATABASE, self.scope.tables)
        self._store.execute(
            f"CREATE TABLE {WANTED}{exchange.on_cluster(self._store)}"
            " (kind LowCardinality(String), subject String)"
            f" ENGINE = {'Replicated' if self._store.cluster else ''}ReplacingMergeTree"
            " ORDER BY (kind, subject)"
        )
        for kind in sorted(set(kept) & self.scope.kinds):
            table = KINDS[kind].table
            self._store.execute(f"INSERT INTO {table.at(DATABASE).name} SELECT * FROM {table.name} FINAL")  # noqa: S608
        self._look_at_all(kept, now)

    def resume(self, vector: Vector, now: int) -> bool:
        """Go on from here; False when what stood beside is gone."""
        if not exchange.exists(self._store, DATABASE, [*self.scope.tables, "wanted"]):
            return False
        self.vector = dict(vector)
        if not self.scope.source:
            self._corrections.load()
        self._look_at_all(self.scope.kinds, now)
        return True

    def behind(self, held: Mapping[Partition, Held], upto: Vector) -> dict[Partition, int]:
        """Where to read on, for every partition in which the live watermark is ahead."""
        mine = {place: rows for place, rows in held.items() if rows.table in self.scope.ledgers}
        starts = ledger.behind(mine, self.vector)
        return {place: start for place, start in starts.items() if start < upto.get(place, 0)}

    def slice(self, held: Mapping[Partition, Held], upto: Vector, version: int, now: int) -> None:
        """Merge the next rows, at most up to the live watermark. Raises `LedgerTorn`."""
        starts = self.behind(held, upto)
        if not starts:
            return
        share = max(SLICE // len(starts), 1)
        to = {place: min(start + share, upto[place]) for place, start in starts.items()}
        batch = self._reader.stretch({place: held[place] for place in starts}, self.vector, to)
        stuck = [place for place, start in starts.items() if batch.to.get(place, start) == start]
        if len(stuck) == len(starts):
            (topic, partition), start = min(starts.items())
            raise LedgerTorn(
                f"partition {partition} of topic {topic}: the ledger has no row at offset {start},"
                " which the live cases have read; expected all rows up to their watermark"
            )
        events = self._corrections.apply(batch.events, version)
        gathered = gather(events, self._corrections.named, self._catalogue.sources)
        mine = {kind: news for kind, news in gathered.items() if kind in self.scope.kinds}
        for kind, changed in merge(self._store, mine, self._tenant, self._time, DATABASE).items():
            self._put(kind, changed, version, now)
        self._want(batch)
        self.events += len(batch.events)
        self.vector = batch.to

    def counted(self, now: int, version: int) -> bool:
        """Whether all that was touched before the first call is counted; if not, the next days are."""
        if self._queue is None:
            self._queue, self._counted_from = self._touched.take(), now
        if not self._queue:
            return True
        soon = set(sorted({day for days in self._queue.values() for day in days})[:DAYS])
        self._cells(
            {pair: [day for day in days if day in soon] for pair, days in self._queue.items()}, now, version
        )
        left = {pair: [day for day in days if day not in soon] for pair, days in self._queue.items()}
        self._queue = {pair: days for pair, days in left.items() if days}
        return False

    def count_rest(self, now: int, version: int) -> None:
        """The cells of what was touched meanwhile, and of what has moved with the clock."""
        self._touched.merge(spread.of_clock(self._formulas, self._counted_from, now, every=True))
        self._cells(self._touched.take(), now, version)

    def wanted(self, kind: str, after: str, limit: int) -> list[str]:
        """The next subjects that the source spoke about."""
        rows = self._store.query(
            f"SELECT DISTINCT subject FROM {WANTED} WHERE kind = '{kind}'"  # noqa: S608
            f" AND subject > {cases.quoted(after)} ORDER BY subject LIMIT {limit}"
        )
        return [subject for (subject,) in rows]

    def states(self, kind: str, subjects: Sequence[str]) -> dict[str, str]:
        """The cases of these subjects, as they are made anew."""
        return cases.read_states(self._store, KINDS[kind].table.at(DATABASE), self._tenant, subjects)

    def _look_at_all(self, kinds: Iterable[str], now: int) -> None:
        self._touched.merge(
            spread.of_views(
                self._store, self._formulas, set(kinds) & self.scope.kinds, self._tenant, now, DATABASE
            )
        )

    def _put(self, kind: str, changed: Sequence[Change], version: int, now: int) -> None:
        for each in changed:
            self._touched.add(kind, each.before, each.after, day_of(now))
        rows = [(each.subject, each.after, each.state) for each in changed]
        cases.write(self._store, KINDS[kind].table.at(DATABASE), self._tenant, version, rows)

    def _want(self, batch: ledger.Batch) -> None:
        if not self.scope.source:
            return
        found = {
            (said.kind, said.subject)
            for event in batch.events
            if event.source == self.scope.source
            for said in statements(event, 0)
            if said.kind in self.scope.kinds
        }
        listed = [list(column) for column in zip(*sorted(found), strict=True)]
        self._store.insert(WANTED, ["kind", "subject"], listed)

    def _cells(self, touched: Mapping[Pair, Sequence[date]], now: int, version: int) -> None:
        work = [(each, touched.get((each.view, each.day), [])) for each in self._formulas]
        cells.recompute(self._store, work, tenant=self._tenant, now=now, version=version, database=DATABASE)
