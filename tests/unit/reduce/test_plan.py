"""Plans survive the commit; damage is told."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reduce.plan import LIMIT, STORED, Plan, PlanUnreadable, load, load_vector

VECTORS = st.dictionaries(st.tuples(st.uuids(), st.integers(0, 999)), st.integers(0, 2**63 - 1), max_size=20)


@given(st.integers(1, 2**40), VECTORS)
def test_a_plan_is_read_as_it_was_written(tick: int, vector: dict[tuple[UUID, int], int]) -> None:
    number, text = load(Plan(tick, vector).dump())
    assert (number, load_vector(text)) == (tick, vector)


def test_the_plan_of_eleven_partitions_fits_many_times() -> None:
    topics = [UUID(int=n) for n in range(100)]
    assert len(Plan(10**9, {(topic, 0): 10**12 for topic in topics}).dump()) < LIMIT


def test_a_reference_names_the_tick_only() -> None:
    assert load(Plan(7, {(UUID(int=1), 0): 5}).reference()) == (7, STORED)


@pytest.mark.parametrize("text", ["", "1;2", "1;7;00000000;@", "2;7;00000000;@", "1;2;3;4;5"])
def test_damage_is_told(text: str) -> None:
    with pytest.raises(PlanUnreadable):
        load(text)


def test_a_damaged_vector_is_told() -> None:
    with pytest.raises(PlanUnreadable):
        load_vector("abc:1")
