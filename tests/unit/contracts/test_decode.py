"""What the decoder lets in, what it refuses, and that it never does anything else."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.contracts import (
    BY_NAME,
    MAX_BYTES,
    Decoded,
    EventRefused,
    Reason,
    decode,
    encode,
    kafka_key,
)
from tests.unit.contracts.events import GOOD, NOW, RULES, document, event, with_id

WIRE = {name: encode(event(name)) for name in GOOD}
DOCUMENT = WIRE["document.received"]
QUICK = settings(max_examples=150, deadline=None)


def refused(raw: bytes, **more: Any) -> EventRefused:
    with pytest.raises(EventRefused) as caught:
        decode(raw, rules=RULES, now=NOW, **more)
    return caught.value


def changed(path: str, value: Any, name: str = "document.received") -> bytes:
    """The wire form of a good event with one value replaced."""
    wire = orjson.loads(WIRE[name])
    *into, last = path.split("/")
    place = wire
    for step in into:
        place = place[step]
    place[last] = value
    return orjson.dumps(wire)


def replaced(old: bytes, new: bytes) -> bytes:
    assert old in DOCUMENT
    return DOCUMENT.replace(old, new)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_give_a_refusal(raw: bytes) -> None:
    refused(raw)


@QUICK
@given(
    st.sampled_from(sorted(WIRE)),
    st.lists(
        st.tuples(st.integers(0, 2000), st.binary(max_size=3), st.integers(0, 4)), min_size=1, max_size=4
    ),
)
def test_damaged_events_give_an_event_or_a_refusal(name: str, cuts: list[tuple[int, bytes, int]]) -> None:
    raw = WIRE[name]
    for at, insert, skip in cuts:
        at %= len(raw)
        raw = raw[:at] + insert + raw[at + skip :]
    try:
        decoded = decode(raw, rules=RULES, now=NOW)
    except EventRefused as error:
        assert isinstance(error.reason, Reason)
        return
    assert decode(encode(decoded.envelope), rules=RULES, now=NOW) == decoded


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@QUICK
@given(st.sampled_from(sorted(WIRE)), st.data(), _JSON)
def test_any_value_anywhere_gives_an_event_or_a_refusal(name: str, data: st.DataObject, value: Any) -> None:
    wire = orjson.loads(WIRE[name])
    place = data.draw(st.sampled_from([wire, wire["data"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = value
    try:
        raw = orjson.dumps(wire)
    except (TypeError, ValueError):
        return
    try:
        assert isinstance(decode(raw, rules=RULES, now=NOW), Decoded)
    except EventRefused as error:
        assert isinstance(error.reason, Reason)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf" + DOCUMENT,
        DOCUMENT.decode().encode("utf-16"),
        DOCUMENT + b"{}",
        replaced(b'"cong_van"' if b"cong_van" in DOCUMENT else b'"quyet_dinh"', b'"\xed\xa0\x80"'),
        replaced(b'"quyet_dinh"', b'"\\ud800"'),
        replaced(b'"quyet_dinh"', b'"a\\u0000b"'),
        replaced(b'"quyet_dinh"', b'"a\\u0085b"'),
        replaced(b'"quyet_dinh"', b'"a\nb"'),
        replaced(b'"steering":true', b'"steering":NaN'),
        replaced(b'"steering":true', b'"steering":-Infinity'),
        replaced(b'"seqno":1', b'"seqno":1e400'),
        replaced(b'"seqno":1', b'"seqno":18446744073709551616'),
        replaced(b'"seqno":1', b'"seqno":' + b"9" * 5000),
        replaced(b'"seqno":1', b'"seqno":01'),
        replaced(b'"seqno":1', b'"seqno":' + b"[" * 20000 + b"]" * 20000),
        replaced(b'"seqno":1', b'"seqno":' + b"[" * 32 + b"]" * 32),
        replaced(b'"seqno":1', b'"seqno":1,"seqno":2'),
        replaced(b'"seqno":1', b'"seqno" :1,"seqno":1'),
        replaced(b'"seqno":1', b'"seqno":1,"\\u0073eqno":1'),
        replaced(b'"steering":true', b'"steering":true,"steering":false'),
    ],
)
def test_text_that_decoders_disagree_on_is_undecodable(raw: bytes) -> None:
    assert refused(raw).reason is Reason.undecodable


def test_a_message_without_bytes_is_undecodable() -> None:
    assert refused(None).reason is Reason.undecodable  # type: ignore[arg-type]


def test_size_is_limited_to_the_byte() -> None:
    padded = DOCUMENT + b" " * (MAX_BYTES - len(DOCUMENT))
    assert decode(padded, rules=RULES, now=NOW).envelope == document()
    assert refused(padded + b" ").reason is Reason.oversize


@pytest.mark.parametrize(
    ("seqno", "reason"),
    [(b"9007199254740993", None), (b"9223372036854775807", None), (b"9223372036854775808", Reason.schema)],
)
def test_large_numbers_are_exact_or_refused(seqno: bytes, reason: Reason | None) -> None:
    raw = replaced(b'"seqno":1', b'"seqno":' + seqno)
    if reason is None:
        assert decode(raw, rules=RULES, now=NOW).envelope.seqno == int(seqno)
    else:
        assert refused(raw).reason is reason


@pytest.mark.parametrize("value", [1.0, "1", True, None, [1], -1])
def test_numbers_are_not_guessed(value: Any) -> None:
    found = refused(changed("seqno", value))
    assert (found.reason, found.field) == (Reason.schema, "/seqno")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T02:00:00",
        "2026-11-20",
        "2026-11-20 02:00:00Z",
        "2026-02-29T02:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T02:00:60Z",
        "2026-11-20T02:00:00+24:00",
        "0001-01-01T00:00:00+07:00",
        "1989-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "２026-11-20T02:00:00Z",
        "1795140000",
        1795140000000,
    ],
)
def test_times_are_never_clamped(value: Any) -> None:
    assert refused(changed("data/arrived_at", value)).field == "/data/arrived_at"


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-20T09:00:00+07:00", b'"2026-11-20T02:00:00Z"'),
        ("2026-11-20T02:00:00.1239Z", b'"2026-11-20T02:00:00.123000Z"'),
        ("2026-11-19T21:00:00-05:00", b'"2026-11-20T02:00:00Z"'),
    ],
)
def test_times_become_utc_with_milliseconds(written: str, instant: bytes) -> None:
    assert (
        b'"arrived_at":' + instant in decode(changed("data/arrived_at", written), rules=RULES, now=NOW).data
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("G09.901", "G09.901"),
        ("000.00.16.G01", "G01.16"),
        ("000.00.00.G09", "G09"),
        ("001.00.16.G01", "G01.16.00.001"),
        ("16.G01", "G01.16"),
        ("G01.16.00.000", "G01.16"),
    ],
)
def test_both_forms_of_an_organisation_code_are_one(written: str, canonical: str) -> None:
    decoded = decode(changed("data/sender_org", written), rules=RULES, now=NOW)
    assert orjson.loads(decoded.data)["sender_org"] == canonical
    again = decode(changed("data/sender_org", canonical), rules=RULES, now=NOW)
    assert again.fingerprint == decoded.fingerprint


@pytest.mark.parametrize(
    "code", ["g09.901", "G9.901", "G09.9", "G09-901", "G09.901 ", "", "000.00.16", "G09.1.2.3.4.5"]
)
def test_other_organisation_codes_are_refused(code: str) -> None:
    assert refused(changed("data/sender_org", code)).field == "/data/sender_org"


def test_the_unit_must_exist_but_other_organisations_need_not() -> None:
    assert refused(changed("orgunit", "G09.999")).reason is Reason.unknown_unit
    assert decode(changed("data/sender_org", "H99.999"), rules=RULES, now=NOW).kind.n == 1
    assert decode(changed("orgunit", "000.00.901.G09"), rules=RULES, now=NOW).envelope.orgunit == "G09.901"


def test_clocks_may_stand_five_minutes_apart() -> None:
    at = document().time
    assert decode(DOCUMENT, rules=RULES, now=at - timedelta(minutes=4)).kind.n == 1
    wire = changed("producedat", "2026-11-20T01:55:00Z")
    assert decode(wire, rules=RULES, now=at - timedelta(minutes=5)).kind.n == 1
    late = pytest.raises(EventRefused)
    with late as caught:
        decode(wire, rules=RULES, now=at - timedelta(minutes=5, milliseconds=1))
    assert (caught.value.reason, caught.value.field) == (Reason.future_time, "/time")


def test_an_event_belongs_on_its_topic() -> None:
    assert decode(DOCUMENT, rules=RULES, now=NOW, topic="ioc.documents").kind.n == 1
    found = refused(DOCUMENT, topic="ioc.services")
    assert (found.reason, found.field) == (Reason.schema, "/type")


def test_escapes_key_order_and_whitespace_change_nothing() -> None:
    decoded = decode(DOCUMENT, rules=RULES, now=NOW)
    wire = orjson.loads(DOCUMENT)
    pretty = orjson.dumps(dict(reversed(wire.items())), option=orjson.OPT_INDENT_2)
    escaped = DOCUMENT.replace("Đ".encode(), b"\\u0110").replace(b"/", b"\\/")
    for other in (pretty, escaped, DOCUMENT.replace(b":", b" : ", 1)):
        assert decode(other, rules=RULES, now=NOW) == decoded


def test_absent_and_null_are_the_same() -> None:
    wire = orjson.loads(DOCUMENT)
    del wire["data"]["due_at"]
    without = decode(orjson.dumps(wire), rules=RULES, now=NOW)
    assert decode(changed("data/due_at", None), rules=RULES, now=NOW).fingerprint == without.fingerprint
    assert b"due_at" not in without.data


def test_the_fingerprint_follows_what_is_said_and_nothing_else() -> None:
    first = decode(DOCUMENT, rules=RULES, now=NOW)
    again = decode(encode(with_id(document(), 2)), rules=RULES, now=NOW)
    assert again.fingerprint == first.fingerprint
    assert (
        decode(changed("producedat", "2026-11-20T02:30:00Z"), rules=RULES, now=NOW).fingerprint
        == first.fingerprint
    )
    for path, value in (
        ("time", "2026-11-20T02:00:00.001Z"),
        ("orgunit", "G09.902"),
        ("correctionof", "3f2b8a54-0000-4000-8000-0000000000ff"),
        ("data/steering", False),
    ):
        assert decode(changed(path, value), rules=RULES, now=NOW).fingerprint != first.fingerprint, path


def test_the_key_holds_the_case_together() -> None:
    assert kafka_key(event("feedback.changed")) == b"G09/PAKN-2026-000123"


def test_ids_differ_by_value_not_by_case() -> None:
    raw = changed("id", "3F2B8A54-0000-4000-8000-00000000ABCD")
    assert decode(raw, rules=RULES, now=NOW).envelope.id == "3f2b8a54-0000-4000-8000-00000000abcd"


def test_letters_that_unicode_calls_the_same_are_the_same() -> None:
    plain = decode(encode(event("document.completed", reply_doc_ref="12/QK-BNV")), rules=RULES, now=NOW)
    kelvin = encode(plain.envelope).replace(b"12/QK", "12/Q\u212a".encode())
    assert decode(kelvin, rules=RULES, now=NOW) == plain
    assert decode(kelvin.replace("\u212a".encode(), b"\\u212a"), rules=RULES, now=NOW) == plain


def test_a_refusal_names_every_bad_field_but_no_value() -> None:
    wire = orjson.loads(DOCUMENT)
    wire["data"]["doc_type"] = "tiếng Việt"
    wire["data"]["steering"] = "x"
    wire["data"]["Trường lạ"] = 1
    found = refused(orjson.dumps(wire))
    assert found.field == "/data/doc_type"
    assert set(found.also) == {"/data/steering", "/data/?"}
    assert "tiếng Việt" not in str(found)
    assert "cong_van" in found.expected


@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize("value", [None, True, -1, 1.5, "", "x" * 70, [], {}])
def test_no_field_takes_a_value_of_another_kind(name: str, value: Any) -> None:
    kind = BY_NAME[name]
    for field, info in kind.model.model_fields.items():
        good = GOOD[name].get(field)
        same_kind = isinstance(value, bool) and isinstance(good, bool)
        number = type(value) in (int, float) and field in ("statutory_days", "hours", "p95_ms") and value > 0
        same_kind |= isinstance(value, list) and isinstance(good, list)
        if same_kind or number or (value is None and not info.is_required()):
            continue
        if value is True and good is None:
            continue
        found = refused(changed(f"data/{field}", value, name))
        unknown_level = field == "classification" and value not in (None, "")
        assert found.reason is (Reason.secret_marking if unknown_level else Reason.schema), field
        assert found.field in (f"/data/{field}", "/subject"), field
