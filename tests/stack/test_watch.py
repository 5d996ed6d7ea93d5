"""Watch on the real stack: an urgent document nobody assigned becomes an alert at its deadline, an operator
takes it up on the command line, and all of it stands in the ledger. And targets are told over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from ioc.alerts import Rules
from ioc.contracts import build
from ioc.notify import Target
from ioc.reference import Catalogue
from ioc.settings import load
from local.probes import wait_for
from producers.sdk import Publisher
from storage.client import Store
from streams.watch.alert import Transition
from streams.watch.notifying import Notifier, apprise_sender

from .running import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(300)]
IMMEDIATE = timedelta(minutes=15)
WITHIN = timedelta(seconds=5)


@pytest.fixture
def reader(stack: RunningStack) -> Iterator[Store]:
    store = Store(load(stack.data).clickhouse, role="reader")
    yield store
    store.close()


def arrived(stack: RunningStack, at: datetime, unit: str) -> str:
    """An immediate document that nobody has assigned; its reference."""
    ref = f"HT-{uuid4()}"
    data = {
        "doc_ref": ref, "doc_type": "cong_dien", "sender_org": "G22", "receiver_org": unit,
        "urgency": "hoa_toc", "classification": "normal", "channel": "axis", "arrived_at": at,
        "registered_at": at, "steering": True, "response_required": True,
    }  # fmt: skip
    event = build(
        "document.received", source="urn:ioc:G09:qlvb", id=str(uuid4()), time=at, orgunit=unit, seqno=1,
        producedat=datetime.now(UTC), data=data, tenant="G09",
    )  # fmt: skip
    with Publisher(load(stack.data).kafka, client_id="test") as publisher:
        publisher.publish(event)
    return ref


def watching(stack: RunningStack, reader: Store) -> None:
    """Wait until watch has all its rules and reduce its first tick."""
    begun = (
        "SELECT (SELECT count() FROM ioc_read.alert_rules) = %(rules)s AND count() > 0 FROM ioc_read.ticks"
    )
    rules = {"rules": len(Rules.load())}
    assert wait_for(lambda: reader.query(begun, rules) == [(1,)], 120, every_s=0.2), stack.last_lines()


@pytest.mark.slow  # test_urgent_document sees the same in a browser
def test_an_immediate_document_is_an_alert_within_seconds_of_its_deadline_and_is_taken_up(
    stack: RunningStack, reader: Store
) -> None:
    watching(stack, reader)
    at = datetime.now(UTC) - IMMEDIATE + timedelta(seconds=20)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    ref = arrived(stack, at, "G09.920")
    seen: list[tuple[Any, ...]] = []

    def there() -> bool:
        seen[:] = reader.query(
            "SELECT alert_ref, raised_at, status, severity, owner, now64(3) FROM ioc_read.alerts"
            " WHERE rule = 'hoatoc_unassigned' AND unit = 'G09.920' AND open = 1"
        )
        return bool(seen)

    assert wait_for(there, 60, every_s=0.1), stack.last_lines()
    alert, raised_at, status, severity, owner, now = seen[0]
    assert (status, severity, owner) == ("raised", "critical", "truc_ca_ioc")
    assert at + IMMEDIATE <= raised_at <= at + IMMEDIATE + WITHIN
    assert now.replace(tzinfo=UTC) <= at + IMMEDIATE + WITHIN, "to be seen, not only raised"
    assert (ref, "G09.920") in reader.query("SELECT subject, unit FROM ioc_read.absences")

    answer = stack.json("alerts", "ack", alert)
    assert (answer["accepted"], answer["status"], answer["seqno"]) == (True, "acknowledged", 2)
    again = stack.run("alerts", "ack", alert, "--json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["reason"] == "illegal"
    shown = stack.json("alerts", "show", alert[:13])
    assert shown["status"] == "acknowledged"
    assert [step["state"] for step in shown["history"]] == ["raised", "acknowledged"]

    _assigned(stack, ref, at)
    assert wait_for(lambda: stack.json("alerts", "show", alert)["status"] == "resolved", 30, every_s=0.5)
    states = reader.query(
        f"SELECT state FROM ioc_read.alert_history WHERE alert_ref = '{alert}' ORDER BY seqno"
    )
    assert states == [("raised",), ("acknowledged",), ("resolved",)]
    assert (ref, "G09.920") not in reader.query("SELECT subject, unit FROM ioc_read.absences")


def _assigned(stack: RunningStack, ref: str, at: datetime) -> None:
    data = {
        "doc_ref": ref, "from_org": "G09.920", "to_org": "G09.920", "role": "lead",
        "assigned_at": datetime.now(UTC), "step": 1,
    }  # fmt: skip
    event = build(
        "document.assigned", source="urn:ioc:G09:qlvb", id=str(uuid4()), time=datetime.now(UTC),
        orgunit="G09.920", seqno=2, producedat=datetime.now(UTC), data=data, tenant="G09",
    )  # fmt: skip
    with Publisher(load(stack.data).kafka, client_id="test") as publisher:
        publisher.publish(event)


class Hook(HTTPServer):
    """A webhook that is out of order at first."""

    def __init__(self, failures: int) -> None:
        super().__init__(("127.0.0.1", 0), Received)
        self.failures = failures
        self.taken: list[dict[str, Any]] = []


class Received(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        broken = self.server.failures > 0
        self.server.failures -= 1
        if not broken:
            self.server.taken.append(body)
        self.send_response(503 if broken else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of a library of Apprise
def test_a_webhook_is_told_once_it_answers_of_everything_in_one_message() -> None:
    hook = Hook(failures=1)
    serving = Thread(target=hook.serve_forever, daemon=True)
    serving.start()
    target = Target(id="webhook", severities=frozenset({"critical"}))
    notifier = Notifier(
        [(target, apprise_sender(f"json://127.0.0.1:{hook.server_port}/"))],
        {},
        lambda code: code,
        Catalogue.load().calendar,
    )
    notifier.start()
    try:
        for unit in ("G09.901", "G09.902"):
            now = datetime.now(UTC)
            notifier.tell(Transition(unit, 1, "r", unit, "critical", "raised", "watch", now))
        assert wait_for(lambda: bool(hook.taken), 30, every_s=0.1)
    finally:
        notifier.stop()
        hook.shutdown()
        hook.server_close()
        serving.join(5)
    (message,) = hook.taken
    assert message["title"] == "[IOC] 2 cảnh báo: 2 đang mở, 0 đã xong"
    assert "G09.901" in message["message"]
    assert "G09.902" in message["message"]
