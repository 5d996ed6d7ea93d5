"""What two persons decided holds from its day on, whatever is decided later; what does not fit is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ioc.alerts import Rules
from ioc.deciding import Decided, NotDecidable, checked, in_force, rules_of
from ioc.decisions import NUMBERED, Change, Decision, Limit, Stage, holding
from ioc.kpis import Kpis

KPIS, RULES = Kpis.load(), Rules.load()
NOW = datetime(2026, 3, 10, 3, tzinfo=UTC)
TODAY, FIRST, LATER = date(2026, 3, 10), date(2026, 4, 1), date(2026, 7, 1)


def change(what: str = "target", about: str = "task_on_time_rate", **more: Any) -> Change:
    said = {"valid_from": FIRST, "reason": "yearly_plan", **more}
    return Change.model_validate({"what": what, "about": about, **said})


def decided(change: Change, stage: Stage = Stage.approved, hours: int = 0) -> Decision:
    at = NOW + timedelta(hours=hours)
    return Decision(uuid4(), change, "quan_tri_1", "platform_admin", at, at, stage, ended_at=at)


def target(
    decisions: list[Decision], on: date, kpi: str = "task_on_time_rate", dim: str = ""
) -> float | None:
    return Decided(KPIS, decisions).on(on)[kpi].target(on, dim)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_target_holds_from_its_day_if_two_persons_decided_it(stage: Stage) -> None:
    before = KPIS["task_on_time_rate"].target(FIRST)
    made = [decided(change(value=61), stage)]
    assert target(made, FIRST - timedelta(days=1)) == before
    stands = stage in (Stage.approved, Stage.taken)
    assert target(made, FIRST) == target(made, LATER) == (61 if stands else before)


def test_the_last_to_begin_holds_and_of_one_day_the_last_to_be_approved() -> None:
    made = [
        decided(change(value=65, valid_from=LATER), hours=1),
        decided(change(value=63), hours=3),
        decided(change(value=62), hours=2),
    ]
    assert [target(made, each) for each in (FIRST, LATER)] == [63, 65]


def test_a_kind_has_a_target_of_its_own_and_the_whole_keeps_its_own() -> None:
    name = "doc_urgent_assign_minutes_p95"
    made = [decided(change(about=name, value=10, dim="hoa_toc"))]
    assert target(made, FIRST, name, "hoa_toc") == 10
    assert target(made, FIRST, name) == KPIS[name].target(FIRST)
    shown = in_force(Decided(KPIS, made).on(FIRST)[name], FIRST)
    assert {each["dim"]: each["value"] for each in shown}["hoa_toc"] == 10


def test_a_change_means_the_target_that_counts_on_its_day() -> None:
    meant, before = checked(change(about="online_dossier_rate", value=70), KPIS, RULES, [], TODAY)
    dated = [each for each in KPIS["online_dossier_rate"].targets if each.by and each.by >= FIRST]
    assert meant.by == (min(each.by for each in dated if each.by) if dated else None)
    assert before == {"value": KPIS["online_dossier_rate"].target(FIRST)}
    with pytest.raises(NotDecidable, match="another one than holds already"):
        checked(change(value=before["value"], about="online_dossier_rate"), KPIS, RULES, [], TODAY)


def weights(**more: int) -> Change:
    return change("weights", "unit_dx_score", weights=more)


def _two() -> tuple[str, str, int, int]:
    """Two parts of one pillar and their points."""
    score = KPIS["unit_dx_score"].score
    assert score is not None
    pillar = next(each for each in score.pillars if len(each.parts) > 1 and each.parts[1].weight > 1)
    first, second, *_ = pillar.parts
    return first.name, second.name, first.weight, second.weight


def test_weights_hold_from_their_day_and_make_100_points() -> None:
    one, two, much, little = _two()
    other = {one: much + 1, two: little - 1}
    meant, before = checked(weights(**other), KPIS, RULES, [], TODAY)
    assert before == {one: much, two: little}
    kpis = Decided(KPIS, [decided(meant)])
    score = kpis.on(FIRST)["unit_dx_score"].score
    assert score is not None and sum(part.weight for part in score.parts) == 100
    assert {part.name: part.weight for part in score.parts}[one] == much + 1
    assert kpis.on(TODAY)["unit_dx_score"] == KPIS["unit_dx_score"]


@pytest.mark.parametrize(
    ("about", "said", "field"),
    [
        ("unit_dx_score", lambda one, two, much, little: {one: much + 1}, "weights"),
        ("unit_dx_score", lambda one, two, much, little: {one: much, two: little}, "weights"),
        ("unit_dx_score", lambda one, two, much, little: {"no_such_part": 5}, "weights"),
        ("task_on_time_rate", lambda one, two, much, little: {one: much + 1, two: little - 1}, "about"),
    ],
)
def test_weights_that_make_no_score_are_refused(about: str, said: Any, field: str) -> None:
    wished = change("weights", about, weights=said(*_two()))
    with pytest.raises(NotDecidable) as error:
        checked(wished, KPIS, RULES, [], TODAY)
    assert error.value.field == field


def test_weights_are_not_decided_behind_those_that_are_to_come() -> None:
    one, two, much, little = _two()
    first = decided(
        change("weights", "unit_dx_score", valid_from=LATER, weights={one: much + 1, two: little - 1})
    )
    with pytest.raises(NotDecidable, match="valid_from"):
        checked(weights(**{one: much - 1, two: little + 1}), KPIS, RULES, [first], TODAY)


def test_a_file_that_a_decision_no_longer_fits_keeps_its_own_weights() -> None:
    made = decided(change("weights", "unit_dx_score", weights={"gone": 7}))
    score = Decided(KPIS, [made]).on(FIRST)["unit_dx_score"].score
    assert score == KPIS["unit_dx_score"].score
    gone = decided(change(about="no_longer_there", value=5))
    assert {**Decided(KPIS, [gone]).on(FIRST)} == {**KPIS}


def test_a_threshold_moves_with_its_way_back() -> None:
    before = RULES["ontime_drop"].values
    assert before is not None and before.below is not None
    made = decided(change("threshold", "ontime_drop", limit="value", value=before.below - 5))
    after = rules_of(RULES, holding([made], FIRST))["ontime_drop"].values
    assert after is not None and after.below == before.below - 5
    if before.clear is not None and after.clear is not None:
        assert after.clear == before.clear - 5
    assert rules_of(RULES, holding([made], TODAY)) is RULES
    longer = decided(change("threshold", "source_silent", limit="after_minutes", value=9))
    assert rules_of(RULES, holding([longer], FIRST))["source_silent"].after_minutes == 9


@pytest.mark.parametrize(
    ("about", "limit", "value", "field"),
    [
        ("source_silent", Limit.value, 9, "limit"),
        ("source_silent", Limit.after_minutes, 2.5, "value"),
        ("source_silent", Limit.after_minutes, 20_000, "value"),
        ("no_such_rule", Limit.after_minutes, 9, "about"),
    ],
)
def test_a_threshold_that_a_rule_does_not_have_is_refused(
    about: str, limit: Limit, value: float, field: str
) -> None:
    with pytest.raises(NotDecidable) as error:
        checked(change("threshold", about, limit=limit, value=value), KPIS, RULES, [], TODAY)
    assert error.value.field == field


@pytest.mark.parametrize("number", ["12/QĐ-BNV", "118/2025/NĐ-CP", "33/CT-TTg", "766/QĐ-TTg", "5/KH-BNV"])
def test_numbers_of_documents(number: str) -> None:
    assert NUMBERED.fullmatch(number)


@pytest.mark.parametrize("text", ["", "QĐ-BNV", "012345678901", "12/QĐ-BNV của ông A", "12/abc", "0/QĐ-BNV"])
def test_what_is_no_number_of_a_document(text: str) -> None:
    assert not NUMBERED.fullmatch(text)
