"""The record of what was generated, written before it is sent: what a proof compares the store with."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import orjson

from producers.simulator.sender import Record


class Journal:
    """Counts every record and appends it to a file: topic, key, value as text, expected verdict and
    reason."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.topics: Counter[str] = Counter()

    def __enter__(self) -> "Journal":
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab")
        return self

    def write(self, records: Sequence[Record]) -> None:
        """All lines are handed to the operating system before this returns."""
        for record in records:
            self.verdicts[record.expect] += 1
            self.topics[record.topic] += 1
            if record.reason:
                self.reasons[record.reason] += 1
        if self._file is not None:
            self._file.write(b"".join(map(_line, records)))
            self._file.flush()

    def summary(self) -> dict[str, object]:
        """Counts by expected verdict, by reason and by topic."""
        return {
            "events": self.verdicts.total(),
            "expected": dict(sorted(self.verdicts.items())),
            "reasons": dict(sorted(self.reasons.items())),
            "topics": dict(sorted(self.topics.items())),
        }

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def _line(record: Record) -> bytes:
    line = {
        "topic": record.topic,
        "key": record.key.decode(),
        "value": record.value.decode(),
        "expect": record.expect,
        "reason": record.reason,
    }
    return orjson.dumps(line) + b"\n"
