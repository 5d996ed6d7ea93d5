"""Publishers over HTTP as a source system would write one: the same id until an answer settles it."""

import http.client
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from proof.oracle.events import Events
from proof.oracle.journal import GOOD, Journal, Told

TIMEOUT_S = 12.0
PATIENCE_S = 90.0
EXPLAINED = {400, 401, 403, 408, 413, 415, 422, 429, 503}
BATCH = 10


@dataclass
class Tally:
    """What publishers saw, over all threads."""

    answers: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    accepted: int = 0
    slowest_s: float = 0.0


class Load:
    """Events at a rate, one thread a source. `alone`: one request under way at a time in all."""

    def __init__(
        self,
        events: Events,
        journal: Journal,
        keys: dict[str, str],
        port: int,
        *,
        rate: float = 300.0,
        alone: bool = False,
        bad: float = 0.0,
        batch: int = BATCH,
    ) -> None:
        self._events, self._journal, self._keys, self._port = events, journal, keys, port
        self._sources = ("qlvb", "motcua", "vxp")
        self._rate, self._alone, self._bad, self._batch = rate, alone, bad, batch
        self._halt = threading.Event()
        self.paused = False
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.tally = Tally()
        self.given_up = 0

    def start(self) -> "Load":
        for source in self._sources:
            thread = threading.Thread(target=self._publish, args=(source,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def stop(self) -> None:
        """No new events; what is pending is sent until it is answered or patience ends."""
        self._halt.set()
        for thread in self._threads:
            thread.join(PATIENCE_S + 3 * TIMEOUT_S)

    def wait_accepted(self, more: int, within_s: float = 60.0) -> bool:
        """Wait until so many more events have a receipt."""
        goal, end = self.tally.accepted + more, time.monotonic() + within_s
        while self.tally.accepted < goal and time.monotonic() < end:
            time.sleep(0.02)
        return self.tally.accepted >= goal

    def deliver(self, told: list[Told], source: str) -> None:
        """Send these beside the load, and return when each has its answer."""
        door = Door(self._port, self._keys[source])
        self._journal.sending(told)
        self._deliver(door, told)
        door.close()

    def _publish(self, source: str) -> None:
        door = Door(self._port, self._keys[source])
        with self._lock:
            stream = self._events.stream(source)
        pause = self._batch * len(self._sources) / self._rate
        due = time.monotonic() + random.Random(source).random() * pause
        while not self._halt.wait(max(0.0, due - time.monotonic())):
            due = max(due + pause, time.monotonic() - 1)
            if self.paused:
                continue
            with self._lock:
                batch = self._take(source, stream)
            self._journal.sending(batch)
            self._deliver(door, batch)
        door.close()

    def _take(self, source: str, stream: Iterator[Told]) -> list[Told]:
        batch = [next(stream) for _ in range(self._batch)]
        if self._bad and source == "qlvb":
            batch = [self._events.bad() if self._events.rng.random() < self._bad else told for told in batch]
        return batch

    def _deliver(self, door: "Door", batch: list[Told]) -> None:
        pending = deque([batch])
        ends: float | None = None
        while pending:
            now = time.monotonic()
            ends = now + PATIENCE_S if ends is None and self._halt.is_set() else ends
            if ends is not None and now > ends:
                self.given_up += sum(map(len, pending))
                return
            again = self._once(door, pending.popleft())
            if again:
                pending.append(again)
                time.sleep(0.3)

    def _once(self, door: "Door", batch: list[Told]) -> list[Told]:
        """One request; what must be sent again."""
        begun = time.monotonic()
        if self._alone:
            with self._turn:
                results = door.post(batch)
        else:
            results = door.post(batch)
        self.tally.slowest_s = max(self.tally.slowest_s, time.monotonic() - begun)
        again, lines = [], []
        for told, result in zip(batch, results, strict=True):
            line, retry = self._settled(told, result)
            lines.append(line)
            if retry:
                again.append(told)
        self._journal.write(lines)
        return again

    def _settled(self, told: Told, result: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        name = {"source": told.source, "id": told.id}
        status, code = result["status"], result.get("code", "")
        with self._lock:
            self.tally.answers[f"{status} {code}".strip()] += 1
            if status == 202:
                self.tally.accepted += 1
            elif status and status not in EXPLAINED:
                self.tally.unexplained.append(f"{status} {code} {result.get('detail', '')}"[:200])
        if status == 202:
            place = {each: result[each] for each in ("topic", "partition", "offset")}
            return {"do": "ok", **name, **place}, False
        if status and status < 500 and status not in (408, 429):
            return {
                "do": "fail",
                **name,
                "status": status,
                "code": code,
            }, told.expect == GOOD and status == 401
        return {"do": "info", **name, "status": status, "why": result.get("detail", code)}, True


class Door:
    """One kept-alive connection to the gateway."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key
        self._connection: http.client.HTTPConnection | None = None

    def post(self, batch: list[Told]) -> list[dict[str, Any]]:
        """A result for each event; status 0: no answer came."""
        body = "[" + ",".join(told.wire for told in batch) + "]"
        if any(told.expect == "door:undecodable" for told in batch):
            # A broken event would break the frame of its neighbours: each goes by itself.
            return [self._single(told) for told in batch]
        status, answer = self.send(body.encode(), "application/cloudevents-batch+json")
        if isinstance(answer, dict) and "results" in answer:
            return list(answer["results"])
        return [{"status": status, **(answer if isinstance(answer, dict) else {})} for _ in batch]

    def _single(self, told: Told) -> dict[str, Any]:
        status, answer = self.send(told.wire.encode(), "application/cloudevents+json")
        return {**(answer if isinstance(answer, dict) else {}), "status": status}

    def send(self, body: bytes, kind: str) -> tuple[int, Any]:
        """Status and document; status 0 and the reason when the connection failed."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
            self._connection.request("POST", "/v1/events", body, headers)
            answer = self._connection.getresponse()
            text = answer.read()
            if answer.getheader("Connection", "").lower() == "close":
                self.close()
            return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return 0, {"detail": type(error).__name__}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
