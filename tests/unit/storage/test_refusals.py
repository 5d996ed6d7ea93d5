"""Which row a refusal of the store blames."""

import pytest

from storage.client import blamed


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("DB::Exception: Constraint `c` for table ioc.t is violated at row 1. Expression: (a < 9).", 0),
        ("Constraint `c` for table ioc.t is violated at row 4711. Column values: a = 'row 3'", 4710),
        ("Too large string size", None),
        ("violated at row 0", None),
        ("there is a row 5", None),
    ],
)
def test_a_refusal_that_names_its_row_counts_from_one(text: str, row: int | None) -> None:
    assert blamed(text) == row
