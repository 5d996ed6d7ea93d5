"""Which runs share a judgement, and what each of them sees of it."""

from proof.faults import FAULTS, failpoints
from proof.oracle.asking import Found, Row
from proof.runs import groups


def test_failpoints_of_one_seed_share_and_every_other_fault_is_alone() -> None:
    work = [(FAULTS[name], seed) for seed in (1, 2) for name in ("C4", "G1", "F05", "S1", "C5")]
    assert [[fault.id for fault, _ in group] for group in groups(work)] == [
        *(["C4", "G1"], ["F05"], ["S1", "C5"]),
        *(["C4", "G1"], ["F05"], ["S1", "C5"]),
    ]
    seeds = [(fault, seed) for seed in (1, 2) for fault in failpoints.FAULTS]
    assert [len(group) for group in groups(seeds)] == [19, 19]
    assert list(groups([])) == []


def test_who_shares_a_stack_needs_none_of_its_own() -> None:
    kinds = {fault.kind for fault in FAULTS.values() if fault.together}
    assert len(kinds) == 1
    assert not any(fault.spoils or fault.waived for fault in FAULTS.values() if fault.together)


def row(offset: int) -> Row:
    return Row("ioc.hr", "t", 0, offset, "counted", "", "s", str(offset), "type", "subject", 1, "{}")


def test_a_run_sees_only_what_lies_between_its_offsets() -> None:
    place = "ioc.hr", 0
    whole = Found(rows=[row(n) for n in range(10)], records={(*place, n): b"" for n in range(10)})
    part = whole.between({place: 3}, {place: 7})
    assert [each.offset for each in part.rows] == [3, 4, 5, 6]
    assert sorted(offset for _, _, offset in part.records) == [3, 4, 5, 6]
    assert part.ends == {place: 7}
    assert whole.between({}, {place: 2}).rows == whole.rows[:2]
