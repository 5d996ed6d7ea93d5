"""An append-only file of what was sent and what became of it; on the disk before the network hears of it."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

Key = tuple[str, str]
"""(source, id): the name of an event."""
Place = tuple[str, int, int]
"""(topic, partition, offset)."""

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it was meant: `said` is its data in canonical form, `wire` the text that is sent."""

    source: str
    id: str
    type: str
    subject: str
    unit: str
    seqno: int
    said: str
    wire: str
    expect: str = GOOD
    """`good`, `door:<code>` (refused at the door) or `quarantine:<reason>` (put into Kafka directly)."""

    @property
    def key(self) -> Key:
        return self.source, self.id


class Journal:
    """Writes lines and has them on the disk (fsync) before it returns; any thread may write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab")
        self._lock = Lock()

    def sending(self, events: Iterable[Told]) -> None:
        """These are about to be sent."""
        self.write({"do": "send", **asdict(event)} for event in events)

    def ended(self, key: Key, how: str, **more: object) -> None:
        """`ok` (a receipt), `fail` (refused, not in), `info` (may be in or not)."""
        self.write([{"do": how, "source": key[0], "id": key[1], **more}])

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        with self._lock:
            self._file.write(text)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@dataclass
class History:
    """A journal read back."""

    events: dict[Key, Told] = field(default_factory=dict)
    sends: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    receipts: dict[Key, list[Place]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    ambiguous: dict[Key, int] = field(default_factory=lambda: defaultdict(int))

    def good(self) -> list[Told]:
        return [event for event in self.events.values() if event.expect == GOOD]


def read(paths: Iterable[Path]) -> History:
    """What these journals say. A last line cut short by a kill is not there: nothing was sent for it."""
    history = History()
    for path in paths:
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                _take(history, json.loads(line))
    return history


def _take(history: History, line: dict[str, Any]) -> None:
    do = line.pop("do")
    key = line["source"], line["id"]
    if do == "send":
        history.events.setdefault(key, Told(**line))
        history.sends[key] += 1
    elif do == "ok":
        history.receipts[key].append((line["topic"], line["partition"], line["offset"]))
    elif do == "fail":
        history.refused[key].append(line["code"])
    elif do == "info":
        history.ambiguous[key] += 1
