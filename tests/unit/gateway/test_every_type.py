"""Every type passes the door and the judge from a source that may state it, and from no other."""

import asyncio
from pathlib import Path

import orjson
import pytest

from ioc.canary import CANARY
from ioc.contracts import BY_NAME, EventRefused, Reason, decode, encode
from ioc.topics import EVENT_TOPICS
from streams.land.judge import read
from tests.unit.contracts.events import GOOD, NOW, event
from tests.unit.gateway.conftest import CATALOGUE, KEYS, RULES, opened
from tests.unit.land.test_judge import Record

SOURCES = CATALOGUE.sources


def sources_of(name: str) -> list[str]:
    return [code for code, source in SOURCES.items() if BY_NAME[name].type in source.types]


def from_source(name: str, code: str) -> bytes:
    """A good event as that source would state it."""
    wire = orjson.loads(encode(event(name)))
    wire["source"] = f"urn:ioc:G09:{code}"
    if BY_NAME[name].of_itself:
        wire["data"]["system_code"] = code
    wire["subject"] = wire["data"][BY_NAME[name].subject_field]
    return orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)


def test_sources_state_types_that_exist_and_every_type_has_one() -> None:
    assert {type_ for source in SOURCES.values() for type_ in source.types} == {
        kind.type for name, kind in BY_NAME.items() if name != CANARY
    }
    assert sources_of("alert.transitioned") == sources_of("event.rejected") == ["ioc"]
    assert {kind.topic for kind in BY_NAME.values()} == set(EVENT_TOPICS)


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {CANARY}))
def test_landing_counts_it_from_its_source_on_its_topic(name: str) -> None:
    topic = BY_NAME[name].topic.name
    for code in SOURCES:
        raw = from_source(name, code)
        key = f"G09/{orjson.loads(raw)['subject']}".encode()
        row = read(Record(1, 1_795_000_000_000, key, raw), NOW, RULES, topic)
        assert row.reason == ("" if code in sources_of(name) else Reason.unauthorised_source), code
    other = next(each.name for each in EVENT_TOPICS if each.name != topic)
    with pytest.raises(EventRefused, match=f"expected a type that travels on {other}"):
        decode(from_source(name, sources_of(name)[0]), rules=RULES, now=NOW, topic=other)


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {CANARY}))
def test_the_gateway_takes_it_from_its_source_alone(name: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path, now=NOW) as door:
            mine = sources_of(name)
            answer = await door.post(from_source(name, mine[0]), key=KEYS[mine[0]])
            assert answer.status_code == 202
            (record,) = door.outlet.records
            assert record.topic == BY_NAME[name].topic.name
            other = next((code for code in SOURCES if code not in mine), None)
            if other:
                answer = await door.post(from_source(name, other), key=KEYS[other])
                assert answer.status_code == 403

    asyncio.run(run())
