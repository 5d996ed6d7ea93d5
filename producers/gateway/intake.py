"""From received bytes to receipts: judge each event alone, hand all good ones to Kafka together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ioc import failpoints
from ioc.clock import Clock
from ioc.contracts import Decoded, EventRefused, Reason, Rules, decode
from producers.gateway.body import EVENT_LIMIT, too_large
from producers.gateway.metrics import Counters
from producers.gateway.outlet import Outlet, Receipt, Unpublished
from producers.gateway.problems import Problem, from_refusal
from producers.gateway.rejections import Refusal, Rejections, refusal

YIELD_EVERY = 50
"""Events judged before other requests get a turn (about 5 ms)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated source and the rules narrowed to what it may say."""

    code: str
    rules: Rules

    @property
    def urn(self) -> str:
        return next(iter(self.rules.sources))


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that Kafka acknowledged."""

    id: str
    receipt: Receipt

    status = 202

    def body(self) -> dict[str, Any]:
        return {"status": self.status, "id": self.id, **asdict(self.receipt)}


Outcome = Accepted | Problem


def narrowed(rules: Rules, code: str) -> Rules:
    """What one source may say."""
    urn = f"urn:ioc:{rules.tenant}:{code}"
    own = {urn: rules.sources.get(urn, frozenset())}
    return Rules(tenant=rules.tenant, units=rules.units, sources=own, version=rules.version)


class Intake:
    """Judges with the contracts' decoder, publishes the re-encoded value, reports refusals as events."""

    def __init__(
        self,
        *,
        rules: Rules,
        outlet: Outlet,
        rejections: Rejections,
        counters: Counters,
        clock: Clock,
        sure: Callable[[], bool] = lambda: True,
    ) -> None:
        """`sure`: whether the clock may refuse an event for its time."""
        self._rules = rules
        self._outlet = outlet
        self._rejections = rejections
        self._counters = counters
        self._clock = clock
        self._sure = sure

    def caller(self, code: str) -> Caller:
        """The rules of one source: nothing but its own urn and its own types."""
        return Caller(code, narrowed(self._rules, code))

    async def take(self, raws: Sequence[bytes], caller: Caller) -> list[Outcome]:
        """One outcome an event, in order. An `Accepted` is in Kafka; every `Problem` is not, or not surely
        (503)."""
        judged: list[Decoded | Problem] = []
        for n, raw in enumerate(raws, 1):
            judged.append(self._judge(raw, caller))
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        good = [item for item in judged if isinstance(item, Decoded)]
        failpoints.hit("G2")
        placed = iter(await self._outlet.publish([item.envelope for item in good]) if good else [])
        failpoints.hit("G4")
        outcomes = [item if isinstance(item, Problem) else _outcome(item, next(placed)) for item in judged]
        for outcome in outcomes:
            code = outcome.code if isinstance(outcome, Problem) else "accepted"
            self._counters.add("ioc_gateway_events_total", source=caller.code, outcome=code)
        return outcomes

    def refuse_whole(self, problem: Problem, caller: Caller) -> None:
        """Count and report a request that was refused before any event of it could be read."""
        self._counters.add("ioc_gateway_events_total", source=caller.code, outcome=problem.code)
        if problem.code == "too_large":
            self._rejections.report(Refusal(caller.urn, Reason.oversize))
        elif problem.code == "undecodable":
            self._rejections.report(Refusal(caller.urn, Reason.undecodable))

    def refused_elsewhere(self, code: str, reason: Reason) -> None:
        """Count and report a refusal by another door of the gateway."""
        self._counters.add("ioc_gateway_events_total", source=code, outcome=reason.value)
        self._rejections.report(Refusal(self.caller(code).urn, reason))

    def _judge(self, raw: bytes, caller: Caller) -> Decoded | Problem:
        if len(raw) > EVENT_LIMIT:
            self._rejections.report(Refusal(caller.urn, Reason.oversize))
            return too_large(EVENT_LIMIT, "the event")
        try:
            return decode(raw, rules=caller.rules, now=self._clock.now())
        except EventRefused as refused:
            if refused.reason is Reason.future_time and not self._sure():
                return Problem(
                    "broker_unavailable", "Kafka's time is not known yet; send the same event again"
                )
            self._rejections.report(refusal(caller.urn, refused, raw))
            return from_refusal(refused)


def _outcome(decoded: Decoded, placed: Receipt | Unpublished) -> Outcome:
    if isinstance(placed, Receipt):
        return Accepted(decoded.envelope.id, placed)
    return Problem("broker_unavailable", "Kafka did not acknowledge in time; send the same event again")
