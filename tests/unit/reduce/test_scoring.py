"""Points of a score: never below 0 or above 100, rising with each part, whatever the order of the parts."""

from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.composites import Pillar, Score, ScorePart
from ioc.kpis import Kpis
from ioc.scoring import Measured, Rule, declared_points, judged, rule, score, share, total
from ioc.words import Words
from storage.composites.dx_score import Known
from storage.composites.dx_score import points_of as points_of_unit
from storage.windows import Value, Window

RULES: tuple[Rule, ...] = ("value/target", "target/value", "1-numerator/denominator", "declared")
Case = tuple[list[Pillar], dict[str, Measured], dict[str, Rule]]


def pillar(id: str, *parts: ScorePart) -> Pillar:
    weight = sum(part.weight for part in parts)
    return Pillar(id=id, name=Words(vi=id, en=id), weight=weight, parts=parts)


def part(name: str, weight: int, *, declared: bool = False) -> ScorePart:
    return ScorePart(declared=name, weight=weight) if declared else ScorePart(kpi=name, weight=weight)


def number(how: Rule, value: float, *, left_out: bool = False) -> Measured:
    """A part whose number is `value` (per cent, minutes …)."""
    target = {"value/target": 80.0, "target/value": 10.0, "declared": 100.0}.get(how, 0.0)
    why = "too few" if left_out else ""
    if how == "1-numerator/denominator":
        return Measured(value, min(round(value), 100), 100, 100, target, why)
    return Measured(value, 0, 0, 0, target, why)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pillars, numbers, rules = [], {}, {}
    for letter in "abcd"[: draw(st.integers(1, 4))]:
        parts = []
        for place in range(draw(st.integers(1, 4))):
            name = f"{letter}{place}"
            how = draw(st.sampled_from(RULES))
            parts.append(part(name, draw(st.integers(1, 9)), declared=how == "declared"))
            rules[name] = how
            value = draw(st.floats(0, 200, allow_nan=False))
            numbers[name] = number(how, value, left_out=draw(st.booleans()) and draw(st.booleans()))
        pillars.append(pillar(letter, *parts))
    return pillars, numbers, rules


@given(cases())
def test_points_are_between_none_and_all(case: Case) -> None:
    found = score(*case)
    points = total(found)
    assert points is None or 0 <= points <= 100
    for each in found:
        measured = [part for part in each.parts if part.part.kpi is not None]
        assert (each.points is None) == all(part.share is None for part in measured)
        assert each.points is None or -1e-9 <= each.points <= each.counted + 1e-9
    counted = sum(each.counted for each in found)
    assert counted == pytest.approx(100) or all(each.points is None for each in found)
    assert sum(part.counted for each in found for part in each.parts) == pytest.approx(counted)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_pillars_and_parts_does_not_matter(case: Case, random: Random) -> None:
    pillars, numbers, rules = case
    shuffled = []
    for each in pillars:
        parts = list(each.parts)
        random.shuffle(parts)
        shuffled.append(pillar(each.id, *parts))
    random.shuffle(shuffled)
    assert total(score(shuffled, numbers, rules)) == total(score(pillars, numbers, rules))


@given(cases(), st.data(), st.floats(0, 200))
def test_a_better_part_never_costs_points(case: Case, data: st.DataObject, other: float) -> None:
    pillars, numbers, rules = case
    name = data.draw(st.sampled_from(sorted(numbers)))
    up = rules[name] in ("value/target", "declared")
    low, high = sorted((numbers[name].value or 0.0, other))
    worse, better = (low, high) if up else (high, low)
    out = bool(numbers[name].left_out)
    before = total(score(pillars, numbers | {name: number(rules[name], worse, left_out=out)}, rules))
    after = total(score(pillars, numbers | {name: number(rules[name], better, left_out=out)}, rules))
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before - 1e-9


@pytest.mark.parametrize(
    ("how", "measured", "expected"),
    [
        ("value/target", Measured(40.0, target=80.0), 0.5),
        ("value/target", Measured(90.0, target=80.0), 1),
        ("value/target", Measured(-5.0, target=30.0), 0),  # more procedures than before the reform
        ("value/target", Measured(0.0, target=0.0), 1),
        ("target/value", Measured(20.0, target=10.0), 0.5),
        ("target/value", Measured(0.0, target=10.0), 1),
        ("1-numerator/denominator", Measured(5.0, 5, 20, target=0.0), 0.75),
        ("1-numerator/denominator", Measured(0.0, 0, 0, target=0.0), 1),
        ("1-numerator/denominator", Measured(3.0, 3, 0, target=0.0), 0),
    ],
)
def test_shares(how: Rule, measured: Measured, expected: float) -> None:
    assert share(how, measured) == pytest.approx(expected)


def test_the_rule_follows_direction_and_target() -> None:
    assert (rule("up", 80), rule("down", 10), rule("down", 0)) == RULES[:3]


def points_of(weights: Mapping[str, int], left_out: str = "") -> tuple[float | None, ...]:
    pillars = [
        pillar("a", *(part(name, weight) for name, weight in weights.items() if name[0] == "a")),
        pillar("b", *(part(name, weight) for name, weight in weights.items() if name[0] == "b")),
    ]
    numbers = {name: number("value/target", 40, left_out=name in left_out.split()) for name in weights}
    found = score(pillars, numbers, dict.fromkeys(weights, "value/target"))
    return (*(each.points for each in found), total(found))


def test_what_is_left_out_is_shared_inside_its_pillar() -> None:
    weights = {"a1": 30, "a2": 10, "b1": 60}
    assert points_of(weights) == (20, 30, 50)
    assert points_of(weights, "a2") == (20, 30, 50)  # a1 bears all 40 of its pillar
    assert points_of(weights, "a1 a2") == (None, 50, 50)  # b bears all 100
    assert points_of(weights, "a1 a2 b1") == (None, None, None)


def test_what_is_said_gains_nothing_by_what_could_not_be_measured() -> None:
    pillars = [
        pillar("a", part("said", 10, declared=True), part("seen", 20), part("unseen", 20)),
        pillar("b", part("b1", 50)),
    ]
    numbers = {name: Measured(100.0, target=100.0) for name in ("said", "seen", "b1")}
    numbers["unseen"] = Measured(left_out="no source")
    rules: dict[str, Rule] = {"said": "declared", **dict.fromkeys(("seen", "unseen", "b1"), RULES[0])}
    weights = {
        each.part.name: each.counted for found in score(pillars, numbers, rules) for each in found.parts
    }
    assert weights == {"said": 10, "seen": 40, "unseen": 0, "b1": 50}
    numbers["seen"] = Measured(left_out="too few")  # nothing of the pillar but words: it is left out
    found = score(pillars, numbers, rules)
    assert [each.points for each in found] == [None, 100]
    assert declared_points(found) == 0


def test_words_alone_make_no_score() -> None:
    pillars = [pillar("a", part("said", 10, declared=True), part("seen", 90))]
    numbers = {"said": Measured(100.0, target=100.0), "seen": Measured(left_out="no source")}
    found = score(pillars, numbers, {"said": "declared", "seen": "value/target"})
    assert (total(found), judged(found)) == (None, 0)
    numbers["seen"] = Measured(40.0, target=80.0)
    found = score(pillars, numbers, {"said": "declared", "seen": "value/target"})
    assert (total(found), judged(found), declared_points(found)) == (55, 1, 10)


def test_a_part_of_one_kind_is_held_to_the_target_of_that_kind() -> None:
    kpi, day = "doc_urgent_assign_minutes_p95", date(2026, 3, 11)
    parts = [ScorePart(kpi=kpi, weight=40), ScorePart(kpi=kpi, dim="hoa_toc", weight=60)]
    of = Score(of="dx_score", pillars=(pillar("a", *parts),))
    span = Window("day", day, day, 0)
    values = [Value(kpi, dim, "G09", "day", 30, 1, 10, 30.0, None) for dim in ("", "hoa_toc")]
    (found,) = points_of_unit(of, "G09", span, Kpis.load(), values, Known(frozenset({kpi}), {}))
    assert [(part.measured.target, part.points) for part in found.parts] == [(30, 40), (15, 30)]
