"""What a fault sees and says: the stack, the load, chance, and the evidence that it bit."""

import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from proof.harness.kind import ORDINARY, Kind
from proof.harness.proxy import FaultProxy
from proof.harness.stack import Stack
from proof.oracle.asking import Asked, Base, Found
from proof.oracle.events import Events
from proof.oracle.journal import Journal, Told
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
    evidence: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    outage_s: float = 0.0
    """How long the way of the data was broken."""
    base: Base = field(default_factory=dict)
    """Where this run's records begin in Kafka."""
    sent_alone: list[Told] = field(default_factory=list)
    flushed: Counter[str] = field(default_factory=Counter)
    """How often a log was taken to the disk while `sent_alone` was sent, by `topic-partition`."""
    lost_below: Base = field(default_factory=dict)
    """Records that Kafka was made to let go of lie below these offsets."""
    beside: list[Callable[[], None]] = field(default_factory=list)
    """Looks that go on beside the fault's end; each is waited for while events still flow."""
    more: Findings = field(default_factory=dict)
    """What the fault itself found wrong, by invariant."""

    def bit(self, what: str) -> None:
        """Something was really broken."""
        self.evidence.append(what)

    def wrong(self, invariant: str, what: str) -> None:
        self.more.setdefault(invariant, []).append(what)

    def has_landed(self, ends: Base) -> bool:
        """Whether the ledger has reached these ends of the logs; not when the store does not answer."""
        with suppress(Exception):
            landed = self.asked.landed()
            return all(landed.get(place, 0) >= end for place, end in ends.items())
        return False

    def fire(self, name: str, process: str, hit: int, within_s: float = 45.0) -> None:
        """Arm a failpoint and wait until it has killed `process` and that is back."""
        before = self.stack.state()[process]
        self.stack.arm(name, hit)
        if self.stack.fired(name, within_s):
            self.stack.await_other(process, before.pid)
            self.bit(f"{process} ({before.pid}) died at {name}, the {hit}. time it passed there")
        else:
            self.stack.disarm(name)

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


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Fault:
    """A fault of the matrix, or a failpoint. `act` runs while events flow."""

    id: str
    title: str
    act: Act
    rate: float = 300.0
    alone: bool = False
    """One request under way at a time, so that the number of copies in Kafka can be foretold."""
    bad: float = 0.0
    copies: tuple[int, int] = (1, 100)
    settles: bool = True
    """Everything lands in the end; without it nobody waits for that."""
    spoils: bool = False
    """Its stack is not used again."""
    kind: Kind = ORDINARY
    """The stack that it needs."""
    days: int = 3
    """How far back the events reach."""
    needs: Callable[[], str] = lambda: ""
    """The tool that is missing and why, empty when there is none."""
    after: Callable[[Scene, Found], None] | None = None
    """More to look at once everything has settled."""
    waived: tuple[str, ...] = ()
    """Invariants that the fault destroys what they are about of; `after` judges in their place."""
    tier: int = 2
    """1: part of `make chaos`."""
    together: bool = False
    """It leaves the stack as it was, so that others may follow before anything is judged."""
