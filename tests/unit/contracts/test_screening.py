"""Personal data and secrecy markings are found wherever they stand; ordinary references pass."""

import time
import unicodedata
import uuid
from random import Random
from typing import Literal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.contracts import EventRefused, Reason, decode, encode, mask, mask_field
from ioc.contracts.screening import is_personal, is_secret
from tests.unit.contracts.events import GOOD, NOW, RULES, event

QUICK = settings(max_examples=150, deadline=None)
DOCUMENT = encode(event("document.received"))


def reason_of(raw: bytes) -> Reason:
    with pytest.raises(EventRefused) as caught:
        decode(raw, rules=RULES, now=NOW)
    return caught.value.reason


def with_member(name: str, value: object) -> bytes:
    wire = orjson.loads(DOCUMENT)
    wire["data"][name] = value
    return orjson.dumps(wire)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
@pytest.mark.parametrize(
    "text",
    [
        "MẬT",
        "mật",
        "Tối mật",
        "TỐI  MẬT",
        "tuyệt mật",
        "TUYỆT-MẬT",
        "độ mật: MẬT",
        "M\u200bẬT",
        "ＭẬＴ",
        "(MẬT)",
    ],
)
def test_markings_are_found_in_every_writing(text: str, form: Literal["NFC", "NFD", "NFKD"]) -> None:
    written = unicodedata.normalize(form, text)
    assert reason_of(with_member("doc_type", written)) is Reason.secret_marking
    escaped = orjson.loads(DOCUMENT)
    escaped["data"]["doc_type"] = "HERE"
    raw = orjson.dumps(escaped).replace(b"HERE", "".join(f"\\u{ord(c):04x}" for c in written).encode())
    assert reason_of(raw) is Reason.secret_marking


@pytest.mark.parametrize("text", ["toi mat", "TOI_MAT", "Tuyet-Mat", "tuyetmat", "mat", "12/TOI-MAT"])
def test_markings_are_found_without_diacritics(text: str) -> None:
    assert is_secret(text)


@pytest.mark.parametrize(
    "text", ["mặt", "MẤT", "thông tin", "12/MAT-BNV", "TOMAT", "format", "automatic", "QĐ-BNV", "mát", "mắt"]
)
def test_other_words_are_no_markings(text: str) -> None:
    assert not is_secret(text)


@pytest.mark.parametrize(
    "level", ["mat", "toi_mat", "tuyet_mat", "internal", "public", "Normal", 1, True, ["normal"]]
)
def test_any_level_but_normal_is_a_secret(level: object) -> None:
    raw = with_member("classification", level)
    assert reason_of(raw) is Reason.secret_marking
    assert mask(raw) == ""


def test_a_marking_in_a_name_or_deep_inside_is_found() -> None:
    assert reason_of(with_member("Độ MẬT", "x")) is Reason.secret_marking
    assert reason_of(with_member("doc_type", [[{"a": ["Tối mật"]}]])) is Reason.secret_marking


@pytest.mark.parametrize(
    "name",
    [
        "ho_ten",
        "hoTen",
        "Họ tên",
        "HỌ_VÀ_TÊN",
        "fullname",
        "name",
        "cccd",
        "CMND",
        "so_dinh_danh",
        "phone",
        "SoDienThoai",
        "email",
        "dia_chi",
        "Địa chỉ",
        "address",
        "trich_yeu",
        "TrichYeuHoSo",
        "noi_dung",
        "ghi_chu",
        "ChuHoSo",
    ],
)
def test_names_of_personal_fields_are_found_in_every_spelling(name: str) -> None:
    assert reason_of(with_member(name, "x")) is Reason.personal_data
    assert reason_of(with_member("doc_type", {"inner": [{name: 1}]})) is Reason.personal_data


@pytest.mark.parametrize(
    "text",
    [
        "001000000000",
        "096000000000",
        "HS-079000000000",
        "079000000000/QĐ",
        "079.000.000.000",
        "123456789",
        "0912345678",
        "+84912345678",
        "84912345678",
        "0912.345.678",
        "091-234-5678",
        "a.b@example.org",
        "gọi 0387654321",
    ],
)
def test_numbers_and_addresses_of_persons_are_found(text: str) -> None:
    assert is_personal(text)
    assert reason_of(with_member("doc_type", text)) is Reason.personal_data


@pytest.mark.parametrize(
    "text", ["001000000000", "HS-079000000000", "0912345678", "BD/0912345678/1", "123456789", "091.234.5678"]
)
def test_an_otherwise_good_event_is_refused_for_a_number_in_a_reference(text: str) -> None:
    wire = orjson.loads(encode(event("dossier.resolved")))
    wire["subject"] = wire["data"]["dossier_ref"] = text
    raw = orjson.dumps(wire)
    assert reason_of(raw) is Reason.personal_data
    assert mask(raw) == ""


@pytest.mark.parametrize(
    "text",
    [
        "G09.901,2026/11/20,123/QĐ-BNV",
        "000.00.01.G09-261120-0001",
        "G09.901-202611200001",
        "000.00.16.H40-240301-0001",
        "1.012345.000.00.00.H56",
        "100000000000",
        "097000000000",
        "12345678",
        "1234567890",
        "PAKN-2026-000123",
        "12/2026/NĐ-CP",
        "0123456789",
        "3f2b8a54-0000-4000-8000-012345678901",
        "ab079000000000cd",
        "HS-123456789",
    ],
)
def test_ordinary_references_pass(text: str) -> None:
    assert not is_personal(text)
    wire = orjson.loads(encode(event("dossier.resolved")))
    wire["subject"] = wire["data"]["dossier_ref"] = text
    assert decode(orjson.dumps(wire), rules=RULES, now=NOW).envelope.subject == text


def test_at_most_one_clean_event_in_a_hundred_is_mistaken() -> None:
    random = Random(20261120)
    mistaken = 0
    for n in range(2000):
        day = f"{random.randrange(22, 27)}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"
        reference = random.choice(
            [
                f"000.00.{random.randrange(1, 99):02d}.G09-{day}-{random.randrange(10000):04d}",
                f"G{random.randrange(1, 23):02d}.{random.randrange(1, 999):03d},2026/11/20,{n}/QĐ-BNV",
                f"G09.901-20{day}{random.randrange(10000):04d}",
                str(uuid.UUID(int=random.getrandbits(128), version=4)),
                f"HS{random.getrandbits(40)}",
            ]
        )
        wire = orjson.loads(encode(event("dossier.resolved")))
        wire["subject"] = wire["data"]["dossier_ref"] = reference
        try:
            decode(orjson.dumps(wire), rules=RULES, now=NOW)
        except EventRefused:
            mistaken += 1
    assert mistaken <= 20


@pytest.mark.parametrize(
    "filling", ["0", "0 ", "a@", "@a.", "toi ", "tuyet", "[", '"\\', "0.", "mật" * 2, "-.", "\u0323"]
)
def test_hostile_text_costs_no_more_than_its_length(filling: str) -> None:
    text = (filling * 60_000)[:20_000]
    raw = orjson.dumps({"type": text})
    started = time.process_time()
    for payload in (raw, raw.replace(b'"', b""), b'{"a":"' + text.encode()):
        mask(payload)
        with pytest.raises(EventRefused):
            decode(payload, rules=RULES, now=NOW)
    assert time.process_time() - started < 1.0


@QUICK
@given(st.binary(max_size=200))
def test_masking_is_total_and_idempotent_on_bytes(raw: bytes) -> None:
    once = mask(raw)
    assert mask(once.encode()) == once


_KEYS = st.sampled_from(
    ["type", "id", "source", "orgunit", "data", "?", "doc_ref", "x", "doc_type", "subject"]
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.text(max_size=4),
    st.sampled_from(["text(3)", "fields(2)", "object(1)", "number", "G09.901", "urn:ioc:G09:qlvb"]),
    st.lists(st.integers(0, 1), max_size=2),
)


@QUICK
@given(st.dictionaries(_KEYS, _VALUES | st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=8))
def test_masking_is_idempotent_on_objects(document: dict[str, object]) -> None:
    once = mask(orjson.dumps(document))
    assert mask(once.encode()) == once
    assert len(once.encode()) <= 1024


def test_a_mask_shows_the_shape_and_no_value() -> None:
    shape = orjson.loads(mask(with_member("Trần Văn Thử", "sự thật")))
    assert shape["type"] == "vn.gov.ioc.document.received.v1"
    assert (shape["source"], shape["orgunit"]) == ("urn:ioc:G09:qlvb", "G09.901")
    assert shape["subject"] == "text(29)"
    assert shape["data"]["doc_ref"] == "text(29)"
    assert shape["data"]["?"] == "fields(1)"
    assert shape["seqno"] == "number"
    assert mask(b"[1,2]") == '"list(2)"'
    assert mask(b"\xff") == '"bytes(1)"'
    assert mask(b"") == ""


def test_a_mask_stays_small() -> None:
    names = {field: "normal" for good in GOOD.values() for field in good}
    wire = orjson.loads(DOCUMENT) | {"data": names}
    shape = orjson.loads(mask(orjson.dumps(wire)))
    assert shape["data"] == f"object({len(names)})"


@pytest.mark.parametrize(
    ("name", "value", "pointer"),
    [
        ("toi_mat_skylark", 1, "/data/?"),
        ("skylark", "TỐI MẬT", "/data/?"),
        ("nguyen_van_a", "0912345678", "/data/?"),
        ("trich_yeu", "tối mật", "/data/trich_yeu"),
        ("ho_ten", "x", "/data/ho_ten"),
        ("doc_ref", "001203045678", "/data/doc_ref"),
    ],
)
def test_the_field_of_what_may_not_be_kept_spells_only_names_of_ours(
    name: str, value: object, pointer: str
) -> None:
    with pytest.raises(EventRefused) as caught:
        decode(with_member(name, value), rules=RULES, now=NOW)
    assert caught.value.reason.unmentionable
    assert caught.value.field == pointer


def test_what_is_kept_of_a_pointer_hides_names_of_the_senders_own() -> None:
    assert mask_field("/data/skylark/0/urgency") == "/data/?/0/urgency"
    assert (mask_field(""), mask_field("/data/doc_ref")) == ("", "/data/doc_ref")
    assert mask_field(mask_field("/data/skylark")) == "/data/?"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("subject", "001" + "203" + "045678", Reason.personal_data),
        ("subject", "12/TOI-MAT", Reason.secret_marking),
        ("dataschema", "urn:skylark/toi-mat", Reason.secret_marking),
        ("dataschema", "https://x.vn/" + "0" + "912345678", Reason.personal_data),
    ],
)
def test_what_the_envelope_says_beside_its_data_is_screened_first(
    name: str, value: str, reason: Reason
) -> None:
    """A subject that is not that of the data, and an event that is wrong in another way as well."""
    wire = {**orjson.loads(DOCUMENT), name: value}
    assert reason_of(orjson.dumps(wire)) is reason
    assert reason_of(orjson.dumps({**wire, "producedat": "2026-11-01T00:00:00Z"})) is reason
