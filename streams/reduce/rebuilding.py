"""`ioc rebuild`: asked for in the store, obeyed by the reducer: only one process ever writes cells.

Cases and cells are made anew beside the live ones (`anew.py`) and take their place once they have caught up.
A reader never finds a table empty or half full, and a process that dies on the way leaves the live tables as
they were: the next one goes on, or begins again when it cannot tell what stands beside.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, Protocol

import orjson

from ioc.contracts import BY_NAME
from ioc.errors import StoreRefused
from ioc.reference import Catalogue
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX
from ioc.topics import BY_NAME as TOPICS
from storage import cases, comparing, exchange, rebuilds
from storage.cells import Formula
from storage.client import Store
from storage.rebuilds import DONE, RUNNING, Wish
from streams.reduce.anew import DATABASE, Anew, LedgerTorn, Scope
from streams.reduce.corrections import Corrections
from streams.reduce.facts import ROUTES
from streams.reduce.kinds import KINDS
from streams.reduce.ledger import Held
from streams.reduce.merging import Change
from streams.reduce.plan import Partition, Vector, dump_vector, load_vector
from streams.reduce.state import load

ASK_MS = 1_000
"""How often the wish for a rebuild is looked for."""
PAGE = 5_000
"""Cases of one source that are put in place at once."""


class Live(Protocol):
    """The reducer, as far as a rebuild needs it."""

    @property
    def corrections(self) -> Corrections:
        """The identities that corrections have named so far."""

    @property
    def watermark(self) -> Vector:
        """How far the ledger is reduced."""

    @property
    def tick(self) -> int:
        """The number of the last finished tick."""

    def settle_at(self, at: int) -> None:
        """Write all live cells as they are at this instant."""

    def put(self, kind: str, changes: Sequence[Change], before: Sequence[Change]) -> None:
        """Put these cases in place; the days of what they were `before` are counted anew too."""

    def taken_over(self) -> None:
        """The live tables are others now."""

    def confirm(self) -> None:
        """Before anything is written: ioc.control is still ours. Raises `NotOwner`."""


class Rebuilding:
    """The oldest wish, and how far it is. `made_with`: what cases are derived with now."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        tenant: str,
        formulas: Sequence[Formula],
        made_with: str,
        reach: Callable[[str], None],
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._tenant = tenant
        self._formulas = formulas
        self._made_with = made_with
        self._reach = reach
        self._looked_at = 0
        self._anew: Anew | None = None
        self._kept: set[str] = set()
        self._pages: Iterator[tuple[str, list[str]]] | None = None
        self._report: dict[str, Any] = {}
        self.wish: Wish | None = None

    def look(self, now: int) -> None:
        """Take up a wish, if there is one and none is under way."""
        if self.wish is None and now - self._looked_at >= ASK_MS:
            self._looked_at = now
            self.wish = rebuilds.waiting(self._store)

    def advance(self, held: Mapping[Partition, Held], live: Live, now: int) -> None:
        """One slice behind the live tick; when nothing is left to read, what comes after it."""
        if self.wish is None:
            return
        live.confirm()
        try:
            anew = self._made(self.wish, held, live, now)
        except (LedgerTorn, StoreRefused) as error:
            # Taken up again it would fail again, and each time take the reducer with it.
            self._end(now, {"failed": str(error)})
            return
        if anew is None:
            return
        if anew.scope.source:
            self._put_page(anew, live, now)
        else:
            self._finish(anew, live, now)

    def day_done(self, now: int) -> None:
        """The cells of the day are made anew. Until then the wish stands as it was, to be taken up again."""
        if self.wish is not None:
            self.wish = replace(self.wish, message=f"cells of {self.wish.day} only")
            self._end(now, {})

    # --- beginning ----------------------------------------------------------------------------------------

    def _taken_up(self, wish: Wish, held: Mapping[Partition, Held], live: Live, now: int) -> Anew:
        scope = scope_of(self._store, self._tenant, wish.source)
        anew = Anew(self._store, self._catalogue, self._tenant, self._formulas, live.corrections, scope)
        self._kept = _expired(self._store, held) & scope.kinds
        self._pages, self._report = None, {}
        kept = f"kept cases older than the ledger: {', '.join(sorted(self._kept))}" if self._kept else ""
        known = wish.vector and wish.made_with == self._made_with
        wish = replace(wish, state=RUNNING, message=kept, made_with=self._made_with)
        if known and anew.resume(load_vector(wish.vector), now):
            anew.events, self.wish = wish.events, wish
        else:
            fresh = replace(wish, vector="", events=0, slices=0)
            self.wish = rebuilds.note(self._store, fresh, now)
            anew.begin(self._kept, now)
        return anew

    def _made(self, wish: Wish, held: Mapping[Partition, Held], live: Live, now: int) -> Anew | None:
        """What is beside, once it stands where the live tables do. Raises `LedgerTorn`, `StoreRefused`."""
        anew = self._anew = self._anew or self._taken_up(wish, held, live, now)
        anew.slice(held, live.watermark, live.tick, now)
        self._reach("sliced")
        self._note(anew, now)
        if anew.behind(held, live.watermark):
            return None
        if _expired(self._store, held) & anew.scope.kinds - self._kept:
            self._again(now)  # rows expired before they were read
            return None
        if not anew.scope.source:
            if not anew.counted(now, live.tick):
                return None
            live.confirm()
            anew.count_rest(now, live.tick)
            self._reach("counted")
        return anew

    def _note(self, anew: Anew, now: int) -> None:
        if self.wish is not None:
            made = replace(self.wish, vector=dump_vector(anew.vector), events=anew.events)
            self.wish = rebuilds.note(self._store, replace(made, slices=made.slices + 1), now)

    def _again(self, now: int) -> None:
        """Forget what stands beside."""
        if self.wish is not None:
            self._anew = None
            self.wish = rebuilds.note(self._store, replace(self.wish, vector=""), now)

    # --- ending -------------------------------------------------------------------------------------------

    def _finish(self, anew: Anew, live: Live, now: int) -> None:
        """Both stand at the same place of the ledger: compare, or exchange."""
        if self.wish is not None and self.wish.check:
            live.settle_at(now)
            tables = [KINDS[kind].table for kind in sorted(anew.scope.kinds)]
            found = comparing.difference(self._store, tables, DATABASE, self._tenant)
            self._end(now, asdict(found))
            return
        # From here on names mean other tables: a process that dies now must begin again.
        if self.wish is not None:
            self.wish = rebuilds.note(self._store, replace(self.wish, vector=""), now)
        for table in anew.scope.tables:
            live.confirm()  # what another owner has made beside is not what we would put in place
            exchange.exchange(self._store, DATABASE, [table])
            self._reach("exchanged")
        live.taken_over()
        self._end(now, {})

    def _put_page(self, anew: Anew, live: Live, now: int) -> None:
        """The next cases of one source, in place of the live ones."""
        self._pages = self._pages or _pages(anew)
        kind, subjects = next(self._pages, ("", []))
        if not kind:
            live.settle_at(now)
            self._end(now, {"cases": self._report})
            return
        made = anew.states(kind, subjects)
        known = cases.read_states(self._store, KINDS[kind].table, self._tenant, subjects)
        width = len(KINDS[kind].table.columns)
        after = [Change(each, None, load(text).row or [], text) for each, text in made.items()]
        before = []
        for each, text in known.items():
            row = load(text).row
            if row is not None and made.get(each, text) != text:
                before.append(Change(each, None, row + [None] * (width - len(row)), text))
        live.put(kind, after, before)
        if before:
            self._report[kind] = self._report.get(kind, 0) + len(before)

    def _end(self, now: int, report: Mapping[str, Any]) -> None:
        with suppress(StoreRefused):  # what may not be made beside may not be taken away either
            exchange.away(self._store, DATABASE)
        if self.wish is not None:
            said = orjson.dumps(report, option=orjson.OPT_SORT_KEYS).decode() if report else ""
            rebuilds.note(self._store, replace(self.wish, state=DONE, vector="", report=said), now)
        self.wish = self._anew = self._pages = None


def scope_of(store: Store, tenant: str, source: str) -> Scope:
    """What a rebuild of this source, or without one of everything, has to read."""
    if not source:
        ledgers = {str(each.topic.ledger) for each in BY_NAME.values()}
        return Scope(frozenset(KINDS), frozenset(ledgers))
    types = store.query(
        "SELECT DISTINCT toString(type) FROM ioc.events WHERE source = %(s)s AND verdict = 'counted'",
        {"s": f"urn:ioc:{tenant}:{source}"},
    )
    names = {text.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX) for (text,) in types}
    kinds = {route.kind for name in names for route in ROUTES.get(name, ())}
    return Scope(frozenset(kinds), frozenset().union(*map(_fed_by, kinds)), source)


def _pages(anew: Anew) -> Iterator[tuple[str, list[str]]]:
    for kind in sorted(anew.scope.kinds):
        after = ""
        while subjects := anew.wanted(kind, after, PAGE):
            after = subjects[-1]
            yield kind, subjects


def _expired(store: Store, held: Mapping[Partition, Held]) -> set[str]:
    """The kinds of which the ledger no longer has all events."""
    expired = {rows.table for rows in held.values() if rows.first > 0}
    gone = store.query("SELECT DISTINCT toString(topic) FROM ioc.ledger_expired")
    expired |= {str(TOPICS[topic].ledger) for (topic,) in gone}
    return {kind for kind in KINDS if _fed_by(kind) & expired}


def _fed_by(kind: str) -> set[str]:
    """The ledger tables whose events speak about cases of this kind."""
    if kind == "source":
        return {str(each.topic.ledger) for each in BY_NAME.values()}
    return {
        str(BY_NAME[name].topic.ledger)
        for name, routes in ROUTES.items()
        if any(route.kind == kind for route in routes)
    }
