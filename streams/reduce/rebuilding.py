"""`ioc rebuild`: asked for in the store, obeyed by the reducer: only one process ever writes cells."""

from collections.abc import Mapping
from datetime import date

from ioc.contracts import BY_NAME
from ioc.topics import BY_NAME as TOPICS
from storage.client import Store
from streams.reduce.facts import ROUTES
from streams.reduce.kinds import KINDS
from streams.reduce.ledger import Held
from streams.reduce.plan import Partition

ASK_MS = 1_000
"""How often the wish for a rebuild is looked for."""
RUNNING, DONE = "running", "done"


class Rebuilding:
    """The latest wish, and how far it is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked_at = 0
        self._message = ""
        self.running: int | None = None
        self.day: date | None = None
        """The day that the last wish was for; None: for everything."""

    def asked(self, now: int, *, live: bool) -> int | None:
        """The wish to begin with now, if there is one.

        `live` = no rebuild is half done. One that had begun when its process died goes on if it had come as
        far as its first tick, else it begins again.
        """
        if self.running is not None or now - self._looked_at < ASK_MS:
            return None
        self._looked_at = now
        rows = self._store.query("SELECT id, state, day FROM ioc.rebuilds FINAL ORDER BY id DESC LIMIT 1")
        self.day = rows[0][2] if rows else None
        if live and (not rows or rows[0][1] == DONE):
            return None
        if not live:
            self.running = int(rows[0][0]) if rows else now
            return None
        return int(rows[0][0])

    def interrupted(self) -> bool:
        """Whether a rebuild was begun and has not ended: cases may be missing."""
        return bool(self._store.query("SELECT 1 FROM ioc.rebuilds FINAL WHERE state = 'running'"))

    def begin(self, request: int, now: int) -> None:
        self.running = request
        self._say(RUNNING, now)

    def empty(self, held: Mapping[Partition, Held]) -> set[str]:
        """Empty the derived tables. Returns the kinds whose cases stay: the ledger no longer has all of them.

        What stays is merged with the same events again, which changes nothing.
        """
        expired = {rows.table for rows in held.values() if rows.first > 0}
        gone = self._store.query("SELECT DISTINCT toString(topic) FROM ioc.ledger_expired")
        expired |= {str(TOPICS[topic].ledger) for (topic,) in gone}
        kept = {kind for kind in KINDS if _fed_by(kind) & expired}
        for kind in sorted(KINDS.keys() - kept):
            self._store.execute(f"TRUNCATE TABLE {KINDS[kind].table.name}")
        for table in ("kpi_cells", "reduce_log"):
            self._store.execute(f"TRUNCATE TABLE ioc.{table}")
        self._message = f"kept cases older than the ledger: {', '.join(sorted(kept))}" if kept else ""
        return kept

    def end(self, now: int) -> None:
        self._say(DONE, now)
        self.running = None
        self._message = ""

    def day_done(self, request: int, now: int) -> None:
        """The cells of the day are made anew. Until then the wish stands as it was, to be taken up again."""
        self.running, self._message = request, f"cells of {self.day} only"
        self.end(now)

    def _say(self, state: str, now: int) -> None:
        columns = ["id", "state", "message", "version", "day"]
        row = (self.running, state, self._message, now, self.day)
        self._store.insert("ioc.rebuilds", columns, [[value] for value in row])


def _fed_by(kind: str) -> set[str | None]:
    """The ledger tables whose events speak about cases of this kind."""
    if kind == "source":
        return {each.topic.ledger for each in BY_NAME.values()}
    return {
        BY_NAME[name].topic.ledger
        for name, routes in ROUTES.items()
        if any(route.kind == kind for route in routes)
    }
