"""Mending: codes only, where they stand, never who or what an event is about."""

from typing import Any

import orjson
import pytest

from ioc.contracts import TYPES, EventRefused, Reason, decode, encode
from ioc.contracts.mending import Mend, NotMendable, codes_of, mended, parse
from tests.unit.contracts.events import GOOD, NOW, RULES, event

IDENTITY = ("id", "source", "type", "subject", "time", "tenant", "seqno", "producedat", "correctionof")
PHONE = "0" + "912345678"


def document(name: str, **changes: Any) -> Any:
    return {**orjson.loads(encode(event(name))), **changes}


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("orgunit:G09.17=G09.917", Mend("orgunit", "G09.17", "G09.917")),
        ("orgunit=G09.901", Mend("orgunit", None, "G09.901")),
        ("data.channel:axis=paper", Mend("data.channel", "axis", "paper")),
    ],
)
def test_a_change_reads_as_it_is_written(text: str, mend: Mend) -> None:
    assert parse(text) == mend
    assert str(mend) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "orgunit", "orgunit:G09.17", "orgunit=", "orgunit:=G09.901", "=G09.901", "orgunit=a b"),
        *(f"{name}=x" for name in IDENTITY),
        *("data.doc_ref=x", "data.person_ref=x", "data.arrived_at=x", "data.recipient_count=3", "data.x=y"),
        *(f"orgunit={PHONE}", "orgunit=Toi-Mat", "data.channel=văn bản", "dataclass=internal"),
    ],
)
def test_what_is_no_code_is_no_change(text: str) -> None:
    with pytest.raises(NotMendable, match="a change: expected") as refused:
        parse(text)
    assert PHONE not in str(refused.value)


def test_no_type_lets_its_subject_or_anything_but_codes_be_mended() -> None:
    for kind in TYPES.values():
        held = codes_of(kind.type)
        assert held.isdisjoint({kind.subject_field, "classification"})
        sample = event(kind.name).data.__dict__
        assert all(isinstance(sample.get(name), str | tuple | None) for name in held), kind.name
        assert not [name for name in held if name.endswith(("_ref", "_at", "_total"))], kind.name


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_renamed_unit_makes_a_refused_event_good_and_keeps_its_name(name: str) -> None:
    renamed = document(name, orgunit="G09.17")
    with pytest.raises(EventRefused) as refused:
        decode(orjson.dumps(renamed), rules=RULES, now=NOW)
    assert refused.value.reason is Reason.unknown_unit
    changed = mended(renamed, [parse("orgunit:G09.17=G09.901")])
    found = decode(orjson.dumps(changed), rules=RULES, now=NOW).envelope
    before = event(name)
    assert found.model_copy(update={"orgunit": before.orgunit}) == before
    assert renamed["orgunit"] == "G09.17", "the original is left alone"


def test_a_unit_is_the_same_code_in_either_form() -> None:
    old = document("document.completed", orgunit="000.17.G09")
    assert mended(old, [parse("orgunit:G09.17=G09.901")])["orgunit"] == "G09.901"


def test_only_what_is_meant_changes() -> None:
    plain = document("document.received")
    assert mended(plain, [parse("orgunit:G09.17=G09.902")]) == plain
    changed = mended(plain, [parse("data.channel:axis=email"), parse("data.doc_type=to_trinh")])
    assert (changed["data"]["channel"], changed["data"]["doc_type"]) == ("email", "to_trinh")
    assert {key for key in plain["data"] if plain["data"][key] != changed["data"][key]} == {
        "channel",
        "doc_type",
    }


@pytest.mark.parametrize(
    "strange", [None, [], "text", 7, {}, {"type": 7}, {"type": "x", "orgunit": "G09.17"}]
)
def test_what_is_no_event_is_left_as_it_is(strange: Any) -> None:
    assert mended(strange, [parse("orgunit=G09.901")]) == strange
