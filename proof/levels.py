"""When everything that Kafka held at some moments had its row in the ledger; looked at beside the runs."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType

from proof.harness.stack import until
from proof.oracle.asking import Asked, Base

LOOK_S = 0.5
NEVER = -1.0


@dataclass
class Awaited:
    """`after_s`: seconds from `since` until the ledger had reached `ends`; negative: not yet."""

    ends: Base
    since: float
    after_s: float = NEVER


class Levels:
    """A look at the ledger every half second while something is awaited."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._awaited: list[Awaited] = []
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def awaits(self, ends: Base, since: float, *, settles: bool = True) -> Awaited:
        """From now on look whether the ledger has reached `ends`. `settles`: it is expected to."""
        awaited = Awaited(ends, since)
        if settles:
            self._awaited.append(awaited)
        return awaited

    def now(self, patience_s: float) -> Base:
        """The ends of all logs at this moment, once the ledger has reached them (or patience ends)."""
        ends: list[Base] = []

        def asked() -> bool:
            try:
                ends.append(self._asked.ends())
            except Exception:  # the broker may still be coming back: asked again
                return False
            return True

        if not until(asked, patience_s, LOOK_S):
            raise OSError("Kafka did not say how far its logs reach")
        self.awaits(ends[0], time.monotonic())
        self.wait(patience_s)
        self._awaited.clear()
        return ends[0]

    def wait(self, patience_s: float) -> bool:
        """Wait until the ledger has reached all that is awaited; whether it did in time."""
        return until(lambda: not self._open(), patience_s, LOOK_S / 5)

    def _open(self) -> list[Awaited]:
        return [each for each in self._awaited if each.after_s < 0]

    def _look(self) -> None:
        while not self._halt.wait(LOOK_S):
            open_ = self._open()
            if not open_:
                continue
            try:
                landed = self._asked.landed()
            except Exception:  # the store may still be coming back: asked again
                continue
            now = time.monotonic()
            for each in open_:
                if all(landed.get(place, 0) >= end for place, end in each.ends.items()):
                    each.after_s = now - each.since

    def __enter__(self) -> "Levels":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._halt.set()
        self._thread.join(70)
