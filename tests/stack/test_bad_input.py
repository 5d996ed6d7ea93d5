"""Bad input is an everyday event: refused clearly or quarantined, the next record goes on, nothing leaks."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.probes import wait_for

from .running import RunningStack

pytestmark = pytest.mark.stack

CITIZEN = "001" + "203" + "045678"
"""Shaped like a citizen number, belongs to nobody."""
SECRET = "SKYLARK-4471"
"""A word that only the secret document holds."""


@pytest.fixture(scope="module")
def ioc(stack: RunningStack) -> Callable[..., Any]:
    """Run the command line against the running stack; returns its JSON document."""

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "ioc", *arguments, "--data", str(stack.data), "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def gateway(stack: RunningStack, ioc: Callable[..., Any]) -> Iterator[httpx.Client]:
    key = ioc("credentials", "qlvb")["key"]
    with httpx.Client(
        base_url=stack.ready["gateway"], headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        yield client


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def issued(doc_ref: str = "", **changes: Any) -> dict[str, Any]:
    """A good document.issued event, changed as the test asks; dotted names reach into data."""
    now = datetime.now(UTC)
    ref = doc_ref or f"{uuid.uuid4().hex[:8]}/QD-BNV"
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "urn:ioc:G09:qlvb",
        "type": "vn.gov.ioc.document.issued.v1",
        "subject": ref,
        "time": stamp(now),
        "datacontenttype": "application/json",
        "tenant": "G09",
        "orgunit": "G09.901",
        "seqno": 1,
        "producedat": stamp(now),
        "dataclass": "internal",
        "data": {
            "doc_ref": ref,
            "issuer_org": "G09.901",
            "doc_type": "quyet_dinh",
            "urgency": "normal",
            "signed": True,
            "signature_kind": "both",
            "signed_at": stamp(now - timedelta(minutes=2)),
            "issued_at": stamp(now - timedelta(minutes=1)),
            "sent_at": stamp(now),
            "channel": "axis",
            "recipient_count": 1,
        },
    }
    for name, value in changes.items():
        where = event
        *path, last = name.split("__")
        for part in path:
            where = where[part]
        where[last] = value
    return event


def post(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/v1/events", content=body, headers={"Content-Type": "application/cloudevents+json"})


def nested(depth: int) -> bytes:
    return b'{"data":' * depth + b"1" + b"}" * depth


LATER = stamp(datetime.now(UTC) + timedelta(hours=2))
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "truncated": (json.dumps(issued()).encode()[:-40], 400, "undecodable"),
    "wrong encoding": (json.dumps(issued()).encode("utf-16"), 400, "undecodable"),
    "10 MB": (b'{"x":"' + b"a" * 10_000_000 + b'"}', 413, "too_large"),
    "100k deep": (nested(100_000), 413, "too_large"),
    "200 deep": (nested(200), 400, "undecodable"),
    "NaN": (json.dumps(issued(data__recipient_count=float("nan"))).encode(), 400, "undecodable"),
    "unknown type": (json.dumps(issued(type="vn.gov.ioc.document.burnt.v1")).encode(), 422, "unknown_type"),
    "future": (json.dumps(issued(time=LATER, producedat=LATER)).encode(), 422, "future_time"),
    "unknown unit": (json.dumps(issued(orgunit="G09.999")).encode(), 422, "unknown_unit"),
    "citizen number": (json.dumps(issued(CITIZEN)).encode(), 422, "personal_data"),
    "secret marking": (
        json.dumps(issued(f"{SECRET}/TỐI MẬT"), ensure_ascii=False).encode(),
        422,
        "secret_marking",
    ),
    "secret field": (
        json.dumps(issued(data__trich_yeu=f"{SECRET} tối mật"), ensure_ascii=False).encode(),
        422,
        "secret_marking",
    ),
    "secret key": (json.dumps(issued(data__toi_mat_skylark=1)).encode(), 422, "secret_marking"),
    "invented key": (json.dumps(issued(data__skylark_du_an=1)).encode(), 422, "schema"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_gateway_refuses_clearly_and_takes_the_next(gateway: httpx.Client, case: str) -> None:
    body, status, code = REFUSED[case]
    answer = post(gateway, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert CITIZEN not in answer.text
    assert SECRET not in answer.text
    assert "skylark" not in answer.text or code == "schema", "told to nobody but the sender, and only then"
    after = post(gateway, json.dumps(issued()).encode())
    assert after.status_code == 202, after.text


def test_straight_into_kafka_each_stands_in_quarantine_and_the_neighbour_is_counted(
    stack: RunningStack, ioc: Callable[..., Any]
) -> None:
    from kafka import KafkaProducer

    before = ioc("ledger")
    bad = [body for body, _, _ in REFUSED.values() if len(body) < 1_000_000]
    producer = KafkaProducer(bootstrap_servers=stack.ready["kafka"])
    for body in [*bad, b"", b"\xff\xfe", b"[]", None]:
        good = issued()
        key = f"G09/{good['subject']}".encode()
        # One partition, so that each good record stands right behind a bad one.
        producer.send("ioc.documents", key=b"G09/bad", value=body, partition=0)
        producer.send("ioc.documents", key=key, value=json.dumps(good).encode(), partition=0)
    producer.flush(30)
    producer.close()

    expected = len(bad) + 4

    def settled() -> bool:
        now = ioc("ledger")
        gained = {name: now[name] - before[name] for name in ("rejected", "counted")}
        return bool(gained["rejected"] == expected <= gained["counted"] and now["in_flight"] == 0)

    assert wait_for(settled, 60, every_s=0.5), ioc("ledger")
    after = ioc("ledger")
    assert after["gaps"] == []
    assert after["received"] == sum(
        after[name] for name in ("counted", "suppressed", "conflict", "rejected", "in_flight")
    )
    listed = ioc("quarantine", "list")
    reasons = {row["reason"] for row in listed}
    assert {"undecodable", "schema", "unknown_type", "future_time", "unknown_unit", "oversize"} <= reasons
    assert {"personal_data", "secret_marking"} <= reasons
    for row in listed:
        if row["reason"] in ("personal_data", "secret_marking"):
            assert (row["masked"], row["event_id"]) == ("", "")
    assert "skylark" not in json.dumps(listed)


EDXML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(8))
    + b"]><edXML>&i;</edXML>"
)


def test_bad_files_are_refused_by_name(ioc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "bomb.edxml").write_bytes(EDXML_BOMB)
    (tmp_path / "cut.edxml").write_bytes(b'<?xml version="1.0" encoding="utf-8"?><edXML><edXMLEnvelope>')
    (tmp_path / "latin.edxml").write_bytes(b'<?xml version="1.0" encoding="utf-8"?><edXML>\xe9\xe8</edXML>')
    summary = ioc("import", "vxp", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert summary["published"] == 0
    assert {Path(row["where"].split(":")[0]).name for row in summary["refused"]} == {
        "bomb.edxml",
        "cut.edxml",
        "latin.edxml",
    }
    assert all(row["reason"] for row in summary["refused"])


def test_nothing_personal_or_secret_is_on_disk(stack: RunningStack, gateway: httpx.Client) -> None:
    """After the door refused them, neither word may be found in any file of the store, the queue or the logs.

    Records sent straight into Kafka stay in its log until retention: they carry canaries of their own.
    """
    canary_person, canary_secret = "001" + "299" + "087654", "HERON-9920"
    assert post(gateway, json.dumps(issued(canary_person)).encode()).status_code == 422
    body = json.dumps(issued(f"{canary_secret}/TUYỆT MẬT"), ensure_ascii=False).encode()
    assert post(gateway, body).status_code == 422
    assert post(gateway, json.dumps(issued()).encode()).status_code == 202
    assert stack.holding(canary_person.encode(), canary_secret.encode()) == []
    kept = stack.holding(CITIZEN.encode(), SECRET.encode(), b"toi_mat_skylark", b"skylark_du_an")
    assert [name for name in kept if not name.startswith("kafka/")] == []
    assert kept, "what was sent straight into Kafka should have been found there: is the search any good?"
