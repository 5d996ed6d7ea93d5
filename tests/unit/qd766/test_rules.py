"""The arithmetic of QĐ 766, and the file it stands in."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ioc import qd766
from ioc.errors import SettingsError
from ioc.periods import Period
from ioc.qd766 import Line, Rule, load, one_more, points, total
from ioc.yamlfiles import PACKAGED

RULES = load()
LINES = {line.metric.id: line for line in RULES.on(date(2026, 10, 1))}
lines = st.sampled_from(list(LINES.values()))


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "expected"),
    [
        ("2.1", 161_553, 165_139, "19.57"),
        ("3.1", 52, 89, "1.46"),
        ("3.2", 516, 1884, "1.10"),
        ("3.3", 589_496, 597_894, "6"),
        ("3.6", 309_542, 358_625, "5.18"),
        ("3.5b", 119, 313, "0.95"),
        ("3.5", 68, 313, "0.54"),
        ("5.4", 528_464, 597_918, "5.89"),
        ("5.2", 296, 570, "3.12"),
        ("5.3", 230, 570, "2.42"),
        ("4.1", 145_055, 165_139, "5.27"),
        ("4.2", 65_592, 165_139, "1.59"),
        ("4.3", 79_981, 165_139, "1.21"),
        ("4.5b", 50_383, 165_139, "0.61"),
        ("3.5b", 18, 40, "1.13"),  # 1.125: half up
        ("1.1", 0, 0, None),
        ("2.1", 0, 0, "0"),
        ("5.2", 0, 0, "6"),
        ("5.3", 0, 0, "6"),
        ("5.4", 0, 0, "0"),
        ("3.6", 0, 0, None),
    ],
)
def test_points_as_published(metric: str, numerator: int, denominator: int, expected: str | None) -> None:
    found = points(LINES[metric].rule, numerator, denominator)
    assert found == (None if expected is None else Decimal(expected))


@given(lines, st.integers(0, 10**7), st.integers(0, 10**7))
def test_points_lie_between_nothing_and_the_maximum(line: Line, numerator: int, denominator: int) -> None:
    found = points(line.rule, numerator, denominator)
    assert found is None or 0 <= found <= line.rule.maximum
    assert (found is None) == (denominator == 0 and line.rule.empty == "none")


@given(lines, st.integers(1, 10**6), st.data())
def test_one_more_good_case_never_costs_and_adds_up(
    line: Line, denominator: int, data: st.DataObject
) -> None:
    numerator = data.draw(st.integers(0, denominator))
    gain = one_more(line.rule, numerator, denominator)
    before, after = (points(line.rule, n, denominator) for n in (numerator, min(numerator + 1, denominator)))
    assert gain is not None and before is not None and after is not None
    assert 0 <= gain <= line.rule.maximum
    assert before <= after
    assert abs((after - before) - gain) <= Decimal("0.01")


def test_more_good_cases_than_cases_gain_nothing() -> None:
    assert one_more(LINES["2.1"].rule, 7, 5) == 0
    assert one_more(LINES["2.1"].rule, 0, 0) is None


@given(st.lists(st.one_of(st.none(), st.decimals(0, 20, places=2))))
def test_a_sum_leaves_out_what_has_no_points(parts: list[Decimal | None]) -> None:
    known = [part for part in parts if part is not None]
    assert total(parts) == (sum(known, Decimal(0)) if known else None)


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ("90", "xuất sắc"),
        ("89.99", "tốt"),
        ("80", "tốt"),
        ("70", "khá"),
        ("69.99", "trung bình"),
        ("50", "trung bình"),
        ("49.99", "yếu"),
        ("0", "yếu"),
    ],
)
def test_bands(points: str, name: str) -> None:
    found = RULES.band(Decimal(points))
    assert found is not None and found.vi == name
    assert RULES.band(None) is None


def test_groups_add_up_as_the_decision_says() -> None:
    assert [group.maximum for group in RULES.groups] == [18, 20, 12, 10, 22, 18]
    assert sum(line.rule.maximum for line in LINES.values()) == 100


def test_before_the_first_rule_there_is_no_score() -> None:
    with pytest.raises(SettingsError, match="2026-01-01"):
        RULES.on(date(2025, 12, 31))


def test_a_rule_holds_from_its_day_on(tmp_path: Path) -> None:
    document = yaml.safe_load((PACKAGED / qd766.FILE).read_text(encoding="utf-8"))
    progress = document["groups"][1]["metrics"][0]
    progress["rules"].append({**progress["rules"][0], "valid_from": date(2027, 1, 1), "full_at": 0.95})
    rules = _rules(tmp_path, document)
    change = date(2027, 1, 1)
    shares = [
        next(line.rule.full_at for line in rules.on(day) if line.metric.id == "2.1")
        for day in (change - timedelta(days=1), change)
    ]
    assert shares == [1, Decimal("0.95")]


def _rules(folder: Path, document: object) -> qd766.Rules:
    (folder / "qd766.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("groups", 1, "maximum"), 21, "group progress"),
        (("maximum",), 99, "expected 99"),
        (("groups", 1, "metrics", 0, "id"), "1.1", "each id once"),
        (("groups", 1, "metrics", 0, "code"), "X", "code or its counters"),
        (("groups", 1, "metrics", 0, "own"), None, "own"),
        (("groups", 1, "metrics", 0, "own", "day"), "opened_at", "taken = on"),
        (("groups", 1, "metrics", 0, "rules", 0, "full_at"), 0, "greater than 0"),
        (("groups", 1, "metrics", 0, "rules", 0, "empty"), "null", "empty"),
        (("bands", 0, "at_least"), 10, "highest to the lowest"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(
    tmp_path: Path, path: tuple[str | int, ...], value: object, message: str
) -> None:
    document = yaml.safe_load((PACKAGED / qd766.FILE).read_text(encoding="utf-8"))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(SettingsError, match=message) as refused:
        _rules(tmp_path, document)
    assert "qd766.yaml" in str(refused.value)


def test_every_rule_was_checked_after_it_began() -> None:
    rules: list[Rule] = [rule for group in RULES.groups for each in group.metrics for rule in each.rules]
    assert all(rule.checked >= rule.valid_from for rule in rules)


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("2026-10", (2026, 10, 1), (2026, 10, 31)),
        ("2026-12", (2026, 12, 1), (2026, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2026-Q3", (2026, 7, 1), (2026, 9, 30)),
        ("2026-Q4", (2026, 10, 1), (2026, 12, 31)),
        ("2026", (2026, 1, 1), (2026, 12, 31)),
    ],
)
def test_periods(text: str, start: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    found = Period.parse(text)
    assert (found.name, found.start, found.last) == (text, date(*start), date(*last))


@pytest.mark.parametrize("text", ["", "2026-Q5", "2026-13", "2026-1", "Q3-2026", "26", "2026-10-01", "0001"])
def test_no_period(text: str) -> None:
    with pytest.raises(SettingsError, match="2026-Q3"):
        Period.parse(text)
