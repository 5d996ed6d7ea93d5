"""What would become of a refused record now: the door's own verdict, the original's own name."""

from typing import Any

import orjson
import pytest

from ioc.contracts import encode
from ioc.contracts.mending import parse
from ioc.desk import NoSuchPlace, Place, place_of
from streams.desk.judging import Judged, judge, settled
from tests.unit.contracts.events import NOW, RULES, event

CITIZEN = "001" + "203" + "045678"


def at(offset: int) -> Place:
    return Place("ioc.documents", 0, offset)


def raw(**changes: Any) -> bytes:
    return orjson.dumps({**orjson.loads(encode(event("document.completed"))), **changes})


def judged(offset: int, value: bytes | None, *mends: str) -> Judged:
    return judge(at(offset), value, [parse(each) for each in mends], RULES, NOW)


def test_mended_it_is_counted_under_the_name_it_came_with() -> None:
    renamed = raw(orgunit="G09.17")
    assert judged(1, renamed).reason == "unknown_unit"
    found = judged(1, renamed, "orgunit:G09.17=G09.901")
    assert found.event is not None
    before = event("document.completed")
    assert found.identity == (before.source, before.id)
    assert found.event.head.orgunit == "G09.901"


@pytest.mark.parametrize(
    ("value", "reason", "field"),
    [
        (None, "undecodable", ""),
        (b"", "undecodable", ""),
        (b"\xff\xfe", "undecodable", ""),
        (b'{"a":1,"a":2}', "undecodable", ""),
        (b'{"type":"vn.gov.ioc.document.burnt.v1"}', "unknown_type", "/type"),
        (raw(subject=CITIZEN), "personal_data", "/subject"),
        (raw(skylark=1), "schema", "/?"),
    ],
)
def test_what_is_still_wrong_says_why_and_never_what(value: bytes | None, reason: str, field: str) -> None:
    for mends in ((), ("orgunit:G09.17=G09.901",)):
        found = judged(1, value, *mends)
        assert (found.event, found.reason, found.field) == (None, reason, field)
        told = orjson.dumps(settled([found], {})[0].document()).decode()
        assert CITIZEN not in told
        assert "skylark" not in told


def test_of_two_under_one_name_the_first_counts() -> None:
    first, again = judged(1, raw()), judged(2, raw())
    other = judged(3, raw(orgunit="G09.902"))
    assert [each.verdict for each in settled([first, again, other], {})] == [
        "counted",
        "suppressed",
        "conflict",
    ]
    assert first.event is not None
    known = {first.identity: (at(0), first.event.fingerprint)}
    assert [(each.verdict, each.counted) for each in settled([again, other], known)] == [
        ("suppressed", at(0)),
        ("conflict", at(0)),
    ]


def test_a_refused_record_takes_no_name_from_a_good_one() -> None:
    bad = judged(1, raw(orgunit="G09.17"))
    assert [each.verdict for each in settled([bad, judged(2, raw())], {})] == ["rejected", "counted"]


@pytest.mark.parametrize("text", ["ioc.documents/0/123", "ioc.hr/0/0"])
def test_a_place_reads_as_it_is_written(text: str) -> None:
    assert str(place_of(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "ioc.documents", "ioc.documents/0", "ioc.documents/0/1/2", "ioc.documents/0/-1"),
        *("ioc.control/0/1", "ioc.nothing/0/1", "ioc.documents/x/1", "ioc.documents/0/"),
        *("ioc.documents/0/" + "9" * 19, "ioc.documents/0/\uff11"),
    ],
)
def test_a_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(NoSuchPlace):
        place_of(text)
