"""F25: records that cannot be counted, between good ones; what they cost the record behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from time import time

from proof.faults.data import STRUCTURED, door_of, settle
from proof.harness.stack import until
from proof.oracle.asking import Found
from proof.oracle.direct import poison, put
from proof.oracle.journal import Place
from proof.scene import Fault, Scene

TOPIC = "ioc.documents"
USUAL = "usual"
REFUSED = "store_refused"
KINDS = ("undecodable", "unknown_type", "schema", REFUSED)
"""By the reason that must stand in quarantine."""
ROUNDS = 5
LATER_S = 1.0
"""The record behind poison lands at most so long after the poison stood in Kafka."""
QUIET_S = 0.5
"""A machine on which a good record keeps the next one longer than this is too busy to say so: what poison
costs beyond that is judged there."""
BUSY_S = 3.0
"""Beyond this a second more or less says nothing."""
TOO_BUSY = "not at all: the machine was too busy"
PATIENCE_S = 20.0
INDIGESTIBLE = "POISON"
RULE = f"CHECK verdict != 'counted' OR position(subject, '/{INDIGESTIBLE}-') = 0"


def poisoned(scene: Scene) -> None:
    """F25: poison between good records, some refused by the door; the neighbours flow.

    From the moment at which a record stood in Kafka until the one behind it stood in the ledger: behind each
    kind of poison and behind a good record, in turns, so that all see the same machine.
    """
    waited: dict[str, list[float]] = {kind: [] for kind in (USUAL, *KINDS)}
    with _picky(scene):
        for _ in range(ROUNDS):
            for kind, found in waited.items():
                found.append(_behind(scene, _given(scene, kind)))
            if not scene.load.wait_accepted(80, 20):
                scene.wrong("I1", "good events did not flow beside poison")
    # What poison costs it costs each time; the greatest of a few looks is the machine's doing.
    scene.numbers["next_record_lands_after_ms"] = {
        kind: {"median": _ms(median(found)), "each": [_ms(one) for one in found]}
        for kind, found in waited.items()
    }
    medians = {kind: median(found) for kind, found in waited.items()}
    usual = medians.pop(USUAL)
    scene.numbers["judged"] = rule_for(usual)
    for kind, took, allowed in late(medians, usual):
        scene.wrong("I1", f"behind {kind} a record waited {took:.2f} s, allowed {allowed:.2f} s")


def rule_for(usual: float) -> str:
    """By which rule a machine can be judged on which a good record keeps the next one so long."""
    if usual <= QUIET_S:
        return "by itself"
    return "beyond the usual" if usual <= BUSY_S else TOO_BUSY


def late(medians: dict[str, float], usual: float) -> list[tuple[str, float, float]]:
    """(kind, seconds, allowed) of the poison behind which the next record waited too long."""
    allowed = LATER_S if usual <= QUIET_S else usual + LATER_S
    return [(kind, took, allowed) for kind, took in medians.items() if took > allowed]


@contextmanager
def _picky(scene: Scene) -> Iterator[None]:
    """A store that refuses some events for what they hold, though the centre's own rules let them pass."""
    table = "ALTER TABLE ioc.events_documents"
    scene.asked.sql(f"{table} ADD CONSTRAINT IF NOT EXISTS digestible {RULE}")
    try:
        yield
    finally:
        scene.asked.sql(f"{table} DROP CONSTRAINT IF EXISTS digestible")


def _given(scene: Scene, kind: str) -> Place:
    """One record more in Kafka: where it stands."""
    if kind in (USUAL, REFUSED):
        return _through_the_door(scene, kind)
    records = poison(scene.chance, 1, kind)
    (place,) = put(scene.stack.bootstrap, TOPIC, records, scene.journal)
    return place


def _through_the_door(scene: Scene, kind: str) -> Place:
    told = scene.events.issued()
    if kind == REFUSED:
        told = replace(scene.events.issued(INDIGESTIBLE), expect=f"quarantine:{REFUSED}")
    door = door_of(scene)
    scene.journal.sending([told])
    status, answer = door.send(told.wire.encode(), STRUCTURED)
    settle(scene, told, status, answer)
    door.close()
    if status != 202:
        scene.wrong("I2", f"a good event was answered with {status} {answer}")
        return TOPIC, 0, 0
    return answer["topic"], answer["partition"], answer["offset"]


def _behind(scene: Scene, place: Place) -> float:
    """Seconds from a record's own timestamp in Kafka until a later one of its partition stands in the ledger,
    seen by looking again and again, by this machine's one clock."""
    _, partition, offset = place
    took: list[float] = []

    def seen() -> bool:
        ((at, later),) = scene.asked.sql(
            "SELECT toUnixTimestamp64Milli(anyIf(logged_at, offset = %(o)s)), countIf(offset > %(o)s)"
            " FROM ioc.events_documents WHERE partition = %(n)s AND offset >= %(o)s",
            {"n": partition, "o": offset},
        )
        if later:
            took.append(time() - int(at) / 1000)
        return bool(later)

    return min(took[0], PATIENCE_S) if until(seen, PATIENCE_S, 0.02) else PATIENCE_S


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def bitten_by_quarantine(scene: Scene, found: Found) -> None:
    """Each kind stands in quarantine under its reason. Without it, or without time to see what poison costs,
    nothing is proven."""
    if scene.numbers["judged"] == TOO_BUSY:
        return
    reasons = {row.reason for row in found.rows if row.verdict == "rejected"}
    if reasons >= set(KINDS):
        scene.bit(f"{sum(row.verdict == 'rejected' for row in found.rows)} in quarantine: {sorted(reasons)}")


FAULTS = (
    Fault("F25", "poison between good records", poisoned, bad=0.05, tier=1, after=bitten_by_quarantine),
)
