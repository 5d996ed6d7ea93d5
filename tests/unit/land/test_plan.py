from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.land.plan import MAX_BYTES, Plan, PlanUnreadable, checksum, parse, token

TOPIC = UUID("4f7b2a10-0000-4000-8000-000000000001")

plans = st.builds(
    lambda topic, first, count, extra, crc: Plan(topic, first, first + count - 1 + extra, count, crc),
    st.uuids(),
    st.integers(0, 10**15),
    st.integers(1, 20_000),
    st.integers(0, 100),
    st.integers(0, 2**32 - 1),
)


@given(plans)
def test_what_was_committed_is_read_back(plan: Plan) -> None:
    assert parse(plan.first, plan.metadata) == plan
    assert len(plan.metadata.encode()) <= MAX_BYTES


def test_the_text_is_the_documented_one() -> None:
    assert Plan(TOPIC, 100, 109, 10, 0xAB).metadata == f"1;{TOPIC};109;10;000000ab"


def test_nothing_under_way_is_no_plan() -> None:
    assert parse(7, "") is None


@pytest.mark.parametrize(
    "metadata",
    [
        "x",
        "2;4f7b2a10-0000-4000-8000-000000000001;9;1;00000000",
        "1;4f7b2a10-0000-4000-8000-000000000001;9;1;00000000 ",
        "1;not-a-uuid;9;1;00000000",
        "1;4f7b2a10-0000-4000-8000-000000000001;9;11;00000000",  # more records than offsets
        "1;4f7b2a10-0000-4000-8000-000000000001;9;0;00000000",
        "1;4f7b2a10-0000-4000-8000-000000000001;-9;1;00000000",
    ],
)
def test_another_text_is_refused(metadata: str) -> None:
    with pytest.raises(PlanUnreadable):
        parse(0, metadata)


def test_a_plan_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PlanUnreadable):
        parse(10, f"1;{TOPIC};9;1;00000000")


values = st.lists(st.one_of(st.none(), st.binary(max_size=8)), max_size=6)


@given(values, values)
def test_the_checksum_tells_blocks_apart(one: list[bytes | None], other: list[bytes | None]) -> None:
    assert (checksum(one) == checksum(other)) == (one == other)


def test_a_token_names_cluster_topic_partition_and_range() -> None:
    names = {
        token("a", TOPIC, 0, 0, 9),
        token("b", TOPIC, 0, 0, 9),
        token("a", uuid4(), 0, 0, 9),
        token("a", TOPIC, 1, 0, 9),
        token("a", TOPIC, 0, 1, 9),
        token("a", TOPIC, 0, 0, 10),
    }
    assert len(names) == 6
