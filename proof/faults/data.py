"""Events that come twice, late, in any order, or should not have come at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from proof.oracle.asking import Found
from proof.oracle.direct import repeat
from proof.oracle.journal import GOOD, History, Told, read
from proof.oracle.sending import Door
from proof.scene import Fault, Scene

KIB = 1024
HOUR = 3_600_000
STRUCTURED = "application/cloudevents+json"
DAYS_BEFORE = ("2026-01-05T01:00:00Z", "2026-01-06T01:00:00Z")


def door_of(scene: Scene, source: str = "qlvb") -> Door:
    return Door(scene.stack.gateway_port, scene.stack.keys[source])


def sent(scene: Scene, told: list[Told], source: str = "qlvb") -> None:
    """Send by the load's own way, in batches, until each has its answer."""
    for at in range(0, len(told), 50):
        scene.load.deliver(told[at : at + 50], source)


def duplicates(scene: Scene) -> None:
    """F22: events twice, one of them a hundred times, before and after the worker's restart."""
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 200)}.values())
    sent(scene, told)
    sent(scene, told)
    scene.kill("worker")
    sent(scene, told)
    sent(scene, [told[0]] * 100)
    scene.numbers["repeats"] = 2 * len(told) + 100


def suppressed(scene: Scene, found: Found) -> None:
    """Suppressed is what was sent less what is unique, exactly."""
    rows = sum(row.verdict == "suppressed" for row in found.rows)
    copies = sum(1 for value in found.records.values() if value and scene.events.run.encode() in value)
    names = {row.key for row in found.rows if row.subject.startswith(f"{scene.events.run}/")}
    scene.numbers["suppressed"] = rows
    if rows != copies - len(names):
        scene.wrong("I3", f"{rows} suppressed, expected {copies} copies less {len(names)} events")


def shuffled(scene: Scene) -> None:
    """F23: whole lives in reverse and in any order."""
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 600)}.values())
    scene.chance.shuffle(told)
    sent(scene, told)
    seen: dict[str, int] = {}
    overtaken = 0
    for each in told:
        overtaken += seen.get(each.subject, 0) > each.seqno
        seen[each.subject] = max(each.seqno, seen.get(each.subject, 0))
    scene.bit(f"{len(told)} events in any order, {overtaken} after a later one of their case")


def oversized(scene: Scene) -> None:
    """F27: just within the limit, just beyond it, far beyond it; the connection lives on."""
    door = door_of(scene)
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 6)}.values())
    for good, size in zip(told, (64 * KIB, 64 * KIB + 1, 10 << 20), strict=False):
        fits = size <= 64 * KIB
        each = good if fits else replace(good, expect="door:too_large")
        scene.journal.sending([each])
        status, answer = door.send((each.wire + " " * (size - len(each.wire.encode()))).encode(), STRUCTURED)
        settle(scene, each, status, answer)
        scene.bit(f"{size} bytes → {status}")
        # Who sends far too much may find the connection closed before the answer could be read.
        if status not in ((202,) if fits else (413, 0)):
            scene.wrong("I8", f"{size} bytes were answered with {status}, expected {202 if fits else 413}")
    scene.journal.sending([told[-1]])
    status, answer = door.send(told[-1].wire.encode(), STRUCTURED)
    settle(scene, told[-1], status, answer)
    if status != 202:
        scene.wrong("I8", f"a good event after the large ones was answered with {status} {answer}")
    door.close()


def settle(scene: Scene, told: Told, status: int, answer: object) -> None:
    said = answer if isinstance(answer, dict) else {}
    if status == 202:
        scene.journal.ended(told.key, "ok", **{name: said[name] for name in ("topic", "partition", "offset")})
    elif status >= 400:
        scene.journal.ended(told.key, "fail", status=status, code=said.get("code", ""))
    else:
        scene.journal.ended(told.key, "info", status=status)


def malformed(scene: Scene) -> None:
    """F29-F31: bytes that are no UTF-8, JSON too deep or too wide, numbers that no decoder agrees on."""
    door = door_of(scene)
    (good,) = islice(scene.events.stream("qlvb"), 1)
    wire = good.wire.encode()
    cases = (
        ("legacy bytes", wire.replace(b'"specversion"', b'"specversion\xc0\xaf"')),
        ("truncated UTF-8", wire[:-1] + b',"x":"\xe1\xba"}'),
        ("too deep", wire[:-1] + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        ("too wide", wire[:-1] + b"," + b",".join(b'"k%d":1' % n for n in range(3_000)) + b"}"),
        ("NaN", wire[:-1] + b',"x":NaN}'),
        ("1e400", wire[:-1] + b',"x":1e400}'),
        ("5,000 digits", wire[:-1] + b',"x":' + b"9" * 5_000 + b"}"),
        ("a key twice", wire[:-1] + b',"id":"00000000-0000-4000-8000-000000000000"}'),
    )
    for name, body in cases:
        status, answer = door.send(body, STRUCTURED)
        code = answer.get("code") if isinstance(answer, dict) else None
        scene.bit(f"{name} → {status} {code}")
        if status not in (400, 413, 422) or not code:
            scene.wrong("I8", f"{name}: {status} {code}, expected 400, 413 or 422 with a code")
    door.close()


def replayed(scene: Scene) -> None:
    """F33: everything that this run put into the log is put there again; then the cells are made anew."""
    scene.load.wait_accepted(600, 40)
    scene.load.paused = True
    history = read([scene.journal.path])
    ends = scene.asked.ends()
    ours = [value for value in scene.asked.records(scene.base, ends).values() if value]
    count = repeat(scene.stack.bootstrap, _again(ours, history), scene.journal)
    scene.bit(f"{count} records were put into the log a second time")
    scene.load.paused = False


def _again(values: list[bytes], history: History) -> Iterator[tuple[Told, str, bytes, bytes]]:
    topics = {"document": "ioc.documents", "dossier": "ioc.services", "task": "ioc.tasks"}
    for value in values:
        whole = json.loads(value)
        told = history.events.get((whole.get("source", ""), whole.get("id", "")))
        if told is not None:
            key = f"{whole['tenant']}/{whole['subject']}".encode()
            yield told, topics[whole["type"].split(".")[3]], key, value


def rebuilt(scene: Scene, _: Found) -> None:
    """A rebuild from the ledger gives the same cells."""
    before = scene.asked.cells()
    done = scene.stack.ioc("rebuild")
    if done.returncode != 0:
        scene.wrong("I5", f"ioc rebuild: {done.stderr[-200:]}")
    elif (after := scene.asked.cells()) != before:
        scene.wrong("I5", f"{len(set(before.items()) ^ set(after.items()))} cells differ after the rebuild")
    scene.numbers["cells_after_rebuild"] = len(before)


def conflicting(scene: Scene) -> None:
    """F37: a name that is known comes with other words."""
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 100)}.values())
    sent(scene, told)
    others = []
    for each in told[:20]:
        whole = json.loads(each.wire)
        whole["time"] = DAYS_BEFORE[whole["time"] == DAYS_BEFORE[0]]
        others.append(replace(each, wire=json.dumps(whole, ensure_ascii=False)))
    scene.numbers["conflicts_sent"] = len(others)
    sent(scene, others)


def conflicts_stand(scene: Scene, found: Found) -> None:
    conflicts = sum(row.verdict == "conflict" for row in found.rows)
    scene.bit(f"{conflicts} conflicts stand in the ledger")
    if conflicts != scene.numbers["conflicts_sent"]:
        scene.wrong("I3", f"{conflicts} conflicts, expected {scene.numbers['conflicts_sent']}")


def skewed(scene: Scene) -> None:
    """F21: a publisher whose clock is two hours, ten years ahead is refused; two hours behind, served."""
    for ms in (2 * HOUR, 10 * 365 * 24 * HOUR):
        scene.load.deliver([scene.events.ahead(ms)], "qlvb")
    scene.load.deliver([replace(scene.events.ahead(-2 * HOUR), expect=GOOD)], "qlvb")
    scene.bit("events came from clocks that are +2 h, +10 y and -2 h wrong")


FAULTS = (
    Fault("F21", "a publisher's clock is wrong", skewed),
    Fault("F22", "events twice and a hundred times, across a restart", duplicates, tier=1, after=suppressed),
    Fault("F23", "whole lives in any order", shuffled),
    Fault("F27", "events at, just beyond and far beyond the limit of size", oversized),
    Fault("F29", "bytes and JSON that no decoder should take (with F30, F31)", malformed),
    Fault("F33", "the whole log a second time, then a rebuild", replayed, tier=1, after=rebuilt),
    Fault("F37", "known names with other words", conflicting, after=conflicts_stand, waived=("I3",)),
)
