"""Whatever arrives, the gateway answers from its contract: never 5xx for input, never 202 without Kafka."""

import asyncio
import copy
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.gateway.cloudevents import items
from producers.gateway.problems import Problem
from tests.unit.gateway.conftest import event, opened

KINDS = ("application/cloudevents+json", "application/cloudevents-batch+json", "application/json")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@st.composite
def disturbed(draw: st.DrawFn) -> Any:
    """A good event with one member taken out or replaced by anything."""
    made = copy.deepcopy(event())
    where = draw(st.sampled_from([made, made["data"]]))
    name = draw(st.sampled_from(sorted(where)))
    if draw(st.booleans()):
        del where[name]
    else:
        where[name] = draw(VALUES)
    return made


BODIES = (
    st.binary(max_size=300)
    | VALUES.map(lambda v: repr(v).encode("utf-8", "replace"))
    | disturbed().map(lambda value: repr(value).replace("'", '"').encode("utf-8", "replace"))
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    BODIES | st.lists(disturbed(), max_size=3).map(lambda v: repr(v).encode()),
    st.sampled_from(KINDS),
    st.booleans(),
)
def test_any_bytes(body: bytes, kind: str, binary: bool) -> None:
    async def drive() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(Path(folder)) as door:
                headers = {"ce-specversion": "1.0", "ce-id": "x"} if binary else {}
                answer = await door.post(body, kind=kind, **headers)
                published = len(door.outlet.published())
            assert answer.status_code < 500
            assert answer.status_code not in (200, 201)
            assert (answer.status_code == 202) <= (published > 0 or answer.json() == {"results": []})

    asyncio.run(drive())


@given(st.lists(VALUES.filter(lambda v: v == v), max_size=6), st.sampled_from(["", " ", "\n\t"]))
def test_items_of_a_batch_are_cut_out_unchanged(values: list[Any], space: str) -> None:
    try:
        texts = [orjson.dumps(value) for value in values]
    except TypeError:
        return
    body = b"[" + (space.encode() + b",").join(texts) + space.encode() + b"]"
    if not texts:
        body = b"[" + space.encode() + b"]"
    assert items(body) == texts


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1]2", b"[1 2]", b"\xff", b"[" * 9000]
)
def test_what_is_no_array_is_undecodable(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        items(body)
    assert refused.value.code == "undecodable"


def test_numbers_are_not_read() -> None:
    huge = b"9" * 6000
    assert items(b"[" + huge + b", 1e999, NaN]") == [huge, b"1e999", b"NaN"]
