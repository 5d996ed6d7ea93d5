"""The quick reading takes nothing that the exact one refuses, and says the same of what both take."""

import json
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ioc.contracts import BY_NAME, Decoded, EventRefused, Head, canonical, codec, decode, encode, kafka_key
from ioc.contracts.fields import stamp, utc_ms
from ioc.contracts.screening import harmless, is_personal, is_secret
from tests.unit.contracts import reference
from tests.unit.contracts.events import GOOD, NOW, RULES, event, event_id

QUICK = settings(max_examples=300, deadline=None)
WIRE = {name: encode(event(name)) for name in GOOD}
HANOI = timezone(timedelta(hours=7))


def verdict(read: Callable[[bytes], Decoded], raw: bytes) -> Any:
    try:
        return read(raw)
    except EventRefused as refused:
        return refused.reason, refused.field, refused.value, refused.expected, refused.also


def agree(raw: bytes) -> Decoded | None:
    """Both readings of `raw` say the same, and so does the reference; the event, if it is one."""
    quick, exact = verdict(codec._read, raw), verdict(codec._exact, raw)
    assert quick == exact
    if not isinstance(quick, Decoded):
        return None
    assert quick.head == exact.head
    assert quick.head == Head(*[getattr(quick.envelope, name) for name in Head._fields])
    assert (quick.envelope, quick.data, quick.fingerprint) == reference.read(raw)
    assert kafka_key(quick.head) == kafka_key(quick.envelope)
    return quick


def is_quick(raw: bytes) -> bool:
    return canonical.read(raw.decode()) is not None


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_we_write_ourselves_is_read_quickly(name: str) -> None:
    assert is_quick(WIRE[name])
    assert agree(WIRE[name]) is not None
    model = BY_NAME[name].model
    absent: dict[str, Any] = {f: None for f, info in model.model_fields.items() if not info.is_required()}
    try:
        bare = encode(event(name, **absent))
    except EventRefused:
        assert name == "dossier.clock_changed"
        return
    assert is_quick(bare)
    assert agree(bare) is not None


def _offset(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(HANOI).isoformat()


def _milliseconds(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(timespec="milliseconds")[:-6] + "Z"


def _times(wire: dict[str, Any], write: Callable[[str], str]) -> dict[str, Any]:
    return {
        key: _times(value, write)
        if isinstance(value, dict)
        else write(value)
        if isinstance(value, str) and value[10:11] == "T" and value.endswith("Z")
        else value
        for key, value in wire.items()
    }


FORMS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "offsets": lambda wire: orjson.dumps(_times(wire, _offset), option=orjson.OPT_SORT_KEYS),
    "milliseconds": lambda wire: orjson.dumps(_times(wire, _milliseconds), option=orjson.OPT_SORT_KEYS),
    "key order": lambda wire: orjson.dumps(dict(reversed(wire.items()))),
    "order of data": lambda wire: orjson.dumps({**wire, "data": dict(reversed(wire["data"].items()))}),
    "escapes": lambda wire: json.dumps(wire).encode(),
    "all escaped": lambda wire: orjson.dumps(wire).replace(b"/", b"\\/").replace(b"G", b"\\u0047"),
    "whitespace": lambda wire: orjson.dumps(wire, option=orjson.OPT_INDENT_2),
    "NFD": lambda wire: unicodedata.normalize("NFD", orjson.dumps(wire).decode()).encode(),
    "old codes": lambda wire: orjson.dumps(wire).replace(b'"G09.901"', b'"000.00.901.G09"'),
    "kelvin": lambda wire: orjson.dumps(wire).replace(b"K", "\u212a".encode()),
    "nulls": lambda wire: orjson.dumps({**wire, "correctionof": None, "traceparent": None}),
    "trace": lambda wire: orjson.dumps(
        {**wire, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}, option=orjson.OPT_SORT_KEYS
    ),
}


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_way_of_writing_says_the_same(name: str, form: str) -> None:
    found = agree(FORMS[form](orjson.loads(WIRE[name])))
    first = agree(WIRE[name])
    assert found is not None
    assert first is not None
    assert (found.data, found.fingerprint) == (first.data, first.fingerprint)


_TIMES = st.datetimes(datetime(1989, 1, 1), datetime(2101, 1, 1), timezones=st.just(HANOI))
_TEXTS = st.text("0123456789aAtTmM._/,-ĐđK\u212a\u0301\n", max_size=66)
_VALUES: st.SearchStrategy[Any] = st.one_of(
    _TIMES.map(lambda at: at.isoformat()),
    _TIMES.map(lambda at: stamp(utc_ms(at))),
    st.sampled_from(["2026-02-29", "2028-02-29", "2100-02-28", "1990-01-01", "2026-11-31", "2026-11-20"]).map(
        lambda day: f"{day}T01:02:03Z"
    ),
    st.sampled_from(["2026-11-20T01:02:03.000000Z", "2026-11-20T01:02:60Z", "2026-11-20T01:02:03.001001Z"]),
    st.sampled_from([event_id(1), event_id(2), event_id(2).upper(), "qlvb", "vxp", "0912345678"]),
    st.integers(-1, 12),
    st.sampled_from([10**9 - 1, 10**9, 10**9 + 1, 10**15, 10**15 + 1, 2**63 - 1, 2**63, 2**64, 10**18]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 10**6).map(lambda value: round(value, 2)),
    st.booleans(),
    st.none(),
    _TEXTS,
    st.sampled_from(["G09", "G09.00", "G09.000", "G09.901.00.000", "901.G09", "000.00.16.G01", "G09.901.1"]),
    st.sampled_from(sorted({v for good in GOOD.values() for v in good.values() if isinstance(v, str)})),
)


@QUICK
@given(st.sampled_from(sorted(WIRE)), st.data(), st.booleans())
def test_the_readings_agree_whatever_one_writes(name: str, data: st.DataObject, ascii_: bool) -> None:
    wire = orjson.loads(WIRE[name])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from([wire, wire["data"]]))
        fields = sorted(place.keys() - {"data"})
        field = data.draw(st.sampled_from([*fields, "correctionof", "traceparent", "due_at", "x"]))
        place[field] = data.draw(_VALUES)
        if field == BY_NAME[name].subject_field:
            wire["subject"] = place[field]
    agree(json.dumps(wire, sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_).encode())


@QUICK
@given(st.sampled_from(sorted(WIRE)), st.data())
def test_the_readings_agree_on_changed_characters(name: str, data: st.DataObject) -> None:
    raw = WIRE[name]
    at = data.draw(st.integers(0, len(raw) - 1))
    piece = data.draw(
        st.sampled_from([b"", b"0", b"9", b"Z", b'"', b"\\", b" ", b"\n", b",", b"\\u0110", b"e9"])
    )
    agree(raw[:at] + piece + raw[at + data.draw(st.integers(0, 2)) :])


@QUICK
@given(st.sampled_from(sorted(WIRE)), st.data())
def test_the_readings_agree_on_members_given_twice(name: str, data: st.DataObject) -> None:
    wire = orjson.loads(WIRE[name])
    key = data.draw(st.sampled_from(sorted(wire["data"])))
    member = orjson.dumps({key: wire["data"][key]})[1:-1]
    again = WIRE[name].replace(member, member + b"," + member)
    assert agree(again) is None


@QUICK
@given(st.lists(st.text("0123456789.-mMaAtToi/_ĐGK ", min_size=1, max_size=24), min_size=1, max_size=3))
@example(["079000.000000"])
@example(["079.000000.000"])
@example(["091.234.567"])
@example(["0.912.345.678"])
@example(["a", "0912345678"])
def test_the_scan_misses_no_number_and_no_marking(texts: list[str]) -> None:
    assert harmless(texts) == (not any(is_secret(text) or is_personal(text) for text in texts))


def test_a_pseudonym_is_never_a_number_of_a_person() -> None:
    name = "hr.credential_issued"
    for digits in ("0912345678" * 7, "079000000000" * 6, "0" * 64, "123456789" + "a" * 55):
        raw = encode(event(name, person_ref=digits[:64]))
        assert is_quick(raw)
        assert agree(raw) is not None


def test_an_envelope_is_built_once_and_only_when_asked_for() -> None:
    found = decode(WIRE["document.received"], rules=RULES, now=NOW)
    assert found.envelope is found.envelope
    assert encode(found.envelope) == WIRE["document.received"]
