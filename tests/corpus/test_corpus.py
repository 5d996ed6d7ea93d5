"""Every case of the corpus through decoder, gateway and landing: no verdict is wrong anywhere."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from ioc.contracts import TYPES, EventRefused, Rules, decode, encode, mask
from streams.land.judge import read_all
from tests.corpus import make
from tests.corpus.cases import ACCEPT, FOLDER, SYSTEMS, Case, classes, load
from tests.unit.contracts.events import NOW
from tests.unit.gateway.conftest import KEYS, opened
from tests.unit.land.test_judge import Record

URNS = [f"urn:ioc:G09:{system}" for system in SYSTEMS.values()]
RULES = Rules("G09", frozenset({"G09.901", "G09.902"}), dict.fromkeys(URNS, frozenset(TYPES)), "corpus")
STAMP = int(NOW.timestamp() * 1000)
STATUS: Mapping[str, tuple[int, str]] = {
    ACCEPT: (202, ""),
    "undecodable": (400, "undecodable"),
    "oversize": (413, "too_large"),
    "schema": (422, "schema"),
    "unknown_type": (422, "unknown_type"),
    "unknown_unit": (422, "unknown_unit"),
    "future_time": (422, "future_time"),
    "personal_data": (422, "personal_data"),
    "secret_marking": (422, "secret_marking"),
    "unauthorised_source": (403, "source_mismatch"),
}
"""The published error contract."""
CLASSES = list(classes())


def verdict(raw: bytes, topic: str | None = None) -> str:
    try:
        decode(raw, rules=RULES, now=NOW, topic=topic)
    except EventRefused as refused:
        return refused.reason.value
    return ACCEPT


def key_of(raw: bytes) -> bytes:
    """What a publisher that says its tenant and subject would have partitioned by."""
    try:
        document = orjson.loads(raw)
        return f"{document['tenant']}/{document['subject']}".encode()
    except (ValueError, TypeError, KeyError):
        return b"x"


def wrong(cases: list[Case], answers: list[str]) -> list[tuple[str, str, str, str]]:
    pairs = zip(cases, answers, strict=True)
    return [(each.name, each.at, each.want, answer) for each, answer in pairs if not each.fits(answer)]


def test_the_files_are_what_the_maker_makes() -> None:
    assert set(CLASSES) == set(make.MAKERS)
    for name in CLASSES:
        written = (FOLDER / f"{name}.ndjson").read_text().splitlines()
        fresh = make.made(name).splitlines()
        # By what they say: compressed bytes may differ between versions of zlib.
        assert [Case.read(line) for line in written] == [Case.read(line) for line in fresh], name
    assert sum(len(load(name)) for name in CLASSES) > 2_500


@pytest.mark.parametrize("name", CLASSES)
def test_the_decoder_is_never_wrong(name: str) -> None:
    cases = load(name)
    assert wrong(cases, [verdict(each.raw) for each in cases]) == []


@pytest.mark.parametrize("name", CLASSES)
def test_landing_is_never_wrong_among_neighbours(name: str) -> None:
    cases = load(name)
    for topic in ("ioc.documents", "ioc.services"):
        some = [each for each in cases if each.topic == topic]
        records = [Record(n, STAMP, key_of(each.raw), each.raw) for n, each in enumerate(some)]
        rows = read_all(records, RULES, topic)
        assert wrong(some, [row.reason or ACCEPT for row in rows]) == []
        for each, row in zip(some, rows, strict=True):
            if row.reason in ("personal_data", "secret_marking"):
                assert (row.masked, row.id, row.subject, row.data) == ("", "", "", b""), each.name


@pytest.mark.parametrize("name", CLASSES)
def test_the_door_is_never_wrong_and_repeats_nothing(name: str, tmp_path: Path) -> None:
    cases = load(name)
    answers: list[str] = []
    statuses: set[int] = set()

    async def drive() -> None:
        async with opened(tmp_path, NOW) as door:
            for each in cases:
                before = len(door.outlet.published(each.topic))
                answer = await door.post(each.raw, key=KEYS[each.system])
                said = answer.json()
                statuses.add(answer.status_code)
                answers.append(_named(answer.status_code, said))
                assert (len(door.outlet.published(each.topic)) > before) == (answer.status_code == 202)
                if "personal" in each.want or "secret" in each.want:
                    assert set(said) <= {"type", "title", "status", "code", "detail"}, each.name

    asyncio.run(drive())
    assert wrong(cases, answers) == []
    assert all(status < 500 for status in statuses)


def _named(status: int, said: Mapping[str, Any]) -> str:
    """The reason behind an answer, if status and code are those of the contract."""
    found = [reason for reason, each in STATUS.items() if each == (status, said.get("code", ""))]
    return found[0] if found else f"{status} {said.get('code')}"


def test_what_is_accepted_comes_back_as_it_went_in_and_what_is_refused_has_a_small_shape() -> None:
    for name in CLASSES:
        for each in load(name):
            if verdict(each.raw) == ACCEPT:
                found = decode(each.raw, rules=RULES, now=NOW)
                again = decode(encode(found.envelope), rules=RULES, now=NOW, topic=each.topic)
                assert again == found, each.name
            else:
                shape = mask(each.raw)
                assert len(shape.encode()) <= 1024
                # A hidden level is no open one: of such a shape nothing would be kept.
                if shape and "classification" not in shape:
                    assert mask(shape.encode()) == shape, each.name
