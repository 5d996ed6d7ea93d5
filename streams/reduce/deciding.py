"""Takes over what two persons decided about targets, weights and thresholds, and ends what waited too long.

The reducer alone writes values, so it alone says that a decision is taken over. Done twice it is still that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from ioc.accounts import Deed
from ioc.clock import Clock
from ioc.decisions import STANDING, Decision, Stage
from storage import audit_trail, decisions
from storage.client import Store

EVERY_S = 2.0
"""How often it is looked for: what is decided holds from another day, so nobody waits for it."""
GRACE = timedelta(minutes=1)
"""A proposal is ended so long after its time: an approval of the last moment may be on its way."""
SPACE = UUID("0e0c2f4e-8a64-5a53-9f0f-6a3f7f5d7d10")


class Deciding:
    """The decisions of one tenant, as the reducer follows them. Not thread-safe."""

    def __init__(self, store: Store, tenant: str, clock: Clock) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._known: Sequence[Decision] | None = None
        self._looked = float("-inf")

    def look(self) -> Sequence[Decision] | None:
        """All decisions that stand, when they are others than at the last look; None: nothing new."""
        if self._clock.monotonic() - self._looked < EVERY_S:
            return None
        self._looked = self._clock.monotonic()
        found = [self._followed(each) for each in decisions.listed(self._store, self._tenant)]
        standing = [each for each in found if each.stage in STANDING]
        if standing == self._known:
            return None
        self._known = standing
        return standing

    def _followed(self, decision: Decision) -> Decision:
        now = self._clock.now()
        ended = decision.as_of(now - GRACE)
        if decision.stage is Stage.approved:
            ended = replace(decision, stage=Stage.taken, taken_at=now)
        if ended.stage is not decision.stage:
            # The line first, as everywhere; under the same id, so that a second attempt is still one line.
            action = "take_change" if ended.stage is Stage.taken else "expire_change"
            line = uuid5(SPACE, f"{decision.id}/{action}")
            told = tuple(ended.said())
            deed = Deed(line, now, decision.account, decision.role, action, str(decision.id), "done", told)
            audit_trail.note(self._store, self._tenant, deed)
            decisions.keep(self._store, self._tenant, ended, now)
        return ended
