"""What landing may ask of the world: one class for each thing, with the type of its answer.

`machine.py` yields them and is sent the answers; `lane.py` performs them on Kafka and store, and the tests
perform them on pretended ones, which they may stop, delay and break between any two.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from storage.losses import Order, Standing
from streams.land.block import Block
from streams.land.judge import Identity, Row
from streams.land.resume import Committed, KafkaLog

A = TypeVar("A")


class Action(Generic[A]):
    """Something to be done, whose answer is an `A`."""

    __slots__ = ()


Steps = Generator[Action[Any], Any, A]
"""A sequence of actions that ends with an `A`. Dropped at any of them, it has done nothing further."""


def do(action: Action[A]) -> Steps[A]:
    """One action, for the sake of its answer's type."""
    answer: A = yield action
    return answer


# The group


@dataclass(frozen=True, slots=True)
class ReadCommit(Action[Committed | None]):
    """What the group has committed."""


@dataclass(frozen=True, slots=True)
class Commit(Action[None]):
    """Commit; answered only if the partition is still ours."""

    offset: int
    metadata: str


# The log


@dataclass(frozen=True, slots=True)
class Gone:
    """Answer of a read: Kafka has no records before `start` any more, and those were asked for."""

    start: int


@dataclass(frozen=True, slots=True)
class ReadEnds(Action[KafkaLog]):
    """Where the log begins and ends."""


@dataclass(frozen=True, slots=True)
class Read(Action[Sequence[Row] | Gone]):
    """The records first … last, once more."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Seek(Action[None]):
    """Read on from here."""

    offset: int


@dataclass(frozen=True, slots=True)
class Next(Action[Sequence[Row] | Gone | None]):
    """The next block as read; None when nothing comes for a while. The block before it has landed."""


# The store


class Question(Action[A]):
    """Asked of the ledger until it answers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Following(Question[int | None]):
    """The offset behind the last row that the ledger holds, held or gave up."""


@dataclass(frozen=True, slots=True)
class Present(Question[frozenset[int]]):
    """Which offsets of first … last have a row."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Known(Question[dict[Identity, bytes]]):
    """Fingerprints of the identities with one of these hashes that are counted below an offset."""

    hashes: Sequence[int]
    below: int


@dataclass(frozen=True, slots=True)
class Identities(Question[list[bytes]]):
    """Hashes of what is counted from `since` up to `below`, as `IdentityFilter.load` takes them."""

    since: int
    below: int


@dataclass(frozen=True, slots=True)
class Orders(Question[Sequence[Order]]):
    """What somebody decided not to wait for."""


@dataclass(frozen=True, slots=True)
class Unconfirmed(Question[Standing | None]):
    """Records of an earlier log of this partition that never reached the ledger."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Answer of an insert: the store refuses what a row holds, and has nothing of the block.

    `at`: the offset of the row that it blames, if it says so; where to look first, not a judgement.
    """

    why: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Insert(Action[Refusal | None]):
    """Bring a block into the ledger, `only` these offsets of it; tried until the store has it.

    An attempt long after the last commit is preceded by the plan once more.
    """

    block: Block
    only: frozenset[int] | None
    token: str


@dataclass(frozen=True, slots=True)
class Reached(Action[None]):
    """A place where tests make the process die (`ioc.failpoints`)."""

    point: str
