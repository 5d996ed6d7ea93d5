"""Reading the simulator's file: the events that must count, each once."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Event = dict[str, Any]


class Written:
    """What was generated: events by kind and subject, and how many records must get which verdict."""

    def __init__(self, path: Path) -> None:
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.by_topic: Counter[tuple[str, str]] = Counter()
        self.ids: list[tuple[str, str]] = []
        self._events: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                self._take(json.loads(line))

    def of(self, kind: str) -> dict[str, list[Event]]:
        """Events of a kind ("document.received") by subject, in the order of their seqno."""
        return self._events[kind]

    def one(self, kind: str, subject: str) -> Event | None:
        """Data of the last event of a kind about a subject."""
        found = self._events[kind].get(subject)
        return max(found, key=lambda event: event["seqno"])["data"] if found else None

    def _take(self, record: dict[str, Any]) -> None:
        verdict = record["expect"]
        self.verdicts[verdict] += 1
        self.by_topic[record["topic"], verdict] += 1
        if record["reason"]:
            self.reasons[record["reason"]] += 1
        if verdict == "counted":
            event = json.loads(record["value"])
            kind = event["type"].removeprefix("vn.gov.ioc.").removesuffix(".v1")
            self.ids.append((event["source"], event["id"]))
            self._events[kind][event["subject"]].append(event)
