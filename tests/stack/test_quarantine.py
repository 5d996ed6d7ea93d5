"""The quarantine desk on the real stack: refused, tried, sent again under its own name, counted once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ioc.desk import Act, Quarantined, Stage, place_of
from ioc.settings import load
from local.probes import wait_for
from storage import desk_acts
from storage.client import Store
from storage.quarantine import at_places
from tests.unit.gateway.conftest import event

from .running import RunningStack

pytestmark = pytest.mark.stack
OLD, NEW = "G09.17", "G09.907"
KPI = "doc_registered_on_time_rate"
CITIZEN = "001" + "203" + "045678"


def received(ref: str, **changes: Any) -> dict[str, Any]:
    """A document of yesterday, sent under a unit's old code."""
    at = (datetime.now(UTC) - timedelta(hours=30)).isoformat(timespec="seconds")
    made = event(1, data__doc_ref=ref, data__receiver_org=NEW)
    made |= {"id": str(uuid4()), "subject": ref, "orgunit": OLD, "time": at, "producedat": at, **changes}
    made["data"] |= {"arrived_at": at, "registered_at": at}
    return made


def sent(stack: RunningStack, *documents: dict[str, Any]) -> list[str]:
    """Straight into Kafka, past the door; where each stands."""
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=stack.ready["kafka"])
    places = []
    for document in documents:
        key = f"G09/{document['subject']}".encode()
        at = producer.send("ioc.documents", key=key, value=json.dumps(document).encode()).get(20)
        places.append(f"{at.topic}/{at.partition}/{at.offset}")
    producer.close()
    return places


def shown(store: Store, place: str) -> Quarantined | None:
    """The record as the desk lists it, once it has landed."""
    return next(iter(at_places(store, [place_of(place)])), None)


def verdicts(store: Store, *ids: str) -> list[tuple[str, str, int]]:
    rows = store.query(
        "SELECT id, toString(verdict), count() FROM ioc.events WHERE id IN %(ids)s GROUP BY id, verdict"
        " ORDER BY id, verdict",
        {"ids": ids},
    )
    return [(id_, verdict, int(count)) for id_, verdict, count in rows]


@pytest.fixture
def store(stack: RunningStack) -> Iterator[Store]:
    store = Store(load(stack.data).clickhouse)
    yield store
    store.close()


def done_again(store: Store, act: Act) -> bool:
    found = desk_acts.find(store, "G09", act.id)
    return found is not None and found.stage is Stage.done and found.finished_at != act.finished_at


def desk(stack: RunningStack) -> Callable[..., dict[str, Any]]:
    def run(*arguments: str) -> dict[str, Any]:
        done = stack.run("quarantine", *arguments, "--json")
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_a_renamed_unit_is_mended_foretold_and_counted_once(stack: RunningStack, store: Store) -> None:
    ask = desk(stack)
    good = received(f"{NEW}/CV/{uuid4().hex[:8]}")
    person = received(CITIZEN)
    other = {**good, "orgunit": NEW, "seqno": 9, "data": {**good["data"], "doc_type": "to_trinh"}}
    place, closed = sent(stack, good, person)
    assert wait_for(lambda: shown(store, closed) and shown(store, place), 60), stack.last_lines()

    refused = stack.run("quarantine", "replay", closed)
    assert (refused.returncode, "without them" in refused.stderr) == (1, True), refused.stderr
    (unchanged,) = ask("dry-run", place)["outcome"]["records"]
    assert (unchanged["verdict"], unchanged["field"]) == ("rejected", "/orgunit")

    mend = f"orgunit:{OLD}={NEW}"
    tried = ask("dry-run", place, "--map", mend)["outcome"]
    assert [each["verdict"] for each in tried["records"]] == ["counted"]
    foretold = next(
        each for each in tried["values"] if (each["kpi"], each["unit"], each["window"]) == (KPI, NEW, "ytd")
    )
    assert foretold["after"]["denominator"] == foretold["before"]["denominator"] + 1
    assert verdicts(store, good["id"]) == [(good["id"], "rejected", 1)], "a dry run sends nothing"

    replayed = ask("replay", place, "--map", mend)
    (moved,) = replayed["outcome"]["records"]
    assert wait_for(lambda: (good["id"], "counted", 1) in verdicts(store, good["id"]), 30), stack.last_lines()
    record = ask("show", place)
    assert (record["state"], record["now"]) == ("replayed", moved["now"])

    def stands() -> dict[str, Any]:
        rows = store.query(
            "SELECT numerator, denominator, cases FROM ioc.kpi_values FINAL WHERE tenant = 'G09' AND dim = ''"
            f" AND kpi = '{KPI}' AND unit = '{NEW}' AND window = 'ytd'"
        )
        return dict(zip(("numerator", "denominator", "cases"), rows[0], strict=True)) if rows else {}

    expected = {name: foretold["after"][name] for name in ("numerator", "denominator", "cases")}
    assert wait_for(lambda: stands() == expected, 30), (stands(), expected)

    # The process that did it died before it could say so: the act is done once more, whole.
    act = desk_acts.find(store, "G09", UUID(replayed["act_id"]))
    assert act is not None
    desk_acts.keep(store, "G09", replace(act, stage=Stage.asked, outcome={}), datetime.now(UTC))
    assert wait_for(lambda: done_again(store, act), 30), stack.last_lines()
    assert stands() == expected
    assert (good["id"], "counted", 1) in verdicts(store, good["id"])

    (conflict,) = sent(stack, other)
    assert wait_for(lambda: shown(store, conflict), 30), stack.last_lines()
    found = ask("show", conflict)
    assert found["reason"] == "duplicate_conflict"
    assert found["conflict"]["counted"]["id"] == moved["now"]
    assert found["conflict"]["fingerprint"] != found["conflict"]["counted"]["fingerprint"]
    alarm = "SELECT count() FROM ioc_read.alerts WHERE rule = 'duplicate_conflict' AND open = 1"
    assert wait_for(lambda: store.query(alarm) == [(1,)], 60), stack.last_lines()

    assert ask("discard", conflict, "--why", "wrong_at_source")["stage"] == "done"
    late = stack.run("quarantine", "replay", conflict)
    assert (late.returncode, "not open any more" in late.stderr) == (1, True), late.stderr
    elsewhere = [name for name in stack.holding(CITIZEN.encode()) if not name.startswith("kafka/")]
    assert elsewhere == [], "it stands where it was sent, and nowhere else"
