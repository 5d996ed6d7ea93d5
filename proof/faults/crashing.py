"""A record that kills whoever reads it: it is set aside, and everything behind it flows."""

import json
import time
from uuid import UUID

from proof.harness.stack import until
from proof.oracle.direct import put
from proof.oracle.journal import Place, Told
from proof.scene import Fault, Scene

POINT, TOPIC = "C9", "ioc.documents"
SET_ASIDE_S = 30.0
RESTARTS = 2
"""Where the machine is so slow that a worker's plain restart takes most of that: so many of them."""
PATIENCE_S = 150.0


def killing(scene: Scene) -> None:
    """F26: one record, among good ones, of which the worker dies each time it reads it."""
    restart = _restart(scene)
    marker = f"kills-{scene.chance.getrandbits(64):016x}"
    armed, fired = scene.stack.orders / POINT, scene.stack.orders / f"{POINT}.fired"
    fired.unlink(missing_ok=True)
    armed.write_text(marker)
    begun, before = time.monotonic(), scene.stack.state()["worker"].restarts
    try:
        place = _put(scene, marker)
        until(lambda: bool(_reason(scene, place)), PATIENCE_S, 0.2)
        took = round(time.monotonic() - begun, 1)
        scene.outage_s = took
        deaths = scene.stack.state()["worker"].restarts - before
        readers = fired.stat().st_size if fired.exists() else 0
        scene.numbers |= {"set_aside_after_s": took, "a_restart_takes_s": restart}
        if readers:
            scene.bit(f"the record at {place} killed {deaths} workers and {readers - deaths} trial readers")
        # The machine's own slowness is not the record's doing: a plain death just before tells it.
        allowed = max(SET_ASIDE_S, RESTARTS * restart)
        if took > allowed:
            scene.wrong("I10", f"the record was set aside after {took} s, allowed {allowed:.0f} s")
        if not scene.load.wait_accepted(200, 60):
            scene.wrong("I1", "good events did not flow behind the record")
        _desk(scene, place, "crash_loop")
    finally:
        armed.unlink(missing_ok=True)
    _desk(scene, place, "undecodable")


def _restart(scene: Scene) -> float:
    """Seconds from a worker's death until records that came after it stand in the ledger."""
    begun = time.monotonic()
    scene.stack.kill("worker")
    ends = scene.asked.ends()

    def landed() -> bool:
        rows = scene.asked.sql("SELECT partition, max(offset) FROM ioc.events_documents GROUP BY partition")
        there = {int(partition): int(last) for partition, last in rows}
        return all(there.get(partition, -1) >= ends[TOPIC, partition] for partition in (0, 1))

    until(landed, PATIENCE_S, 0.2)
    return round(time.monotonic() - begun, 1)


def _put(scene: Scene, marker: str) -> Place:
    name = str(UUID(int=scene.chance.getrandbits(128), version=4))
    told = Told("kafka", name, "", "", "", 0, "", "", "quarantine:crash_loop")
    (place,) = put(scene.stack.bootstrap, TOPIC, [(told, f"no JSON: {marker}".encode())], scene.journal)
    return place


def _reason(scene: Scene, place: Place) -> str:
    """Why the ledger did not count the record; "" while it does not have it."""
    rows = scene.asked.sql(
        "SELECT reason FROM ioc.events_documents WHERE partition = %(p)s AND offset = %(o)s"
        " ORDER BY logged_at DESC LIMIT 1",
        {"p": place[1], "o": place[2]},
    )
    return str(rows[0][0]) if rows else ""


def _desk(scene: Scene, place: Place, wanted: str) -> None:
    """The quarantine desk looks at the record, and lives, whether or not it kills still."""
    before = scene.stack.state()["reducer"]
    named = "/".join(map(str, place))
    said = scene.stack.ioc("quarantine", "dry-run", named, "--json")
    try:
        (found,) = json.loads(said.stdout)["outcome"]["records"]
    except (ValueError, KeyError):
        found = {"reason": f"{said.stdout[:200]} {said.stderr[:200]}"}
    if found.get("reason") != wanted:
        scene.wrong("I10", f"the desk says of {named}: {found}, expected {wanted}")
    if (after := scene.stack.state()["reducer"]) != before:
        scene.wrong("I10", f"the reducer died of the desk's look at {named}: {before} → {after}")


FAULTS = (Fault("F26", "a record that kills the worker each time it is read", killing),)
