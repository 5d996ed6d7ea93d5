"""Slowing down who guesses: after some free attempts, each further one must wait twice as long.

An attempt is counted when it begins, not when it has failed: a thousand at once are not a thousand free ones.
Nobody is locked out for good, for that would let anybody lock out an operator on duty.
"""

from starlette.requests import Request

from ioc.clock import Clock
from ioc.peers import Proxies

HERE = Proxies()
FORGOTTEN_S = 900.0
KEYS = 10_000
"""Remembered at once; the one that was quiet for longest goes first."""


class Throttle:
    """Attempts by key. Not thread-safe: for the event loop."""

    def __init__(self, clock: Clock, *, free: int, longest_s: float = 60.0) -> None:
        self._clock = clock
        self._free = free
        self._longest_s = longest_s
        self._known: dict[str, tuple[int, float, float]] = {}
        """Key → (attempts, when the next is allowed, when the last one was)."""

    def attempt(self, key: str) -> float:
        """0.0: go ahead, it is counted. Otherwise: seconds to wait, and it is not."""
        now = self._clock.monotonic()
        attempts, allowed, last = self._known.pop(key, (0, now, now))
        if now < allowed:
            self._known[key] = (attempts, allowed, last)
            return allowed - now
        if now - last >= FORGOTTEN_S:
            attempts = 0
        attempts += 1
        beyond = attempts - self._free
        # Beyond the longest wait the power is not computed: attempts may be many.
        wait = 0.0 if beyond < 0 else min(2.0 ** min(beyond, 20), self._longest_s)
        while len(self._known) >= KEYS:
            self._known.pop(next(iter(self._known)))
        self._known[key] = (attempts, now + wait, now)
        return 0.0

    def forgive(self, key: str) -> None:
        """The attempt just made was right: it does not count, and the next need not wait."""
        attempts, _, last = self._known.pop(key, (0, 0.0, 0.0))
        if attempts > 1:
            self._known[key] = (attempts - 1, self._clock.monotonic(), last)

    def forget(self, key: str) -> None:
        """Whoever this is has shown to be right: all attempts are forgotten."""
        self._known.pop(key, None)


def either(*asked: tuple[Throttle, str]) -> float:
    """One attempt under several keys: counted under all, or, when one must wait, the longest wait."""
    return max(throttle.attempt(key) for throttle, key in asked)


def is_ours(request: Request) -> bool:
    """Whether a peer of ours asks for itself: not for somebody behind it."""
    peer = request.client.host if request.client else ""
    proxies: Proxies = getattr(request.app.state, "proxies", HERE)
    return peer in proxies and "x-forwarded-for" not in request.headers


def address_of(request: Request) -> str:
    """The address whose attempts are counted: the peer's, or what a proxy or a console of ours says it is."""
    peer = request.client.host if request.client else ""
    proxies: Proxies = getattr(request.app.state, "proxies", HERE)
    return proxies.client(peer, request.headers.getlist("x-forwarded-for"))
