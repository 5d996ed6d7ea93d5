"""Every sample file gets the verdict it names; good ones survive the way through the wire form."""

from pathlib import Path
from typing import Any

import orjson
import pytest

import ioc.contracts
from ioc.contracts import BY_NAME, TYPES, EventRefused, Reason, decode, encode, mask, schemas
from tests.unit.contracts.events import NOW, RULES

SAMPLES = Path(ioc.contracts.__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*/*.json"))


def _named(prefix: str) -> list[Any]:
    return [pytest.param(p, id=f"{p.parent.name}/{p.stem}") for p in FILES if p.name.startswith(prefix)]


@pytest.mark.parametrize("path", _named("good"))
def test_good_samples_are_accepted_and_survive_the_wire(path: Path) -> None:
    decoded = decode(path.read_bytes(), rules=RULES, now=NOW)
    assert decoded.kind.name == path.parent.name
    again = decode(encode(decoded.envelope), rules=RULES, now=NOW, topic=decoded.kind.topic.name)
    assert again == decoded
    assert encode(again.envelope) == encode(decoded.envelope)


@pytest.mark.parametrize("path", [*_named("bad"), *_named("forbidden")])
def test_other_samples_are_refused_for_the_named_reason(path: Path) -> None:
    sample = orjson.loads(path.read_bytes())
    with pytest.raises(EventRefused) as refused:
        decode(orjson.dumps(sample["event"]), rules=RULES, now=NOW)
    assert {"reason": refused.value.reason, "field": refused.value.field} == sample["expect"]


@pytest.mark.parametrize("path", _named("forbidden"))
def test_of_forbidden_samples_nothing_is_kept(path: Path) -> None:
    raw = orjson.dumps(orjson.loads(path.read_bytes())["event"])
    with pytest.raises(EventRefused) as refused:
        decode(raw, rules=RULES, now=NOW)
    assert refused.value.value == ""
    assert refused.value.reason in (Reason.personal_data, Reason.secret_marking)
    assert mask(raw) == ""


def test_each_type_has_good_bad_and_forbidden_samples() -> None:
    for name in BY_NAME:
        stems = {path.stem.split("-")[0] for path in (SAMPLES / name).glob("*.json")}
        assert stems == {"good", "bad", "forbidden"}, name


def test_the_committed_schemas_are_those_of_the_models() -> None:
    assert schemas.drift() == []


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_schema_may_grow_but_not_break(name: str) -> None:
    now = schemas.schema(BY_NAME[name])
    model = BY_NAME[name].model.__name__
    old = orjson.loads(orjson.dumps(now))
    assert schemas.breaks(old, now) == []
    fields = old["$defs"][model]["properties"]
    last = list(fields)[-1]
    grown = orjson.loads(orjson.dumps(now))
    grown["$defs"][model]["properties"]["new_flag"] = {"type": "boolean"}
    assert schemas.breaks(old, grown) == []
    grown["$defs"][model]["required"].append("new_flag")
    assert schemas.breaks(old, grown) == [f"/$defs/{model}/required/new_flag"]
    del grown["$defs"][model]["properties"][last]
    assert f"/$defs/{model}/properties/{last}" in schemas.breaks(old, grown)


def test_types_are_numbered_and_named_once() -> None:
    assert len({kind.n for kind in TYPES.values()}) == len(TYPES) == len(BY_NAME) == 27
    assert all(
        kind.dataclass == ("personal" if kind.topic.personal else "internal") for kind in TYPES.values()
    )
