"""Seeded bugs still fit the code, verdicts never pass without evidence."""

import pytest

from proof.bugs import BUGS, Bug
from proof.faults import FAULTS
from proof.harness.stack import ROOT
from proof.harness.trees import Drifted, patched
from proof.results import FAIL, PASS, SKIPPED, UNVERIFIED, Result
from proof.seeded import LANE


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_each_seeded_bug_fits_the_code_and_changes_it(bug: Bug) -> None:
    for file in {where for where, _, _ in bug.edits}:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert patched(text, bug.edits, file, bug.id) != text
    assert bug.fault in FAULTS


def test_there_are_ten() -> None:
    assert len({bug.id for bug in BUGS}) == 10


def test_a_patch_that_has_drifted_is_an_error() -> None:
    bug = Bug("x", "x", "F05", ("I1",), ((LANE, "nothing like it", "x"),))
    with pytest.raises(Drifted):
        patched("class Lane: ...", bug.edits, LANE, bug.id)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"I1": PASS, "I2": FAIL, "I3": UNVERIFIED}, FAIL),
        ({"I1": PASS, "I2": UNVERIFIED}, UNVERIFIED),
        ({"I1": PASS, "I9": SKIPPED}, PASS),
        ({"I1": SKIPPED}, SKIPPED),
        ({}, SKIPPED),
    ],
)
def test_an_outcome_is_its_worst_invariant(said: dict[str, str], outcome: str) -> None:
    assert Result("F00", "", 1, "", invariants=said).outcome == outcome


def test_every_fault_of_the_matrix_is_there_or_says_what_is_missing() -> None:
    covered_by_another = {"F30": "F29", "F31": "F29"}
    for number in range(1, 46):
        name = f"F{number:02d}"
        assert covered_by_another.get(name, name) in FAULTS, name
    points = {*(f"P{n}" for n in range(1, 4)), *(f"G{n}" for n in range(1, 6))}
    points |= {*(f"C{n}" for n in range(1, 9)), *(f"S{n}" for n in range(1, 4))}
    assert points <= FAULTS.keys()
    assert len(points) == 19
