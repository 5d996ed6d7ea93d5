"""F28: publishers of three versions of the contract before a centre of each: nine pairs, three stacks.

What a centre knows it counts exactly as it was said; what it does not know it refuses and names. Nothing is
dropped from an event, nothing is put in its place.
"""

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from proof.faults.data import STRUCTURED, door_of, settle
from proof.harness.kind import Kind
from proof.harness.stack import until
from proof.oracle.asking import Found
from proof.oracle.direct import repeat
from proof.oracle.events import Events, canonical
from proof.oracle.journal import GOOD, Told
from proof.scene import Fault, Scene
from proof.versions import FIELDS, KIND, NEWER, OLDER, OURS, named

EACH = 60
"""Events of one publisher, one way."""
SOURCE, TOPIC = "motcua", "ioc.services"
PATIENCE_S = 60.0
DOOR, KAFKA = "door", "kafka"
Counts = dict[str, int]


def nine(scene: Scene) -> None:
    """Publishers of each version, through the door and straight into Kafka; then events of no version."""
    known = FIELDS[scene.stack.kind.version]
    scene.numbers["drift counters before"] = counters(scene)
    pairs: dict[str, dict[str, Counts]] = {}
    for version, fields in FIELDS.items():
        name = f"{named(version)} publisher, {named(scene.stack.kind.version)} centre"
        pairs[name] = {
            DOOR: _through_the_door(scene, list(said(scene, DOOR, fields, known))),
            KAFKA: _into_kafka(scene, list(said(scene, KAFKA, fields, known))),
        }
        scene.bit(f"{name}: {pairs[name]}")
    scene.numbers["pairs"] = pairs
    scene.numbers["of no version"] = _of_no_version(scene)


def said(scene: Scene, way: str, fields: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Told]:
    """What a publisher says whose contract has these optional flags; half of them are left out.

    Through the door they are spelled as publishers would, into Kafka goes the canonical form.
    """
    run = f"{scene.events.run}/{way}{len(fields)}"
    spelled = 0.3 if way == DOOR else 0.0
    events = Events(scene.chance.getrandbits(32), run, spelled=spelled, repeats=0.0)
    for told in islice(events.stream(SOURCE), EACH):
        more = {name: events.rng.random() < 0.5 for name in fields if events.rng.random() < 0.5}
        yield with_flags(told, more, known, way) if f".{KIND}." in told.type else told


def with_flags(told: Told, more: dict[str, bool], known: tuple[str, ...], way: str) -> Told:
    """The same event with these optional flags, and what a centre must do that knows only some."""
    whole = json.loads(told.wire)
    whole["data"] |= more
    expect = GOOD if set(more) <= set(known) else f"{'door' if way == DOOR else 'quarantine'}:schema"
    wire = canonical(whole) if way == KAFKA else json.dumps(whole, ensure_ascii=False)
    return replace(told, said=canonical(json.loads(told.said) | more), wire=wire, expect=expect)


def _through_the_door(scene: Scene, told: list[Told]) -> Counts:
    """Each by itself; a refusal must say which field it is."""
    door, counts = door_of(scene, SOURCE), Counts()
    known = FIELDS[scene.stack.kind.version]
    unknown = {f"/data/{name}" for name in FIELDS[NEWER] if name not in known}
    for each in told:
        scene.journal.sending([each])
        status, answer = door.send(each.wire.encode(), STRUCTURED)
        settle(scene, each, status, answer)
        counts[str(status)] = counts.get(str(status), 0) + 1
        if status != (202 if each.expect == GOOD else 422):
            scene.wrong("I2", f"{each.type} {each.expect} was answered with {status} {answer}")
        elif status == 422 and not set(pointed(answer)) & unknown:
            scene.wrong("I8", f"the refusal of an unknown field names {pointed(answer)}, expected {unknown}")
    door.close()
    return counts


def pointed(answer: object) -> list[str]:
    """JSON pointers of a refusal."""
    return [each["pointer"] for each in answer.get("errors", ())] if isinstance(answer, dict) else []


def _into_kafka(scene: Scene, told: list[Told]) -> Counts:
    """As a publisher does that is nearer to Kafka than its centre is to its version."""
    records = [
        (each, TOPIC, f"{json.loads(each.wire)['tenant']}/{each.subject}".encode(), each.wire.encode())
        for each in told
    ]
    repeat(scene.stack.bootstrap, records, scene.journal)
    good = sum(each.expect == GOOD for each in told)
    return {"to be counted": good, "to be quarantined": len(told) - good}


def _of_no_version(scene: Scene) -> dict[str, str]:
    """An unknown version, a required field less, one renamed, another type of value: refused and named."""
    (good,) = islice(scene.events.stream(SOURCE), 1)
    whole = json.loads(good.wire)
    field = next(name for name in ("org", "received_at", "resolved_at") if name in whole["data"])
    less = {name: value for name, value in whole["data"].items() if name != field}
    unknown = whole["type"].replace(".v1", ".v2")
    cases = {
        "a required field less": ({**whole, "data": less}, "schema", f"/data/{field}"),
        "a field renamed": ({**whole, "data": {**less, f"{field}_new": "x"}}, "schema", f"/data/{field}"),
        "another type of value": ({**whole, "seqno": "1"}, "schema", "/seqno"),
        "an unknown version": ({**whole, "type": unknown}, "unknown_type", "/type"),
    }  # fmt: skip
    door, found = door_of(scene, SOURCE), {}
    for name, (event, code, pointer) in cases.items():
        status, answer = door.send(json.dumps(event).encode(), STRUCTURED)
        got = answer.get("code") if isinstance(answer, dict) else None
        found[name] = f"{status} {got} {pointed(answer)}"
        if (status, got) != (422, code) or pointer not in pointed(answer):
            scene.wrong("I2", f"{name}: {found[name]}, expected 422 {code} {pointer}")
    door.close()
    return found


# What an operator sees


def counters(scene: Scene) -> dict[str, int]:
    """Refusals of the source by place and reason: the gateway's own counter, and what boards read."""
    found = {f"metric {code}": count for code, count in metric(scene.stack.gateway_port)}
    rows = scene.asked.sql(
        "SELECT place, reason, sum(records) FROM ioc_read.refusals"
        f" WHERE system_code = '{SOURCE}' GROUP BY place, reason"
    )
    return found | {f"{place} {reason}": int(records) for place, reason, records in rows}


def metric(port: int) -> Iterator[tuple[str, int]]:
    """(outcome, events) of the source, from the gateway's metrics."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    for line in text.splitlines():
        if line.startswith("ioc_gateway_events_total") and f'source="{SOURCE}"' in line:
            yield line.split('outcome="')[1].split('"')[0], int(line.rsplit(" ", 1)[1])


def told_to_operators(scene: Scene, found: Found) -> None:
    """Every refusal is counted for its source, by reason; what stands in quarantine names its field."""
    before, pairs = scene.numbers["drift counters before"], scene.numbers["pairs"].values()
    door = sum(each[DOOR].get("422", 0) for each in pairs)
    kafka = sum(each[KAFKA]["to be quarantined"] for each in pairs)
    expected = {"metric schema": door + 3, "door schema": door + 3, "ledger schema": kafka,
                "metric unknown_type": 1, "door unknown_type": 1}  # fmt: skip
    more: Counts = {}

    def counted() -> bool:
        now = counters(scene)
        more.update({name: now.get(name, 0) - before.get(name, 0) for name in expected})
        return more == expected

    if not until(counted, PATIENCE_S, 1.0):
        scene.wrong("I8", f"refusals of {SOURCE} counted for operators: {more}, expected {expected}")
    scene.numbers["drift counters"] = more
    fields = scene.asked.sql(
        "SELECT field, count() FROM ioc.events_services WHERE verdict = 'rejected' AND reason = 'schema'"
        f" AND endsWith(source, ':{SOURCE}') GROUP BY field"
    )
    scene.numbers["quarantined by field"] = {field: int(count) for field, count in fields}
    if any(not field.startswith("/data/") for field, _ in fields):
        scene.wrong("I8", f"quarantine does not say which part of an event was unknown: {fields}")


def _fault(id_: str, version: str) -> Fault:
    title = f"publishers of three versions before a centre of {named(version)}"
    return Fault(id_, title, nine, after=told_to_operators, kind=Kind(version=version))


FAULTS = (_fault("F28", OURS), _fault("F28o", OLDER), _fault("F28n", NEWER))
