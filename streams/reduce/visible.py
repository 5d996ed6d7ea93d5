"""From Kafka's timestamp to values that people can read: what was reduced, until its values are written."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.client import Store
from streams.reduce.plan import Partition
from streams.reduce.ticks import WIDTH
from streams.reduce.worktime import moment

GRAIN_MS = 50
"""Timestamps are remembered this exactly."""
_COLUMNS = ("topic", "sent_at", "every_s", "logged_at", "landed_at", "visible_at")


@dataclass(frozen=True, slots=True)
class Canary:
    """One that came by, with the instants of its way; milliseconds since 1970."""

    topic: str
    sent: int
    every_s: int
    logged: int
    landed: int


@dataclass
class Unshown:
    """Records whose values are still to be written. A crash forgets it: what it held is measured no more."""

    logged: Counter[int] = field(default_factory=Counter)
    canaries: list[Canary] = field(default_factory=list)

    def note(self, logged: Iterable[int], canaries: Iterable[Canary]) -> None:
        """Take over what a tick read."""
        self.logged.update(at // GRAIN_MS for at in logged)
        self.canaries += canaries

    def shown(self, at: int) -> list[tuple[int, int]]:
        """(milliseconds rounded up by at most 5 %, records) of what became visible at this instant."""
        buckets: Counter[int] = Counter()
        for grain, records in self.logged.items():
            took = max(at - grain * GRAIN_MS, 1)
            buckets[math.ceil(math.log(took) / WIDTH)] += records
        self.logged.clear()
        return [
            (min(math.ceil(math.exp(bucket * WIDTH)), 2**32 - 1), n) for bucket, n in sorted(buckets.items())
        ]

    def write_canaries(self, store: Store, at: int) -> None:
        """Write down the way of the canaries that became visible at this instant."""
        rows = [
            (each.topic, _at(each.sent), each.every_s, _at(each.logged), _at(each.landed), _at(at))
            for each in self.canaries
        ]
        if rows:
            store.insert("ioc.canaries", _COLUMNS, list(zip(*rows, strict=True)))
        self.canaries.clear()


def reached(looked: int, read_to: Mapping[Partition, int], unread: Iterable[Partition], before: int) -> int:
    """The instant up to which every record of the ledger is read, if these partitions hold more.

    `read_to`: timestamp of the last record read of a partition; `before`: the answer of the last tick.
    """
    return min([looked, *(read_to.get(each, before) for each in unread)])


def _at(milliseconds: int) -> datetime:
    return moment(milliseconds)
