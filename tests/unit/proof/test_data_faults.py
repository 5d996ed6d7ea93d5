"""What the faults of late, poisonous and other-versioned data expect, in plain Python."""

import json
from datetime import date

import pytest

from proof.faults.late import Marked, added, differing, restated
from proof.faults.poison import TOO_BUSY, late, rule_for
from proof.faults.versions import with_flags
from proof.harness.stack import ROOT
from proof.harness.trees import patched
from proof.oracle.events import Events
from proof.oracle.journal import GOOD
from proof.versions import EDITS, FIELDS, KIND, NEWER, OLDER, OURS

KPI, UNIT = "online_dossier_rate", "G09.901"
TODAY = date(2026, 11, 18)  # a Wednesday


def test_a_closed_day_that_changed_is_marked_and_its_windows_and_nothing_else() -> None:
    shown = {(KPI, UNIT, "2026-11-17"): (1, 2), (KPI, UNIT, "2026-10-01"): (1, 2)}
    known = added(shown, {(KPI, UNIT, "2026-11-17"): (1, 1), (KPI, UNIT, "2026-11-18"): (1, 1)})
    found = restated(shown, known, TODAY)
    assert found.days == {(KPI, UNIT, "2026-11-17"), (KPI, "G09", "2026-11-17")}
    assert found.windows == {(KPI, u, w) for u in (UNIT, "G09") for w in ("week", "month", "ytd")}


def test_the_same_share_of_more_cases_is_the_same_number() -> None:
    shown = {(KPI, UNIT, "2026-11-17"): (1, 2)}
    assert restated(shown, added(shown, {(KPI, UNIT, "2026-11-17"): (2, 4)}), TODAY) == Marked(set(), set())


def test_what_was_not_shown_cannot_be_restated() -> None:
    late_only = {(KPI, UNIT, "2026-11-03"): (1, 1)}
    assert restated({}, late_only, TODAY) == Marked(set(), set())


def test_a_mark_too_few_and_one_too_many_are_named() -> None:
    one, other = (KPI, UNIT, "2026-11-17"), (KPI, UNIT, "month")
    said = list(differing(Marked({one}, set()), Marked(set(), {other})))
    assert len(said) == 2
    assert any("did not change" in each for each in said)
    assert any("is not marked" in each for each in said)


@pytest.mark.parametrize(
    ("usual", "took", "too_late"), [(0.4, 0.9, False), (0.4, 1.1, True), (2.0, 2.9, False), (2.0, 3.1, True)]
)
def test_poison_is_judged_by_itself_where_the_machine_has_time(
    usual: float, took: float, too_late: bool
) -> None:
    assert bool(late({"schema": took}, usual)) is too_late


def test_a_machine_that_is_too_busy_proves_nothing() -> None:
    assert TOO_BUSY not in {rule_for(usual) for usual in (0.2, 0.5, 3.0)}
    assert rule_for(3.1) == TOO_BUSY


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_another_version_of_the_contract_still_fits_the_code(version: str) -> None:
    for file in {where for where, _, _ in EDITS[version]}:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert patched(text, EDITS[version], file, version) != text


@pytest.mark.parametrize(
    ("flags", "centre", "way", "expect"),
    [
        ({}, OLDER, "door", GOOD),
        ({"store_returned": True}, OLDER, "door", "door:schema"),
        ({"store_returned": True}, OURS, "kafka", GOOD),
        ({"returned_by_post": False}, OURS, "kafka", "quarantine:schema"),
        ({"store_returned": True, "returned_by_post": False}, NEWER, "door", GOOD),
    ],
)
def test_a_centre_takes_what_it_knows_whole_and_nothing_else(
    flags: dict[str, bool], centre: str, way: str, expect: str
) -> None:
    stream = Events(1, "run", spelled=0.0).stream("motcua")
    told = next(each for each in stream if f".{KIND}." in each.type)
    made = with_flags(told, flags, FIELDS[centre], way)
    assert made.expect == expect
    assert json.loads(made.said) == json.loads(made.wire)["data"] == json.loads(told.said) | flags
