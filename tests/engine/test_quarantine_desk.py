"""The quarantine desk on the real engine: what is listed, how records stand, what an act would change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from dashboards.console.quarantined import Group
from dashboards.console.quarantined import Record as Record_
from ioc.contracts import TYPES, Rules, decode, encode
from ioc.contracts.mending import parse
from ioc.desk import Act, Kind, Place, Sieve, Stage
from ioc.settings import ClickHouse
from ioc.topics import ARCHIVES, DOCUMENTS, HR
from storage.client import Store
from storage.ledger import COLUMNS, Log
from storage.quarantine_desk import StoredQuarantine
from storage.source_desk import StoredSources
from streams.land.block import Block
from streams.land.judge import identity_hash, read_all, settle
from tests.unit.contracts.events import NOW, event
from tests.unit.land.test_judge import Record

pytestmark = pytest.mark.engine
URN = "urn:ioc:G09:desk_test"
RULES = Rules("G09", frozenset({"G09.901"}), {URN: frozenset(TYPES)}, "desk-test")
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
ONLY = Sieve(source=URN)


def landed(store: Store, log: Log, *documents: dict[str, Any]) -> list[str]:
    """Lands records as landing would; where each stands."""
    records = []
    for offset, document in enumerate(documents):
        value = orjson.dumps(document)
        key = f"{document['tenant']}/{document['subject']}".encode()
        records.append(Record(offset, int(NOW.timestamp() * 1000) + offset, key, value))
    rows = read_all(records, RULES, log.topic.name)
    made = Block.of(log, "desk", rows, settle(rows, {}))
    store.insert(log.table, COLUMNS, made.columns("r1"), token=made.token)
    return [f"{log.topic.name}/{log.partition}/{each.offset}" for each in records]


def wire(name: str, n: int, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(encode(event(name, n)))
    return {**found, "source": URN, **changes}


@pytest.fixture
def desk(migrated: ClickHouse) -> Iterator[StoredQuarantine]:
    desk = StoredQuarantine(migrated, "G78")
    yield desk
    desk.close()


def asked(kind: Kind, *records: Place, **more: Any) -> Act:
    return Act(uuid4(), kind, records, "truong_ca_1", "truong_ca_ioc", AT, **more)


def test_records_are_listed_counted_and_followed(store: Store, desk: StoredQuarantine) -> None:
    log = Log(ARCHIVES, uuid4(), 0)
    name = "archive.batch_processed"
    places = landed(
        store,
        log,
        wire(name, 1),
        wire(name, 2, orgunit="G09.17"),
        wire(name, 3, orgunit="G09.17"),
        wire(name, 1, orgunit="G09.901", time="2026-11-20T01:00:00Z"),
        wire(name, 4, surprise=1),
    )
    found = desk.listed(ONLY, 10)
    assert [str(each.place) for each in found] == [places[4], places[3], places[2], places[1]]
    assert {each.state for each in found} == {"open"}
    assert {each.topic_id for each in found} == {log.topic_id}
    assert [each.reason for each in desk.listed(replace(ONLY, reason="schema"), 10)] == ["schema"]
    assert desk.listed(replace(ONLY, since=NOW + timedelta(milliseconds=4)), 10) == found[:1]
    assert desk.listed(replace(ONLY, units=["G09.17"]), 10) == found[2:]
    assert desk.listed(replace(ONLY, units=[], sources=[URN]), 10) == found
    assert desk.listed(replace(ONLY, units=["'] OR 1"]), 10) == []

    groups = desk.grouped("cause", ONLY)
    assert [(each["reason"], each["field"], each["records"], each["open"]) for each in groups] == [
        ("unknown_unit", "/orgunit", 2, 2),
        ("duplicate_conflict", "", 1, 1),
        ("schema", "/?", 1, 1),
    ]
    assert groups[0]["last_at"] - groups[0]["first_at"] == timedelta(milliseconds=1)
    # What the console's page makes of the same, as the gateway answers it.
    told = [Group.model_validate_json(orjson.dumps(each)) for each in groups]
    assert told[0].path == "/console/quarantine/records?reason=unknown_unit&field=%2Forgunit"
    assert Group.model_validate_json(orjson.dumps(desk.grouped("source", ONLY)[0])).name == "desk_test"
    records = [Record_.model_validate(each.document()) for each in found]
    assert {each.value for each in records if each.reason == "unknown_unit"} == {"G09.17"}
    by = {each["unit"]: each["records"] for each in desk.grouped("unit", ONLY)}
    assert by["G09.17"] == 2
    assert desk.grouped("source", ONLY)[0]["source"] == URN

    second, third = found[3].place, found[2].place
    act = asked(Kind.replay, second, third, until=datetime.now(UTC) + timedelta(hours=1))
    desk.mark(act, "awaiting", act.records, AT)
    assert [str(each.place) for each in desk.listed(replace(ONLY, state="awaiting"), 10)] == places[2:0:-1]
    late = asked(Kind.replay, third, until=datetime.now(UTC) - timedelta(seconds=1))
    desk.mark(late, "awaiting", late.records, AT + timedelta(seconds=1))
    assert [each.state for each in desk.at([second, third])] == ["awaiting", "open"]
    desk.mark(asked(Kind.discard, third), "discarded", [third], AT + timedelta(seconds=2))
    assert desk.grouped("cause", ONLY)[0]["open"] == 1
    assert [each.state for each in desk.at([third, second])] == ["discarded", "awaiting"]


def test_an_act_is_read_as_it_was_kept(desk: StoredQuarantine) -> None:
    place = Place("ioc.documents", 1, 7, UUID(int=5))
    act = asked(Kind.replay, place, stage=Stage.awaiting, mends=(parse("orgunit:G09.17=G09.901"),), until=AT)
    desk.keep(act, AT)
    assert desk.act(act.id) == act
    assert desk.acts(Stage.awaiting) == [act]
    agreed = replace(act, stage=Stage.asked, confirmed_by="du_lieu_2", confirmed_role="data_steward")
    desk.keep(agreed, AT + timedelta(seconds=1))
    desk.keep(agreed, AT + timedelta(seconds=1))
    assert (desk.acts(Stage.awaiting), desk.acts(Stage.asked)) == ([], [agreed])
    done = replace(agreed, stage=Stage.done, finished_at=AT, outcome={"records": [{"id": str(place)}]})
    desk.keep(done, AT + timedelta(seconds=2))
    assert desk.about(place) == [done]
    assert desk.about(replace(place, topic_id=UUID(int=6))) == [], "of another topic of that name"
    assert desk.act(uuid4()) is None


def test_a_conflict_has_both_fingerprints_and_both_places(store: Store, desk: StoredQuarantine) -> None:
    log = Log(DOCUMENTS, uuid4(), 1)
    first = wire("document.completed", 1)
    other = {**first, "data": {**first["data"], "outcome": "filed"}}
    landed(store, log, first, other)
    place = Place(DOCUMENTS.name, 1, 1, log.topic_id)
    (found,) = desk.at([place])
    assert (found.verdict, found.reason) == ("conflict", "duplicate_conflict")
    shown = desk.conflict(place)
    prints = [decode(orjson.dumps(each), rules=RULES, now=NOW).fingerprint.hex() for each in (first, other)]
    assert prints[0] != prints[1]
    assert shown is not None
    assert shown["fingerprint"] == prints[1]
    assert (shown["counted"]["id"], shown["counted"]["fingerprint"]) == ("ioc.documents/1/0", prints[0])
    assert shown["counted"]["at"] == NOW
    store.execute(f"ALTER TABLE {log.table} DELETE WHERE topic_id = '{log.topic_id}' AND offset = 0")
    assert store.query(f"SELECT count() FROM {log.table} WHERE topic_id = '{log.topic_id}'") == [(1,)]
    assert desk.conflict(place) == {"fingerprint": prints[1], "counted": None}, "expired, and said so"


def test_where_a_name_was_counted_is_found_by_it(store: Store, desk: StoredQuarantine) -> None:
    from storage.quarantine import counted_at

    log = Log(ARCHIVES, uuid4(), 0)
    good = wire("archive.batch_processed", 77)
    landed(store, log, {**good, "orgunit": "G09.17"}, good)
    hashed = identity_hash(URN, good["id"])
    found = counted_at(store, ARCHIVES, URN, good["id"], hashed)
    assert found is not None
    assert (str(found[0]), found[0].topic_id) == ("ioc.archives/0/1", log.topic_id)
    assert counted_at(store, ARCHIVES, URN, "00000000-0000-4000-8000-000000000000", hashed) is None


def test_readers_see_states_and_nothing_of_persons(
    store: Store, reading: Store, desk: StoredQuarantine
) -> None:
    log, personal = Log(ARCHIVES, uuid4(), 0), Log(HR, uuid4(), 0)
    landed(store, log, wire("archive.batch_processed", 5, orgunit="G09.18"))
    landed(store, personal, wire("training.completed", 5, orgunit="G09.18"))
    (hidden, shown) = sorted(desk.listed(replace(ONLY, units=["G09.18"]), 10), key=lambda each: each.ledger)[
        ::-1
    ]
    assert (hidden.ledger, shown.ledger) == ("events_hr", "events_archives")
    desk.mark(asked(Kind.discard, shown.place), "discarded", [shown.place], AT)
    rows = reading.query("SELECT ledger, unit, state FROM quarantine WHERE unit = 'G09.18'")
    assert rows == [("events_archives", "G09.18", "discarded")]


def test_a_source_is_told_by_its_code_and_no_other(migrated: ClickHouse) -> None:
    desk = StoredSources(migrated, "G09")
    assert desk.standing([]) == []
    assert {row["system_code"] for row in desk.standing(["qlvb", "no_such"])} <= {"qlvb"}
    assert desk.refused("' OR 1 --") == []
    desk.close()
