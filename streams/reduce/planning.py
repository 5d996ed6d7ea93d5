"""The plan of the next tick beside the commit on ioc.control, and whether that is still ours."""

from typing import Protocol

from ioc.clock import Clock
from storage.client import Store
from streams.reduce import ticks
from streams.reduce.plan import LIMIT, STORED, Plan, load, load_vector

PLAN_FRESH_S = 2.0
"""Nothing is begun longer than this after ioc.control was last known to be ours: the group waits longer
(`control.SESSION_MS`) before it gives it to another."""


class Control(Protocol):
    """The one-partition topic that says who reduces, and keeps its plan."""

    def commit(self, text: str) -> None:
        """Keep a plan. Raises `NotOwner` when another process reduces now."""

    def check(self) -> None:
        """The same without keeping anything, as far as this process knows. Raises `NotOwner`."""


class Planning:
    """What this owner has planned last."""

    def __init__(self, store: Store, control: Control, clock: Clock) -> None:
        self._store = store
        self._control = control
        self._clock = clock
        self._text = ""
        self._kept_at = 0.0

    def take_over(self, committed: str) -> None:
        """Begin with what the owner before had committed."""
        self._text = committed

    def planned(self) -> Plan | None:
        """What stands beside the commit. Raises `PlanUnreadable`.

        A long plan that the store does not have (restored) still says which number was used.
        """
        if not self._text:
            return None
        tick, text = load(self._text)
        vector = ticks.stored_plan(self._store, tick) if text == STORED else text
        return Plan(tick, load_vector(vector or ""))

    def keep(self, plan: Plan) -> None:
        """Commit it. Raises `NotOwner`."""
        text = plan.dump()
        if len(text) > LIMIT:
            ticks.store_plan(self._store, plan.tick, text.rpartition(";")[2])
            text = plan.reference()
        self._commit(text)

    def confirm(self) -> None:
        """Before anything is written: ioc.control is still ours. Raises `NotOwner`."""
        self._control.check()
        if self._clock.monotonic() - self._kept_at >= PLAN_FRESH_S:
            self._commit(self._text)

    def _commit(self, text: str) -> None:
        self._control.commit(text)
        self._text, self._kept_at = text, self._clock.monotonic()
