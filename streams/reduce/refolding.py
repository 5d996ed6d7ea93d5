"""Cases derived by older code or under another calendar are derived again, without being asked.

A fold that gives other columns, or a calendar with another holiday, needs only the facts that cases hold:
they are folded again, some thousands a tick, while events go on. When cases keep more of an event than
before, the facts themselves are stated anew: a rebuild from the ledger; then what is older than the ledger
is folded from what is left of it.
"""

from collections.abc import Iterator

from ioc.calendar import WorkingCalendar
from storage import cases, rebuilds
from storage.client import Store
from streams.reduce.kinds import KINDS
from streams.reduce.merging import Change, folded
from streams.reduce.state import load
from streams.reduce.worktime import WorkTime

FACTS = 3
"""Raised when a route keeps more of an event."""
FOLDS = 4
"""Raised when a fold gives other columns, or other values in them, from the same facts."""
PAGE = 5_000


class Refolding:
    """What is still to be folded again."""

    def __init__(self, store: Store, tenant: str, calendar: WorkingCalendar) -> None:
        self._store = store
        self._tenant = tenant
        self._time = WorkTime(calendar)
        self._now = FACTS, f"{FOLDS}/{calendar.fingerprint}"
        self._pages: Iterator[tuple[str, list[Change]]] | None = None

    def begin(self, now: int, *, empty: bool) -> None:
        """Compare with what the cases were derived with. `empty`: there are none yet."""
        rows = self._store.query("SELECT facts, folds FROM ioc.derived ORDER BY derived_at DESC LIMIT 1")
        if rows and rows[0] == self._now:
            return
        if empty:
            self._record(now)
            return
        self._pages = self._read()
        if not rows or rows[0][0] < FACTS:
            rebuilds.ask_once(self._store, now)

    @property
    def made_with(self) -> str:
        """What cases are derived with now."""
        return "/".join(map(str, self._now))

    @property
    def due(self) -> bool:
        """Whether cases are left to look at."""
        return self._pages is not None

    def page(self, now: int) -> dict[str, list[Change]]:
        """The cases of the next page that are derived otherwise now, by kind."""
        if self._pages is None:
            return {}
        kind, changes = next(self._pages, ("", []))
        if not kind:
            self._pages = None
            self._record(now)
        return {kind: changes} if changes else {}

    def _read(self) -> Iterator[tuple[str, list[Change]]]:
        for name, kind in KINDS.items():
            after = ""
            while listed := cases.read_page(self._store, kind.table, self._tenant, after, PAGE):
                after = listed[-1][0]
                found = []
                for subject, text in listed:
                    state = load(text)
                    change = folded(name, subject, state, self._time)
                    if change.after != state.row:
                        found.append(change)
                yield name, found

    def _record(self, now: int) -> None:
        facts, folds = self._now
        self._store.insert("ioc.derived", ["facts", "folds", "derived_at"], [[facts], [folds], [now]])
