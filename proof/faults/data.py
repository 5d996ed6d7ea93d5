"""Events that come twice, late, in any order, or should not have come at all."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from statistics import median

from proof.harness.stack import until
from proof.oracle.asking import Found
from proof.oracle.direct import poison, put, repeat
from proof.oracle.journal import GOOD, History, Told, read
from proof.oracle.sending import Door
from proof.scene import Fault, Scene

KIB = 1024
HOUR = 3_600_000
POISON_S = 1.0
"""What poison may cost the record behind it, beyond what any record waits."""
PATIENCE_S = 20.0
STRUCTURED = "application/cloudevents+json"
DAYS_BEFORE = ("2026-01-05T01:00:00Z", "2026-01-06T01:00:00Z")


def _door(scene: Scene, source: str = "qlvb") -> Door:
    return Door(scene.stack.gateway_port, scene.stack.keys[source])


def _send(scene: Scene, told: list[Told], source: str = "qlvb") -> None:
    """Send by the load's own way, in batches, until each has its answer."""
    for at in range(0, len(told), 50):
        scene.load.deliver(told[at : at + 50], source)


def duplicates(scene: Scene) -> None:
    """F22: events twice, one of them a hundred times, before and after the worker's restart."""
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 200)}.values())
    _send(scene, told)
    _send(scene, told)
    scene.kill("worker")
    _send(scene, told)
    _send(scene, [told[0]] * 100)
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
    _send(scene, told)
    seen: dict[str, int] = {}
    overtaken = 0
    for each in told:
        overtaken += seen.get(each.subject, 0) > each.seqno
        seen[each.subject] = max(each.seqno, seen.get(each.subject, 0))
    scene.bit(f"{len(told)} events in any order, {overtaken} after a later one of their case")


def late(scene: Scene) -> None:
    """F24: what happened up to 40 days ago is told now."""
    told = list(islice(scene.events.stream("qlvb"), 400))
    _send(scene, told)
    days = {json.loads(each.wire)["time"][:10] for each in told}
    scene.bit(f"events of {len(days)} days")


def poisoned(scene: Scene) -> None:
    """F25: poison between good records, some refused by the door; the neighbours flow.

    How long the record behind waits from Kafka into the ledger, with poison before it and without.
    """
    usual = [_behind(scene, _last(scene)) for _ in range(6)]
    after = []
    for _ in range(6):
        places = put(scene.stack.bootstrap, "ioc.documents", poison(scene.chance, 8), scene.journal)
        after.append(_behind(scene, {n: offset for _, n, offset in sorted(places)}))
        if not scene.load.wait_accepted(80, 20):
            scene.wrong("I1", "good events did not flow beside poison")
    # What poison costs it costs each time; the greatest of a few looks is the machine's doing.
    waited, allowed = median(after), median(usual) + POISON_S
    scene.numbers["next_record_lands_after_s"] = {"usual": usual, "behind poison": after}
    if waited > allowed:
        scene.wrong("I1", f"behind poison a record waited {waited:.2f} s, allowed {allowed:.2f} s")


def _last(scene: Scene) -> dict[int, int]:
    ends = scene.asked.ends()
    return {partition: ends["ioc.documents", partition] - 1 for partition in (0, 1)}


def _behind(scene: Scene, last: dict[int, int]) -> float:
    """Seconds that the first record behind these offsets of `ioc.documents` took from Kafka to the ledger:
    the slowest of the partitions, seen by looking again and again, by this machine's one clock."""
    took: dict[int, float] = {}

    def seen() -> bool:
        for partition in last.keys() - took.keys():
            rows = scene.asked.sql(
                "SELECT toUnixTimestamp64Milli(argMin(logged_at, offset)), count() FROM ioc.events_documents"
                " WHERE partition = %(n)s AND offset > %(last)s",
                {"n": partition, "last": last[partition]},
            )
            if rows[0][1]:
                took[partition] = time.time() - int(rows[0][0]) / 1000
        return len(took) == len(last)

    until(seen, PATIENCE_S, 0.02)
    return round(max(took.values()), 3) if len(took) == len(last) else PATIENCE_S


def bitten_by_quarantine(scene: Scene, found: Found) -> None:
    rejected = [row for row in found.rows if row.verdict == "rejected"]
    if rejected:
        scene.bit(f"{len(rejected)} records in quarantine: {sorted({row.reason for row in rejected})}")


def oversized(scene: Scene) -> None:
    """F27: just within the limit, just beyond it, far beyond it; the connection lives on."""
    door = _door(scene)
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 6)}.values())
    for good, size in zip(told, (64 * KIB, 64 * KIB + 1, 10 << 20), strict=False):
        fits = size <= 64 * KIB
        each = good if fits else replace(good, expect="door:too_large")
        scene.journal.sending([each])
        status, answer = door.send((each.wire + " " * (size - len(each.wire.encode()))).encode(), STRUCTURED)
        _settle(scene, each, status, answer)
        scene.bit(f"{size} bytes → {status}")
        # Who sends far too much may find the connection closed before the answer could be read.
        if status not in ((202,) if fits else (413, 0)):
            scene.wrong("I8", f"{size} bytes were answered with {status}, expected {202 if fits else 413}")
    scene.journal.sending([told[-1]])
    status, answer = door.send(told[-1].wire.encode(), STRUCTURED)
    _settle(scene, told[-1], status, answer)
    if status != 202:
        scene.wrong("I8", f"a good event after the large ones was answered with {status} {answer}")
    door.close()


def _settle(scene: Scene, told: Told, status: int, answer: object) -> None:
    said = answer if isinstance(answer, dict) else {}
    if status == 202:
        scene.journal.ended(told.key, "ok", **{name: said[name] for name in ("topic", "partition", "offset")})
    elif status >= 400:
        scene.journal.ended(told.key, "fail", status=status, code=said.get("code", ""))
    else:
        scene.journal.ended(told.key, "info", status=status)


def malformed(scene: Scene) -> None:
    """F29-F31: bytes that are no UTF-8, JSON too deep or too wide, numbers that no decoder agrees on."""
    door = _door(scene)
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


def drifted(scene: Scene) -> None:
    """F28: an unknown version, a field more, a field less, another type of value."""
    (good,) = islice(scene.events.stream("motcua"), 1)
    whole = json.loads(good.wire)
    more, less, other = (json.loads(good.wire) for _ in range(3))
    more["data"]["new_field"] = 1
    less["data"].pop(sorted(less["data"])[0])
    other["seqno"] = "1"
    version = {**whole, "type": whole["type"].replace(".v1", ".v2")}
    door = _door(scene, "motcua")
    for name, event in (("field more", more), ("field less", less), ("type", other), ("version", version)):
        status, answer = door.send(json.dumps(event).encode(), STRUCTURED)
        code = answer.get("code") if isinstance(answer, dict) else None
        scene.bit(f"{name} → {status} {code}")
        if status != 422:
            scene.wrong("I2", f"{name}: answered with {status} {code}, expected 422")
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
    _send(scene, told)
    others = []
    for each in told[:20]:
        whole = json.loads(each.wire)
        whole["time"] = DAYS_BEFORE[whole["time"] == DAYS_BEFORE[0]]
        others.append(replace(each, wire=json.dumps(whole, ensure_ascii=False)))
    scene.numbers["conflicts_sent"] = len(others)
    _send(scene, others)


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
    Fault("F24", "what happened up to 40 days ago is told now", late, days=40),
    Fault(
        "F25", "poison between good records", poisoned, bad=0.05, tier=1, after=bitten_by_quarantine,
    ),
    Fault("F27", "events at, just beyond and far beyond the limit of size", oversized),
    Fault("F28", "other versions and fields than the contract's", drifted),
    Fault("F29", "bytes and JSON that no decoder should take (with F30, F31)", malformed),
    Fault("F33", "the whole log a second time, then a rebuild", replayed, tier=1, after=rebuilt),
    Fault("F37", "known names with other words", conflicting, after=conflicts_stand, waived=("I3",)),
)  # fmt: skip
