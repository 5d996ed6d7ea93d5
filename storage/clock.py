"""The store's clock, as workers, reducer and wall follow it: by it rows are written and expire."""

from datetime import UTC, datetime, timedelta

from ioc.clock import FollowingClock, SystemClock
from storage.client import Store
from storage.doctor import SKEW_S

LOOK_S = 5.0
"""Seconds between two looks."""
PROMPT_S = 1.0
"""An answer that took longer says too little; the look before it still holds."""


def clock() -> FollowingClock:
    """This machine's clock, as long as it agrees with the store's."""
    return FollowingClock(SystemClock(), SKEW_S, "the store's")


def look(store: Store, clock: FollowingClock) -> None:
    """Look at the store's clock. Raises `StoreUnavailable`, `StoreRefused`."""
    began = clock.monotonic()
    ((there,),) = store.query("SELECT now64(3, 'UTC')")
    took = clock.monotonic() - began
    if took <= PROMPT_S or not clock.sure:
        seen: datetime = there.replace(tzinfo=UTC)
        clock.look(seen + timedelta(seconds=took / 2))
