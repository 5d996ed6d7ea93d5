"""Not written down: each field of each schema, HTTP itself, Kafka itself, names that come again."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from ioc.contracts import TYPES, EventRefused, decode, encode
from streams.land.judge import read_all, settle
from tests.corpus.cases import DOCUMENT
from tests.corpus.test_corpus import STAMP, key_of, verdict
from tests.unit.contracts.events import GOOD, NOW, RULES, event
from tests.unit.gateway.conftest import KEYS, opened
from tests.unit.land.test_judge import Record

Shape = Mapping[str, Any]
WRONG: tuple[Any, ...] = ("", " ", "?" * 70, 7.25, -1, True, [], {}, [[1]], {"a": 1}, "A" * 40_000)


def shapes(name: str) -> Iterator[tuple[str, Shape, bool]]:
    """Fields of the data of a type: name, alternatives in the published schema, whether it is required."""
    schema = TYPES[event(name).type].model.model_json_schema()
    for field, shape in schema["properties"].items():
        yield field, shape, field in schema.get("required", ())


def could_be(shape: Shape, value: Any) -> bool:
    """Whether a value is of a JSON type that the field knows at all, and not plainly outside of it."""
    if "anyOf" in shape:
        return any(could_be(each, value) for each in shape["anyOf"])
    listed = shape.get("enum", [shape["const"]] if "const" in shape else None)
    if listed is not None:
        return any(value == each and type(value) is type(each) for each in listed)
    wanted = shape.get("type")
    if wanted == "array":
        return isinstance(value, list) and (not value or could_be(shape["items"], value[0]))
    if wanted in ("integer", "number"):
        fits = type(value) is int or (wanted == "number" and type(value) is float)
        return fits and value >= shape.get("minimum", shape.get("exclusiveMinimum", 0))
    if wanted == "boolean":
        return isinstance(value, bool)
    return False  # texts have a pattern, and none of the texts above is of any


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_field_refuses_every_wrong_value_and_says_where(name: str) -> None:
    good = orjson.loads(encode(event(name)))
    for field, shape, required in shapes(name):
        for value in WRONG:
            if could_be(shape, value):
                continue
            raw = orjson.dumps({**good, "data": {**good["data"], field: value}})
            with pytest.raises(EventRefused) as caught:
                decode(raw, rules=RULES, now=NOW)
            refused = caught.value
            blank = isinstance(value, str) and not value.strip()
            reason = "secret_marking" if field == "classification" and not blank else "schema"
            assert refused.reason == reason, (field, value)
            places = (refused.field, *refused.also)
            assert any(place.startswith(f"/data/{field}") or place == "/subject" for place in places), places
        for value in (None, ...):
            data = {key: each for key, each in good["data"].items() if key != field}
            raw = orjson.dumps({**good, "data": data if value is ... else {**data, field: value}})
            if required:
                assert verdict_of(raw) == "schema", (field, value)
            else:
                assert verdict_of(raw) in ("accept", "schema"), (field, value)


def verdict_of(raw: bytes) -> str:
    try:
        decode(raw, rules=RULES, now=NOW)
    except EventRefused as refused:
        return refused.reason.value
    return "accept"


GOOD_BODY = DOCUMENT.encode()
STRUCTURED = "application/cloudevents+json"
HTTP: tuple[tuple[str, str, dict[str, str], bytes, int], ...] = (
    *((method, "/v1/events", {}, b"", 405) for method in ("GET", "PUT", "DELETE", "PATCH")),
    *(
        ("POST", path, {}, GOOD_BODY, 404)
        for path in ("/", "/v1", "/v2/events", "/v1/events/", "/v1//events")
    ),
    *(
        ("POST", path, {}, GOOD_BODY, 404)
        for path in ("/v1/%65vents%2F", "/v1/../v1/events/..", "/V1/events")
    ),
    *(
        ("POST", "/v1/events", {"Content-Type": kind}, GOOD_BODY, 415)
        for kind in (
            *("", "text/plain", "application/json", "application/xml", "multipart/form-data", "*/*"),
            *("application/cloudevents", "application/cloudevents+avro", "application/cloudevents+json2"),
            *(f"{STRUCTURED}; charset=utf-16", f"{STRUCTURED}; charset=latin1", "application/x-ndjson"),
        )
    ),
    *(
        ("POST", "/v1/events", {"Content-Encoding": coding}, GOOD_BODY, 415)
        for coding in ("gzip", "br", "deflate", "zstd", "identity, gzip")
    ),
    *(
        ("POST", "/v1/events", {"Authorization": given}, GOOD_BODY, 401)
        for given in (
            *(
                "",
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Basic eDp4",
                "bearer",
                "Token key-of-qlvb",
                "key-of-qlvb",
            ),
            *(
                "Bearer key-of-qlvb key-of-vxp",
                "Bearer key-of-",
                "Bearer KEY-OF-QLVB",
                "Bearer key-of-qlvb\t,",
            ),
        )
    ),
    ("POST", "/v1/events", {"Authorization": f"Bearer {KEYS['vxp']}"}, GOOD_BODY, 403),
    ("POST", "/v1/events", {"Content-Type": f"{STRUCTURED}; charset=UTF-8"}, GOOD_BODY, 202),
    ("POST", "/v1/events", {"Content-Type": "Application/CloudEvents+JSON"}, GOOD_BODY, 202),
    ("POST", "/v1/events", {"Authorization": f"bearer {KEYS['qlvb']}"}, GOOD_BODY, 202),
    ("POST", "/v1/events", {"Content-Length": "9" * 30}, GOOD_BODY, 413),
    ("POST", "/v1/events", {"Content-Length": "1000000"}, GOOD_BODY, 413),
    ("POST", "/v1/events", {"Content-Type": "application/cloudevents-batch+json"}, GOOD_BODY, 400),
    (
        "POST",
        "/v1/events",
        {"Content-Type": "application/cloudevents-batch+json"},
        b"[" + GOOD_BODY + b"]",
        202,
    ),
    (
        "POST",
        "/v1/events",
        {"Content-Type": "application/cloudevents-batch+json"},
        b"[" + b"1," * 1000 + b"1]",
        413,
    ),
    (
        "POST",
        "/v1/events",
        {"Content-Type": "application/cloudevents-batch+json"},
        b"[" + b" " * 2**20 + b"]",
        413,
    ),
    ("POST", "/v1/events", {}, b"[" + GOOD_BODY + b"]", 422),
)


def test_http_itself_is_answered_by_the_contract_and_the_next_request_is_taken(tmp_path: Path) -> None:
    async def drive() -> list[tuple[int, int]]:
        wrong = []
        async with opened(tmp_path, NOW) as door:
            plain = {"Content-Type": STRUCTURED, "Authorization": f"Bearer {KEYS['qlvb']}"}
            for number, (method, path, headers, body, want) in enumerate(HTTP):
                answer = await door.client.request(method, path, content=body, headers={**plain, **headers})
                if answer.status_code != want:
                    wrong.append((number, answer.status_code))
                assert "traceback" not in answer.text.lower()
                assert (await door.post(GOOD_BODY)).status_code == 202
        return wrong

    assert [(HTTP[number], status) for number, status in asyncio.run(drive())] == []


def direct(*records: tuple[bytes | None, bytes | None]) -> list[str]:
    """What landing makes of records written past the door."""
    listed = [Record(n, STAMP, key, value) for n, (key, value) in enumerate(records)]
    return [row.reason or "accept" for row in read_all(listed, RULES, "ioc.documents")]


def test_straight_into_kafka_nothing_passes_that_the_door_would_not_let_through() -> None:
    key = key_of(GOOD_BODY)
    elsewhere = encode(event("dossier.received"))
    cases: list[tuple[bytes | None, bytes | None, str]] = [
        (key, None, "undecodable"),
        (None, None, "undecodable"),
        (key, b"", "undecodable"),
        (None, GOOD_BODY, "schema"),
        (b"", GOOD_BODY, "schema"),
        (b"G09/13/BNV-VP", GOOD_BODY, "schema"),
        (b"G10/12/BNV-VP", GOOD_BODY, "schema"),
        (key + b" ", GOOD_BODY, "schema"),
        (key.lower(), GOOD_BODY, "schema"),
        (b"\xff\xfe", GOOD_BODY, "schema"),
        (b"x" * 100_000, GOOD_BODY, "schema"),
        (key_of(elsewhere), elsewhere, "schema"),
        (key, b"\x00\x00\x00\x00\x01" + GOOD_BODY, "undecodable"),
        (key, b"\x00" * 1_000_000, "oversize"),
        (key, b"\x80\x04}\x94.", "undecodable"),
        (key, b"[" + GOOD_BODY + b"]", "schema"),
        (key, GOOD_BODY + GOOD_BODY, "undecodable"),
        (key, GOOD_BODY, "accept"),
    ]
    assert direct(*((given, value) for given, value, _ in cases)) == [want for _, _, want in cases]


def _sequence(*changes: tuple[bytes, bytes]) -> list[str]:
    values = [GOOD_BODY, *(GOOD_BODY.replace(old, new) for old, new in changes)]
    records = [Record(n, STAMP, key_of(value), value) for n, value in enumerate(values)]
    names = ("", "counted", "suppressed", "conflict", "rejected")
    return [names[each] for each in settle(read_all(records, RULES, "ioc.documents"), {})]


ID = b"3f2b8a54-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        (b"", b"", "suppressed"),
        (b'"seqno":1', b'"seqno":2', "suppressed"),
        (b'"producedat":"2026-11-20T02:00:02Z"', b'"producedat":"2026-11-20T02:30:00Z"', "suppressed"),
        (ID, ID.upper(), "suppressed"),
        (b'"time":"2026-11-20T02:00:00Z"', b'"time":"2026-11-20T09:00:00+07:00"', "suppressed"),
        (b'"orgunit":"G09.901"', b'"orgunit":"901.G09"', "suppressed"),
        (b'"seqno":1', b' "seqno" : 1 ', "suppressed"),
        (b'"seqno":1', b'"seqno":1,"correctionof":null', "suppressed"),
        (b'"time":"2026-11-20T02:00:00Z"', b'"time":"2026-11-20T02:00:00.001Z"', "conflict"),
        (b'"orgunit":"G09.901"', b'"orgunit":"G09.902"', "conflict"),
        (b'"steering":true', b'"steering":false', "conflict"),
        (b"12/BNV-VP", b"12/BNV-vp", "conflict"),
        (b'"urgency":"normal"', b'"urgency":"khan"', "conflict"),
        (b'"seqno":1', b'"seqno":1,"correctionof":"3f2b8a54-0000-4000-8000-0000000000ff"', "conflict"),
        (ID, ID[:-1] + b"2", "counted"),
        (b"urn:ioc:G09:qlvb", b"urn:ioc:G09:vxp", "counted"),
        (b'"orgunit":"G09.901"', b'"orgunit":"G09.17"', "rejected"),
        (b'"steering":true', b'"steering":1', "rejected"),
        (ID, b" " + ID, "rejected"),
    ],
)
def test_a_name_that_comes_again_is_told_by_what_it_says(old: bytes, new: bytes, want: str) -> None:
    assert _sequence((old, new)) == ["counted", want]
    if want == "rejected":
        assert _sequence((old, new), (b"", b"")) == ["counted", "rejected", "suppressed"]


def test_the_good_document_is_good() -> None:
    assert verdict(GOOD_BODY) == "accept"
