"""The store's clock, followed by the wall: ages are told by the clock that wrote what they are ages of.

A wall half a minute ahead would call every number old; one that is behind, what has stopped fresh.
"""

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from ioc.clock import FollowingClock
from ioc.errors import StoreRefused, StoreUnavailable
from storage.client import Store
from storage.clock import LOOK_S, look

log = logging.getLogger(__name__)


class Following:
    """`with Following(open_store, clock):`, and the clock is looked after in a thread of its own."""

    def __init__(self, open_store: Callable[[], Store], clock: FollowingClock) -> None:
        self._open, self._clock = open_store, clock
        self._store: Store | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wall-clock", daemon=True)

    def __enter__(self) -> "Following":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def look(self) -> None:
        """One look; a store that does not answer is connected to anew at the next."""
        try:
            self._store = self._store or self._open()
            look(self._store, self._clock)
        except (StoreUnavailable, StoreRefused) as error:
            log.debug("the store's clock was not seen: %s", error)
            self._let_go()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._ended.wait(LOOK_S)
        self._let_go()

    def _let_go(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
