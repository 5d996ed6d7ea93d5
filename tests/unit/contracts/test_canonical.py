"""The quick reading takes nothing that the exact one refuses, and says the same of what both take."""

import calendar
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ioc.contracts import BY_NAME, Decoded, EventRefused, Head, canonical, codec, decode, encode, kafka_key
from ioc.contracts.fields import INSTANT_CANONICAL, ORG_WRITTEN, stamp, utc_ms
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
    for name in Head._fields:
        assert getattr(quick.head, name) == getattr(exact.head, name) == getattr(quick.envelope, name)
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


def test_the_canonical_pattern_knows_the_calendar() -> None:
    match = re.compile(f"{INSTANT_CANONICAL}Z").fullmatch
    for year in range(1988, 2102):
        for month in range(14):
            real = calendar.monthrange(year, month)[1] if 1 <= month <= 12 and 1990 <= year < 2100 else 0
            found = [day for day in range(33) if match(f"{year}-{month:02d}-{day:02d}T00:00:00Z")]
            assert found == list(range(1, real + 1)), (year, month)


@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59.999000", "01:02:03.010000", "24:00:00", "23:60:00"])
@pytest.mark.parametrize("more", ["", ".000000", ".123", ".123456", ".0001"])
def test_an_instant_has_one_canonical_form(clock: str, more: str) -> None:
    text = f"2026-11-19T{clock}{more}Z"
    try:
        canonical_text = stamp(utc_ms(datetime.fromisoformat(text)))
    except ValueError:
        canonical_text = ""
    assert bool(re.fullmatch(f"{INSTANT_CANONICAL}Z", text)) == (text == canonical_text)


_EARLIER, _NEXT = "2026-11-01T00:00:00Z", "2026-12-24T00:00:00Z"
BROKEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("document.received", {"registered_at": _EARLIER}),
    ("document.received", {"due_at": _EARLIER}),
    ("document.issued", {"signed": False}),
    ("document.issued", {"signature_kind": "none"}),
    ("document.issued", {"signed": False, "signature_kind": "none"}),
    ("document.issued", {"issued_at": _EARLIER}),
    ("dossier.received", {"submitted_at": _NEXT}),
    ("dossier.received", {"due_at": _EARLIER}),
    ("dossier.received", {"components_reused": 5}),
    ("dossier.received", {"components_total": 9, "components_reused": 10}),
    ("dossier.clock_changed", {"state": "paused"}),
    ("dossier.clock_changed", {"apology_issued": None}),
    ("dossier.clock_changed", {"new_due_at": None}),
    ("dossier.clock_changed", {"old_due_at": _NEXT}),
    ("hr.record_synced", {"fields_filled": 61}),
    ("hr.record_synced", {"fields_total": 9, "fields_filled": 10}),
    ("event.rejected", {"reason": "personal_data", "payload_hash": "a" * 64}),
    ("archive.batch_processed", {"error_items": 121}),
    ("task.assigned", {"due_at": _EARLIER}),
    ("task.assigned", {"due_at": "2026-11-20T02:00:00Z"}),
    ("task.changed", {"progress_pct": 100}),
    ("task.changed", {"state": "completed", "new_due_at": None}),
    ("task.changed", {"state": "in_progress"}),
    ("dataset.assessed", {"records_checked": 1001}),
    ("dataset.assessed", {"verified_ok": 401}),
    ("dataset.assessed", {"mandatory_filled": 30001}),
    ("dataset.assessed", {"duplicates": 1001}),
    ("dataset.assessed", {"format_errors": 1001}),
    ("dataset.assessed", {"ref_errors": 1001}),
    ("dataset.assessed", {"error_records": 1001}),
    ("dataset.assessed", {"stale_records": 1001}),
    ("interop.recorded", {"calls": 58}),
    ("interop.recorded", {"ok": 57}),
    ("interop.recorded", {"failed": 3}),
)


def test_every_rule_between_fields_is_broken_here() -> None:
    broken = [BY_NAME[name].model.between for name, _ in BROKEN]
    assert set(broken) | {()} == {kind.model.between for kind in BY_NAME.values()}


@pytest.mark.parametrize(("name", "changes"), BROKEN)
def test_rules_between_fields_hold_for_both_readings(name: str, changes: dict[str, Any]) -> None:
    wire = orjson.loads(WIRE[name])
    data = {key: value for key, value in {**wire["data"], **changes}.items() if value is not None}
    raw = orjson.dumps({**wire, "data": data}, option=orjson.OPT_SORT_KEYS)
    assert not is_quick(raw)
    assert agree(raw) is None


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("document.received", {"correctionof": event_id(1)}),
        ("document.received", {"producedat": "2026-11-20T01:54:59Z"}),
        ("document.received", {"subject": "G09.901"}),
        ("document.received", {"seqno": 0}),
        ("document.received", {"dataclass": "personal"}),
        ("source.heartbeat", {"source": "urn:ioc:G09:vxp"}),
        ("source.heartbeat", {"source": "urn:ioc:G09:xqlvb"}),
    ],
)
def test_the_envelope_must_agree_for_both_readings(name: str, changes: dict[str, Any]) -> None:
    raw = orjson.dumps({**orjson.loads(WIRE[name]), **changes}, option=orjson.OPT_SORT_KEYS)
    assert not is_quick(raw)
    assert agree(raw) is None


_TIMES = st.datetimes(datetime(1989, 1, 1), datetime(2101, 1, 1), timezones=st.just(HANOI))
_TEXTS = st.text("0123456789aAtTmM._/,-ĐđK\u212a\u0301\n", max_size=66)
VALUES: st.SearchStrategy[Any] = st.one_of(
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
        place[field] = data.draw(VALUES)
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


@pytest.mark.parametrize("orgs", [[], ["G09.901"], ["G09.901"] * 10, ["G09.901"] * 11, ["901.G09"], [None]])
def test_the_readings_agree_on_lists(orgs: list[Any]) -> None:
    wire = orjson.loads(WIRE["task.assigned"])
    raw = orjson.dumps({**wire, "data": {**wire["data"], "coop_orgs": orgs}}, option=orjson.OPT_SORT_KEYS)
    good = len(orgs) <= 10 and None not in orgs
    assert (agree(raw) is not None) == good
    assert is_quick(raw) == (good and "901.G09" not in orgs)


def test_lists_hold_organisation_codes_only() -> None:
    """The scan for numbers of persons looks at texts, not into lists."""
    lists = [
        field["items"]
        for kind in BY_NAME.values()
        for field in kind.model.model_json_schema()["properties"].values()
        if field.get("type") == "array"
    ]
    assert [items["pattern"] for items in lists] == [ORG_WRITTEN]


@pytest.mark.parametrize("days", [b"0", b"0.0", b"-0.0", b"0e9"])
def test_zero_is_written_in_one_way(days: bytes) -> None:
    wire = WIRE["procedure.published"]
    assert b'"statutory_days":0.0' in wire
    found = agree(wire.replace(b'"statutory_days":0.0', b'"statutory_days":' + days))
    assert found is not None
    assert found.data == decode(wire, rules=RULES, now=NOW).data


def test_a_gateway_speaks_of_other_systems_but_nobody_beats_for_another() -> None:
    assert agree(encode(event("interop.recorded", system_code="motcua"))) is not None
    with pytest.raises(EventRefused):
        event("source.heartbeat", system_code="motcua")


def test_an_envelope_is_built_once_and_only_when_asked_for() -> None:
    found = decode(WIRE["document.received"], rules=RULES, now=NOW)
    assert found.envelope is found.envelope
    assert encode(found.envelope) == WIRE["document.received"]
