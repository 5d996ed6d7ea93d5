"""Files of CloudEvents, one a line (ndjson), for back-loading."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ioc.clock import Clock
from ioc.contracts import MAX_BYTES, EventRefused, Reason, Rules, decode
from producers.adapters.base import Item, Refused


class CloudEventsAdapter:
    """Reads events that a source wrote itself; each must be that source's own."""

    def __init__(self, urn: str, rules: Rules, clock: Clock) -> None:
        self._urn = urn
        self._rules = rules
        self._clock = clock

    def read(self, where: str, path: Path) -> Iterator[Item]:
        """One item a line that is not empty."""
        with path.open("rb") as stream:
            for number, line in enumerate(_lines(stream), start=1):
                if line is None or line.strip():
                    yield self._line(f"{where}:{number}", line)

    def _line(self, where: str, line: bytes | None) -> Item:
        if line is None:
            return Item(where, (), (Refused(where, "", Reason.oversize, f"at most {MAX_BYTES} bytes"),))
        try:
            event = decode(line.strip(), rules=self._rules, now=self._clock.now()).envelope
            if event.source != self._urn:
                raise EventRefused(Reason.unauthorised_source, "/source", "", self._urn)
        except EventRefused as error:
            return Item(where, (), (Refused.of(where, error),))
        return Item(where, (event,))


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines of a file; `None` for one that is too long, which is passed over without being held."""
    while line := stream.readline(MAX_BYTES + 2):
        if len(line) <= MAX_BYTES + 1 and (line.endswith(b"\n") or len(line) <= MAX_BYTES):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(1 << 20)
        yield None
