"""A block: consecutive records of one partition that reach the ledger in one INSERT, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ioc.contracts import Reason
from ioc.topics import Topic
from storage.ledger import COLUMNS, CONFLICT, COUNTED, VERDICTS, Log
from streams.land import plan
from streams.land.judge import Row

MAX_ROWS = 10_000
MAX_BYTES = 8 * 1024 * 1024
"""A block is closed when it has this many rows, or payloads of this many bytes."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows with their verdicts, the plan that announces them and the token that makes them count once."""

    log: Log
    rows: Sequence[Row]
    verdicts: Sequence[int]
    plan: plan.Plan
    token: str

    @classmethod
    def of(cls, log: Log, cluster_id: str, rows: Sequence[Row], verdicts: Sequence[int]) -> "Block":
        first, last = rows[0].offset, rows[-1].offset
        checksum = plan.checksum(row.value for row in rows)
        return cls(
            log,
            rows,
            verdicts,
            plan.Plan(log.topic_id, first, last, len(rows), checksum),
            plan.token(cluster_id, log.topic_id, log.partition, first, last),
        )

    def counted(self) -> list[int]:
        """Hashes of the identities that this block consumes."""
        return [
            row.id_hash for row, verdict in zip(self.rows, self.verdicts, strict=True) if verdict == COUNTED
        ]

    def offsets(self, only: frozenset[int] | None = None) -> list[int]:
        """Offsets of the rows that `columns` has, in that order."""
        return [row.offset for row in self.rows if only is None or row.offset in only]

    def columns(self, rules: str, only: frozenset[int] | None = None) -> list[Sequence[Any]]:
        """The block as columns in the order of `COLUMNS`; `only` picks offsets (a block half there)."""
        rows, verdicts = self.rows, self.verdicts
        if only is not None:
            kept = [at for at, row in enumerate(rows) if row.offset in only]
            rows, verdicts = [rows[at] for at in kept], [verdicts[at] for at in kept]
        if not rows:
            return [[] for _ in COLUMNS]
        by_name: dict[str, Sequence[Any]] = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
        by_name["verdict"] = [VERDICTS[verdict] for verdict in verdicts]
        if CONFLICT in verdicts:
            conflict = Reason.duplicate_conflict.value
            pairs = zip(rows, verdicts, strict=True)
            by_name["reason"] = [conflict if verdict == CONFLICT else row.reason for row, verdict in pairs]
        always = {"topic_id": self.log.topic_id, "partition": self.log.partition, "rules": rules}
        by_name.update({name: [value] * len(rows) for name, value in always.items()})
        return [by_name[name] for name in COLUMNS]


def expiry_unit(topic: Topic) -> Callable[[int], tuple[int, ...]]:
    """The store's partition of a record's timestamp (ms): a block stays within one, so that it is atomic."""

    def month(ms: int) -> tuple[int, ...]:
        at = datetime.fromtimestamp(ms / 1000, UTC)
        return (at.year, at.month)

    def day(ms: int) -> tuple[int, ...]:
        return (ms // 86_400_000,)

    return day if topic.personal else month
