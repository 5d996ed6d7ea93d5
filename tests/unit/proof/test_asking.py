"""The ledger is read in stretches: each offset once, none twice."""

from hypothesis import given
from hypothesis import strategies as st

from proof.oracle.asking import STRETCH, stretches


@given(st.integers(0, 10 * STRETCH), st.integers(-STRETCH, 5 * STRETCH))
def test_stretches_follow_each_other_without_a_gap(first: int, more: int) -> None:
    listed = list(stretches(first, first + more))
    assert all(0 < upto - at <= STRETCH for at, upto in listed)
    assert [at for at, _ in listed[1:]] == [upto for _, upto in listed[:-1]]
    assert (listed[0][0], listed[-1][1]) == (first, first + more) if listed else more <= 0
