"""Corrected events, wherever they stand.

A correction names the event it takes back by id. That event may have come earlier or may still come, and it
may speak about another case than the correction. So named identities are remembered, and events already in
the ledger are fetched and merged once more, which changes nothing but that they are now left out.
"""

from collections.abc import Iterable

from storage.cells import LIVE
from storage.client import Store
from streams.reduce.facts import Event
from streams.reduce.ledger import Reader


class Corrections:
    """The identities (`source/id`) that corrections have named so far."""

    def __init__(self, store: Store, reader: Reader, database: str = LIVE) -> None:
        self._store = store
        self._reader = reader
        self._table = f"{database}.corrections"
        self.named: set[str] = set()

    def load(self) -> None:
        """Read what earlier ticks remembered."""
        rows = self._store.query(f"SELECT DISTINCT source, id FROM {self._table}")  # noqa: S608
        self.named = {f"{source}/{id}" for source, id in rows}

    def apply(self, events: list[Event], tick: int) -> list[Event]:
        """The events of a batch, and those from before it that it corrects."""
        named = _named(events)
        if not named:
            return events
        if fresh := sorted(each for each in named if "/".join(each) not in self.named):
            sources, ids = [source for source, _ in fresh], [id for _, id in fresh]
            columns: list[list[str] | list[int]] = [sources, ids, [tick] * len(fresh)]
            self._store.insert(self._table, ["source", "id", "version"], columns)
            self.named |= {f"{source}/{id}" for source, id in fresh}
        return events + self._reader.by_identity(named)


def _named(events: Iterable[Event]) -> set[tuple[str, str]]:
    return {(event.source, event.correctionof) for event in events if event.correctionof}
