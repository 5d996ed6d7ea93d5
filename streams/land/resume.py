"""Where to begin on a partition that has just been assigned: a pure function of three things.

The committed offset (with its plan), the log as Kafka has it, and what the ledger holds of it. The ledger
is the truth; the plan only says which rows may have been under way. When going on would skip a record
that the ledger never had, the answer is `Stop`: the partition stands still, in red, with its range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ioc.errors import IocError
from storage.losses import Order
from streams.land.plan import Plan, PlanUnreadable, parse

Kind = Literal["retention", "recreated", "truncated", "unreadable", "changed", "refused", "killing"]
"""retention: Kafka no longer has them. recreated: they were of a log that is gone. refused: the store does
not take the record. killing: too many in a row kill whoever reads them. These may be given up; behind the
others, other records may have the same offsets."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What Kafka keeps for the group: `offset` is where the next block begins."""

    offset: int
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class KafkaLog:
    """The partition's log: records start … end - 1 can be read."""

    topic_id: UUID
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger holds: the offset behind its last row (None: no row), and which planned offsets."""

    following: int | None
    planned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Start:
    """Begin reading at `offset`; before that, insert `missing` of the planned block `redo`."""

    offset: int
    redo: Plan | None = None
    missing: frozenset[int] | None = None
    """None with a `redo`: all of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not go on: records first … last would be skipped or cannot be vouched for."""

    reason: str
    first: int
    last: int
    kind: Kind
    topic_id: UUID | None = None
    """Of the log that the range is of, if that is not the present one."""


class Stopped(IocError):
    """A partition stands still: going on would skip records."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(f"{stop.reason} (offsets {stop.first}–{stop.last})")
        self.stop = stop


def planned(committed: Committed | None) -> Plan | Stop | None:
    """The plan beside the committed offset; `Stop` when it cannot be read."""
    if committed is None:
        return None
    try:
        return parse(committed.offset, committed.metadata)
    except PlanUnreadable as error:
        return Stop(str(error), committed.offset, committed.offset, "unreadable")


def resume(
    committed: Committed | None, log: KafkaLog, held: Held, given_up: Sequence[Order] = ()
) -> Start | Stop:
    """Where to begin. `given_up`: what somebody decided not to wait for; `held` counts it as held."""
    plan = planned(committed)
    if isinstance(plan, Stop):
        return plan
    if plan is not None and any(_covers(order, plan) for order in given_up):
        plan = None
    if plan is not None and plan.topic_id != log.topic_id:
        return Stop(
            f"the topic was re-created: a block of topic {plan.topic_id} was under way",
            plan.first,
            plan.last,
            "recreated",
            plan.topic_id,
        )
    empty = held.following is None
    if empty and log.start > 0 and committed is not None and _landed_before(committed, plan, log):
        return Stop(
            "the ledger is empty, but records had landed and Kafka no longer has the oldest",
            0,
            log.start - 1,
            "retention",
        )
    following = log.start if held.following is None else held.following
    if plan is not None and following >= plan.first:
        return _finish(plan, log, held, following)
    return _checked(Start(following), following, log)


def _covers(order: Order, plan: Plan) -> bool:
    """The block begins in what was given up: it can neither be made again nor be waited for."""
    return order.topic_id == plan.topic_id and order.first <= plan.first <= order.last


def _landed_before(committed: Committed, plan: Plan | None, log: KafkaLog) -> bool:
    """The group got further than the first block of a log whose beginning was already gone."""
    return plan is None or committed.offset > log.start


def _finish(plan: Plan, log: KafkaLog, held: Held, following: int) -> Start | Stop:
    """A block was under way and everything before it is there."""
    behind = max(plan.last + 1, following)
    here = len(held.planned)
    if here == plan.count:
        return _checked(Start(behind), behind, log)
    missing = None if here == 0 else frozenset(range(plan.first, plan.last + 1)) - held.planned
    return _checked(Start(behind, plan, missing), plan.first, log)


def _checked(start: Start, first: int, log: KafkaLog) -> Start | Stop:
    """`start`, unless Kafka does not have the records from `first` on."""
    if first < log.start:
        return Stop(
            "Kafka deleted records by retention before the ledger had them", first, log.start - 1, "retention"
        )
    if start.offset > log.end:
        return Stop(
            f"Kafka's log ends at {log.end}, but ledger or plan reach further: records were lost there",
            log.end,
            start.offset - 1,
            "truncated",
        )
    return start
