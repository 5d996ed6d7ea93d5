"""What the reducer may ask of the world: one class for each thing, with the type of its answer.

`machine.py` yields them and is sent the answers; `reducer.py` performs them on ioc.control and store, and the
tests perform them on pretended ones, which they may stop, delay and break between any two.
"""

from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from streams.land.actions import Action
from streams.reduce.plan import Plan, Vector
from streams.reduce.ticks import Finished, Tick


class Stretch(Protocol):
    """Rows of the ledger, contiguous in each partition, as far as the machine needs to know them."""

    to: Vector


A = TypeVar("A")
Batch = TypeVar("Batch", bound=Stretch)
Changes = TypeVar("Changes")


@dataclass(frozen=True)
class Work(Generic[Batch, Changes]):
    """What a tick is about: events up to `batch.to`, or the clock, or cases that are derived anew.

    `at`: the instant it counts as of. `settle`: cells are written, and not left to a later tick.
    `by_clock`: with all that moves with the clock. `folded`: cases that are not made from the batch.
    `reached`: the instant up to which everything in the ledger is read then.
    """

    batch: Batch
    at: int
    kind: str = "events"
    settle: bool = True
    by_clock: bool = False
    live: bool = False
    folded: Changes | None = None
    reached: int = 0


# Beginning


@dataclass(frozen=True, slots=True)
class ReadFinished(Action[Finished]):
    """The last finished tick; without one, the greatest version in use."""


@dataclass(frozen=True, slots=True)
class ReadPlan(Action[Plan | None]):
    """What the owner before had planned last."""


@dataclass(frozen=True, slots=True)
class ReadUsed(Action[int]):
    """The greatest version of any case, cell or value."""


@dataclass(frozen=True, slots=True)
class Inherit(Action[None]):
    """Take over what is still to be computed: first of all what ticks behind `done.settled` touched."""

    done: Finished


@dataclass(frozen=True)
class Again(Action[Work[Batch, Changes] | None], Generic[Batch, Changes]):
    """Exactly what was planned, once more; None when there is nothing, or more than a tick ever takes."""

    watermark: Vector
    to: Vector


# A tick


@dataclass(frozen=True, slots=True)
class Commit(Action[None]):
    """Commit the plan; answered only if ioc.control is still ours."""

    plan: Plan


class Writing(Action[A]):
    """Changes what the store holds. Begun only while ioc.control is ours, as far as can be known.

    Long after the last commit it is preceded by the plan once more.
    """

    __slots__ = ()


@dataclass(frozen=True)
class Merge(Writing[Changes], Generic[Batch, Changes]):
    """The cases that this work changes, as they are now and as they will be, and what that touches.

    `since`: the instant up to which what moves with the clock is right.
    """

    tick: Tick
    work: Work[Batch, Changes]
    since: int


@dataclass(frozen=True, slots=True)
class LogTouched(Writing[None]):
    """Write down which cells are about to be others: of this tick, and of those that were not settled."""

    tick: int


@dataclass(frozen=True)
class WriteCases(Writing[None], Generic[Changes]):
    """Write these cases."""

    tick: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class WriteCells(Writing[None]):
    """Compute what was touched from the cases as they stand now."""

    tick: int
    at: int


@dataclass(frozen=True, slots=True)
class WriteValues(Writing[None]):
    """Compute from the cells what people see."""

    tick: int
    at: int


@dataclass(frozen=True)
class Finish(Writing[None], Generic[Batch, Changes]):
    """Write down that the tick is done, and how far everything is."""

    tick: Tick
    done: Finished
    work: Work[Batch, Changes]
    changes: Changes = field(repr=False)
