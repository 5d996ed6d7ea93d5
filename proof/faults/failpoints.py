"""The named failpoints: a process dies in exactly that place. What each stands for here: docs/proof.md."""

import signal
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from proof.faults.publishing import Child
from proof.harness.office import sign_in
from proof.oracle.direct import poison, put
from proof.scene import Fault, Scene

QUIET_RATE = 150.0
SDK_EVENTS = 150


def quiet(name: str, title: str, act: Callable[[Scene], None], copies: tuple[int, int] = (1, 1)) -> Fault:
    """A fault under few events, one request at a time, so that the copies in Kafka can be foretold."""
    return Fault(name, title, act, rate=QUIET_RATE, alone=True, copies=copies, tier=1, together=True)


def gateway(name: str) -> Fault:
    titles = {
        "G1": "gateway dies after it knew the caller, before it read the events",
        "G2": "gateway dies before it hands the events to Kafka",
        "G3": "gateway dies before Kafka acknowledged",
        "G4": "gateway dies after Kafka acknowledged, before it answered",
    }
    copies = (1, 1) if name in ("G1", "G2") else (1, 2)

    def act(scene: Scene) -> None:
        scene.fire(name, "gateway", scene.chance.randrange(2, 12))

    return quiet(name, titles[name], act, copies)


def worker(name: str, title: str) -> Fault:
    def act(scene: Scene) -> None:
        scene.fire(name, "worker", scene.chance.randrange(2, 12))

    return quiet(name, title, act)


def quarantined(scene: Scene) -> None:
    """C3: after the block stands in the ledger that holds rejected rows."""
    before = scene.stack.state()["worker"]
    scene.stack.arm("C3", 1)
    put(scene.stack.bootstrap, "ioc.documents", poison(scene.chance, 20), scene.journal)
    if scene.stack.fired("C3", 30):
        scene.stack.await_other("worker", before.pid)
        scene.bit(f"worker ({before.pid}) died at C3, with rejected rows in the block")


def idle(scene: Scene) -> None:
    """C7: behind the commit that follows the last block when nothing more comes."""
    scene.load.paused = True
    scene.fire("C7", "worker", 1)
    scene.load.paused = False


def revoked(scene: Scene) -> None:
    """C8: while the partitions are given back, inserts still under way."""
    before = scene.stack.state()["worker"]
    scene.stack.arm("C8", 1)
    scene.stack.signal("worker", signal.SIGTERM)
    if scene.stack.fired("C8", 20):
        scene.stack.await_other("worker", before.pid)
        scene.bit(f"worker ({before.pid}) died at C8, giving its partitions back")


def inserted(scene: Scene) -> None:
    """S1: the store has the block, and dies before it says so."""
    scene.fire("S1.ioc.events_documents", "clickhouse", scene.chance.randrange(2, 6))
    _whole(scene)


def interrupted(name: str, statement: str) -> Fault:
    """S2, S3: in the middle of a merge, of a mutation."""

    def act(scene: Scene) -> None:
        before = scene.stack.state()["clickhouse"]
        scene.stack.arm(name, 1)
        with suppress(Exception):  # its connection dies with the store
            scene.asked.sql(statement)
        if scene.stack.fired(name, 5):
            scene.stack.await_other("clickhouse", before.pid)
            scene.bit(f"clickhouse ({before.pid}) died within {statement.split()[0]} ({name})")
        _whole(scene)

    return quiet(name, f"store dies within {statement.split()[0]}", act)


def _whole(scene: Scene) -> None:
    """Every part of the ledger is readable after the store's death."""
    for table in ("events_documents", "events_services", "cases_document_in", "kpi_cells"):
        for part in scene.asked.sql(f"CHECK TABLE ioc.{table}"):
            if part[-1] == 0 or (len(part) > 1 and part[1] == 0):
                scene.wrong("I1", f"CHECK TABLE ioc.{table}: {part}")


def publisher(name: str, title: str) -> Fault:
    """P1-P3: a publisher by the SDK's spool, in a process of its own, which dies and is started again."""

    def act(scene: Scene) -> None:
        told = list({each.key: each for each in islice(scene.events.stream("qlvb"), SDK_EVENTS)}.values())
        child = Child(scene, f"sdk-{name}", told)
        (child.home / name).write_text(f"{scene.chance.randrange(2, SDK_EVENTS // 2)}:kill")
        code = child.run("--wait").wait(120)
        if code == -signal.SIGKILL and (child.home / f"{name}.fired").exists():
            scene.bit(f"the publisher died at {name}")
        child.ends()

    return quiet(name, title, act, (1, 1) if name == "P1" else (1, 2))


def audited(scene: Scene) -> None:
    """G5: an operator's act stands in the audit trail, and the gateway dies before it takes effect."""
    before, account = scene.stack.state()["gateway"], "quan_tri"
    password = scene.stack.credentials["accounts"][account]["password"]
    scene.stack.arm("G5", 1)
    first = sign_in(scene.stack.gateway_port, account, str(password))
    if scene.stack.fired("G5", 10):
        scene.stack.await_other("gateway", before.pid)
        scene.bit(f"gateway ({before.pid}) died at G5, the answer was {first or 'none'}")
    lines = "SELECT count() FROM ioc.audit_trail WHERE action = 'sign_in' AND outcome = 'done'"
    ((written,),) = scene.asked.sql(lines)
    second = sign_in(scene.stack.gateway_port, account, str(password))
    ((after,),) = scene.asked.sql(lines)
    if first or not written:
        scene.wrong("I1", f"answered {first} before the audit line, lines then: {written}")
    if second != 201 or after <= written:
        scene.wrong("I10", f"signing in after the restart gave {second}, audit lines {written} → {after}")
    chain = scene.stack.ioc("audit", "verify")
    if chain.returncode:
        scene.wrong(
            "I1", f"the chain of the audit trail does not hold: {chain.stdout[:300]}{chain.stderr[:300]}"
        )


FAULTS: tuple[Fault, ...] = (
    # In this order a worker has the time of a publisher's and a gateway's run to come back and catch up.
    publisher("P1", "publisher dies when its spool has the event, before it is sent"),
    worker("C1", "worker dies after it fetched records"),
    gateway("G1"),
    worker("C2", "worker dies after it marked identities as known"),
    publisher("P2", "publisher dies after it sent, before Kafka answered"),
    quiet("C3", "worker dies after rejected rows were written", quarantined, (1, 100)),
    gateway("G2"),
    worker("C4", "worker dies after the plan, before the insert"),
    publisher("P3", "publisher dies after Kafka answered, before its spool noted the receipt"),
    worker("C5", "worker dies within the insert"),
    gateway("G3"),
    worker("C6", "worker dies after the insert, before the next commit"),
    gateway("G4"),
    quiet("C7", "worker dies after the commit that follows a pause", idle),
    quiet("G5", "gateway dies between the audit line and the act", audited, (1, 2)),
    quiet("C8", "worker dies while it gives its partitions back", revoked),
    quiet("S1", "store dies after an insert, before it answers", inserted),
    interrupted("S2", "OPTIMIZE TABLE ioc.events_documents FINAL"),
    interrupted("S3", "ALTER TABLE ioc.events_documents UPDATE masked = masked WHERE verdict = 'rejected'"),
)
