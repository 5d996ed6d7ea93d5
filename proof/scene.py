"""What a fault sees and says: the stack, the load, chance, and the evidence that it bit."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from proof.harness.proxy import FaultProxy
from proof.harness.stack import Stack
from proof.oracle.asking import Asked, Found
from proof.oracle.events import Events
from proof.oracle.journal import Journal
from proof.oracle.sending import Load

Findings = dict[str, list[str]]


@dataclass
class Scene:
    """One run of one fault."""

    stack: Stack
    asked: Asked
    events: Events
    journal: Journal
    load: Load
    chance: random.Random
    proxy: FaultProxy
    """Between the publishers and the gateway; the load goes through it."""
    store_proxy: FaultProxy | None = None
    """Between the centre and its store, on stacks made with one."""
    evidence: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    outage_s: float = 0.0
    """How long the way of the data was broken."""
    more: Findings = field(default_factory=dict)
    """What the fault itself found wrong, by invariant."""

    def bit(self, what: str) -> None:
        """Something was really broken."""
        self.evidence.append(what)

    def wrong(self, invariant: str, what: str) -> None:
        self.more.setdefault(invariant, []).append(what)

    def kill(self, name: str) -> None:
        """SIGKILL a process of the stack, with the death as evidence, and wait for its successor."""
        pid = self.stack.kill(name)
        self.bit(f"{name} ({pid}) died of SIGKILL")
        self.stack.await_other(name, pid)

    def stopped(self, name: str) -> Callable[[], None]:
        """SIGSTOP a process; call the result to continue it."""
        pid = self.stack.signal(name, signal.SIGSTOP)
        self.bit(f"{name} ({pid}) stood still (SIGSTOP)")

        def go_on() -> None:
            self.stack.signal(name, signal.SIGCONT)

        return go_on


@dataclass(frozen=True)
class Fault:
    """A fault of the matrix, or a failpoint. `act` runs while events flow."""

    id: str
    title: str
    act: Callable[[Scene], None]
    rate: float = 300.0
    alone: bool = False
    """One request under way at a time, so that the number of copies in Kafka can be foretold."""
    bad: float = 0.0
    copies: tuple[int, int] = (1, 100)
    spoils: bool = False
    """Its stack is not used again."""
    store_proxied: bool = False
    needs: Callable[[], str] = lambda: ""
    """The tool that is missing and why, empty when there is none."""
    after: Callable[[Scene, Found], None] | None = None
    """More to look at once everything has settled."""
    waived: tuple[str, ...] = ()
    """Invariants that the fault destroys what they are about of; `after` judges in their place."""
    tier: int = 2
    """1: part of `make chaos`."""
    environment: dict[str, str] = field(default_factory=dict)
