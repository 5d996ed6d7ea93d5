import struct

from hypothesis import given
from hypothesis import strategies as st

from streams.land import filter as module
from streams.land.filter import IdentityFilter

hashes = st.integers(0, 2**64 - 1)


def packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)


@given(st.lists(hashes), st.lists(hashes), st.lists(hashes))
def test_it_knows_what_was_loaded_or_marked_and_nothing_else(
    loaded: list[int], marked: list[int], asked: list[int]
) -> None:
    known = IdentityFilter()
    known.load([packed(loaded[:3]), packed(loaded[3:])], upto=10)
    known.mark(marked, upto=20)
    everything = set(loaded) | set(marked)
    assert known.maybe(asked + loaded + marked) == everything | (set(asked) & everything)
    assert known.upto == 20


def test_many_marks_move_into_the_array_without_being_lost() -> None:
    known = IdentityFilter()
    for start in range(0, 3 * module.MERGE_FROM, 1000):
        known.mark(range(start, start + 1000), upto=start)
    assert len(known) >= 3 * module.MERGE_FROM
    assert known.maybe([0, 2**63, 3 * module.MERGE_FROM - 1]) == {0, 3 * module.MERGE_FROM - 1}


def test_it_can_begin_again() -> None:
    known = IdentityFilter()
    known.load([packed([1, 2])], upto=5)
    known.forget()
    assert (known.maybe([1, 2]), known.upto, len(known)) == (set(), 0, 0)
