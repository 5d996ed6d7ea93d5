from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.contracts import EventRefused, Reason, Rules, build, encode, kafka_key
from ioc.reference import Catalogue
from storage.ledger import CONFLICT, COUNTED, REJECTED, SUPPRESSED
from streams.land.judge import Row, identity_hash, read, refused_row, settle, suspects

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
RULES: Rules = Catalogue.load().rules("G09")
PLATFORM = "ioc.platform"


@dataclass
class Record:
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def heartbeat(id_: str = "01890a5d-ac96-774b-bcce-b302099a8057") -> Record:
    data = {
        "system_code": "vxp",
        "status": "up",
        "interval_s": 60,
        "backlog": 0,
        "sent_total": 5,
        "sent_epoch": NOW,
    }
    envelope = build(
        "source.heartbeat",
        source="urn:ioc:G09:vxp",
        id=id_,
        time=NOW,
        orgunit="G09",
        seqno=1,
        producedat=NOW,
        data=data,
        tenant="G09",
    )
    return Record(7, 1_700_000_000_000, kafka_key(envelope), encode(envelope))


def row(offset: int, identity: str, print_: bytes, reason: str = "") -> Row:
    head = (offset, 0, reason, "", hash(identity), "G09", "s", identity)
    return Row(*head, "t", "subject", 0, 0, "G09", 1, "", print_, b"{}", "", b"")


def test_an_event_in_good_order_becomes_a_row_with_its_identity() -> None:
    read_row = read(heartbeat(), NOW, RULES, PLATFORM)
    assert read_row.reason == ""
    assert read_row.identity == ("urn:ioc:G09:vxp", "01890a5d-ac96-774b-bcce-b302099a8057")
    assert read_row.id_hash == identity_hash(*read_row.identity)
    assert len(read_row.fingerprint) == 32
    assert read_row.time == read_row.producedat == int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"value": None}, Reason.undecodable, id="no value"),
        pytest.param({"value": b""}, Reason.undecodable, id="empty value"),
        pytest.param({"value": b"{"}, Reason.undecodable, id="half a document"),
        pytest.param({"value": b"[" * 60_000}, Reason.undecodable, id="60k deep"),
        pytest.param({"key": None}, Reason.schema, id="no key"),
        pytest.param({"key": b"G09/another"}, Reason.schema, id="key of another subject"),
    ],
)
def test_a_record_that_is_no_event_is_rejected_with_its_reason(
    change: dict[str, bytes | None], reason: Reason
) -> None:
    record = heartbeat()
    for name, value in change.items():
        setattr(record, name, value)
    rejected = read(record, NOW, RULES, PLATFORM)
    assert rejected.reason == reason
    assert rejected.id_hash == 0
    assert settle([rejected], {}) == [REJECTED]


def test_an_event_on_the_wrong_topic_is_rejected() -> None:
    assert read(heartbeat(), NOW, RULES, "ioc.hr").reason == Reason.schema


def test_now_is_the_records_time_so_that_a_retry_decides_the_same() -> None:
    early = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
    assert read(heartbeat(), early, RULES, PLATFORM).reason == Reason.future_time
    assert read(heartbeat(), NOW, RULES, PLATFORM).reason == ""


@pytest.mark.parametrize("reason", [Reason.personal_data, Reason.secret_marking])
def test_of_personal_data_and_secrets_nothing_is_kept_but_the_source(reason: Reason) -> None:
    record = heartbeat()
    rejected = refused_row(1, 2, record.value, reason, "/data", RULES)
    kept = rejected._replace(reason="", field="", offset=0, logged_at=0, value=None)
    assert set(kept) == {"", 0, b"", bytes(32), None, "urn:ioc:G09:vxp"}


def test_a_source_that_is_not_in_the_catalogue_is_not_written_down() -> None:
    rejected = refused_row(1, 2, b'{"source": "Nguyen Van A"}', Reason.personal_data, "", RULES)
    assert "Nguyen Van A" not in str(rejected._replace(value=None))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([b"1", b"2"]), st.sampled_from(["", "schema"]))
    ),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from([b"1", b"2"])),
)
def test_verdicts_equal_a_plain_reading_of_the_log(
    events: list[tuple[str, bytes, str]], before: dict[str, bytes]
) -> None:
    rows = [row(n, name, print_, reason) for n, (name, print_, reason) in enumerate(events)]
    expected = list(_plainly(events, dict(before)))
    assert settle(rows, {("s", name): print_ for name, print_ in before.items()}) == expected


def _plainly(events: list[tuple[str, bytes, str]], first: dict[str, bytes]) -> Iterator[int]:
    for name, print_, reason in events:
        if reason:
            yield REJECTED
        elif name not in first:
            first[name] = print_
            yield COUNTED
        else:
            yield SUPPRESSED if first[name] == print_ else CONFLICT


def test_a_rejected_event_may_come_back_corrected() -> None:
    assert settle([row(0, "a", b"1", "schema"), row(1, "a", b"2")], {}) == [REJECTED, COUNTED]


def test_the_ledger_is_asked_about_events_that_may_be_known_only() -> None:
    rows = [row(0, "a", b"1"), row(1, "b", b"1"), row(2, "c", b"1", "schema")]
    assert suspects(rows, {hash("a"), hash("c")}) == [hash("a")]


def test_decode_errors_are_the_only_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise EventRefused(Reason.unknown_unit, "/orgunit", "G09.x", "a unit in units.yaml")

    monkeypatch.setattr("streams.land.judge.decode", refuse)
    rejected = read(heartbeat(), NOW, RULES, PLATFORM)
    assert (rejected.reason, rejected.field) == ("unknown_unit", "/orgunit")
