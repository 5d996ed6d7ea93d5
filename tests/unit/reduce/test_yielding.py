"""Landing goes first in a flood, and only then."""

from hypothesis import given
from hypothesis import strategies as st

from streams.reduce.yielding import FLOOD, LONGEST_S, REST, rest_s


def test_a_calm_ledger_costs_no_rest() -> None:
    assert rest_s(2.0, FLOOD - 1) == 0.0


def test_in_a_flood_the_reducer_takes_a_fifth() -> None:
    assert rest_s(1.0, FLOOD) == REST == 4.0


@given(st.floats(min_value=0, max_value=600), st.integers(min_value=0, max_value=10**9))
def test_values_move_all_the_same(took: float, in_flight: int) -> None:
    assert 0.0 <= rest_s(took, in_flight) <= LONGEST_S
