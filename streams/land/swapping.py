"""What was landed beside takes the ledger's place, while landing waits and readers read on.

Landing and comparing, the long part, go on beside a running worker. Then the topics are held: every lane of
theirs says that nothing of it is under way. What came meanwhile is landed beside too, what Kafka no longer
has is carried over, and the tables are exchanged. A worker that goes on looks at the ledger as at any start.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from ioc.accounts import Deed
from ioc.clock import SystemClock
from ioc.contracts import Rules
from ioc.errors import IocError
from ioc.settings import Settings
from ioc.topics import Topic
from storage import audit_trail, exchange, holds, rebuilds
from storage.client import Store
from streams.land.replaying import SHADOW, Beside, Compared, begin

HOLD_S = 120.0
"""A hold lasts this long, and is made to last again before each step; a command that dies lets go by this."""
LEAST_S = 10.0
"""Left of a hold when tables are exchanged; the exchange takes some milliseconds."""
PATIENCE_S = 60.0
POLL_S = 0.5


class NotHeld(IocError):
    """Landing did not stop, or went on too early: nothing was exchanged."""


@dataclass(frozen=True)
class Swapped:
    """What was compared; whether it is the ledger now; the rebuild that was asked for, 0 for none."""

    compared: list[Compared]
    swapped: bool
    rebuild: int


def swap(
    settings: Settings, store: Store, rules: Rules, topics: Sequence[Topic], *, accept: int, account: str
) -> Swapped:
    """Land beside, hold landing, compare the rest, exchange. `accept`: how many records may differ, exactly.

    Raises `NotHeld`, `StoreUnavailable`, kafka-python's errors; then the ledger is as it was.
    """
    found = begin(settings, store, rules, topics)
    for each in found:
        each.advance()
    names = [topic.name for topic in topics]
    hold = round(time.time() * 1000)
    try:
        holds.hold(store, names, hold, HOLD_S)
        _wait(store, hold, found)
        for each in found:
            each.advance()
            holds.hold(store, names, hold, HOLD_S)
        compared = [each.compared for each in found]
        differing = sum(each.differing for each in compared)
        if differing != accept:
            return Swapped(compared, False, 0)
        for topic in topics:
            _carry_over(store, topic, [each for each in found if each.here.topic == topic])
        now, about, said = SystemClock().now(), ",".join(names), (f"differing={differing}",)
        deed = Deed(uuid4(), now, account, "", "swap_ledger", about, "done", said)
        audit_trail.note(store, settings.tenant, deed)
        if (left := holds.left_s(store, names, hold)) < LEAST_S:
            raise NotHeld(f"landing is held for {left:.0f} s more, expected at least {LEAST_S:.0f} s")
        exchange.exchange(store, SHADOW, [str(topic.ledger) for topic in topics])
    finally:
        holds.release(store, names, hold)
    return Swapped(compared, True, rebuilds.ask(store, round(time.time() * 1000)) if differing else 0)


def _wait(store: Store, hold: int, found: Iterable[Beside]) -> None:
    """Until every lane has said that nothing of it is under way. Raises `NotHeld`."""
    wanted = {(each.here.topic.name, each.here.partition) for each in found}
    until = time.monotonic() + PATIENCE_S
    while missing := sorted(wanted - holds.acknowledged(store, hold)):
        if time.monotonic() > until:
            name, partition = missing[0]
            raise NotHeld(
                f"{name}/{partition}: landing did not say within {PATIENCE_S:.0f} s that it waits;"
                " a worker must be running for every partition, see `ioc status`"
            )
        time.sleep(POLL_S)


def _carry_over(store: Store, topic: Topic, found: Sequence[Beside]) -> None:
    """Rows of what Kafka no longer has: of logs that are gone, before its first record, behind its last."""
    landed = " OR ".join(
        f"(topic_id = '{each.here.topic_id}' AND partition = {each.here.partition}"
        f" AND offset >= {each.start} AND offset < {each.upto})"
        for each in found
    )
    store.execute(
        f"INSERT INTO {SHADOW}.{topic.ledger} SELECT * FROM ioc.{topic.ledger} WHERE NOT ({landed})",  # noqa: S608
        settings={"max_partitions_per_insert_block": 0},  # the personal ledger has a part for every day
    )
