"""What a briefing says: exceptions first, unknown never as good, every number with what it rests on."""

from dataclasses import replace
from datetime import date

import pytest

from dashboards.brief import words
from dashboards.brief.content import compose
from dashboards.brief.facts import Backlog, Late, Number
from dashboards.brief.model import Brief, Line
from ioc.briefing import Week
from tests.unit.brief.made import CLEAN, JOBS, KPIS, MERIT, NUMBERS, ON_TIME, OVERDUE, RECORDS, ROOT, facts


def line(brief: Brief, kpi: str) -> Line:
    name = KPIS[kpi].name.vi
    return next(each for section in brief.sections for each in section.lines if each.name == name)


def test_the_head_says_for_whom_when_and_how_recent() -> None:
    brief = compose(facts())
    assert brief.title == "Báo cáo giao ban tuần 47, năm 2026"
    assert (brief.unit, brief.period) == ("Bộ Nội vụ", "16/11/2026 – 22/11/2026")
    assert brief.as_of_said == "23/11/2026 00:00"
    assert brief.freshness.text.startswith("□ 1/2 nguồn dữ liệu im lặng")


def test_what_misses_its_target_by_most_stands_first_and_says_where() -> None:
    first, second, old = compose(facts()).matters
    assert (first.verdict, first.what) == (words.RED, "Hồ sơ quá hạn chưa giải quyết")
    assert first.stands == "14, mục tiêu ≤ 0; +3 so với tuần trước; 220 hồ sơ, sự việc"
    assert second.where == "Cục Việc làm 61,2 % (340); Cục Người có công 99,0 % (894)"
    assert old.verdict is words.OLD
    assert "Đánh giá chất lượng dữ liệu" in old.where


def test_every_line_has_verdict_change_and_documents() -> None:
    brief = compose(facts())
    missed = line(brief, ON_TIME)
    assert (missed.value, missed.target, missed.change) == ("91,2 %", "≥ 100 %", "−2,8")
    assert (missed.cases, missed.verdict) == ("1.234", words.RED)
    cited = [brief.sources[int(each.strip("[]")) - 1] for each in missed.sources.split()]
    assert [each.split("] ")[1] for each in cited] == [
        part.strip() for part in KPIS[ON_TIME].source.document.split(";")
    ]
    assert line(brief, "doc_on_time_rate").change == words.NOTHING, "nothing to compare with is no change"


def test_what_is_old_hidden_or_small_is_neither_good_nor_bad() -> None:
    brief = compose(facts())
    assert line(brief, CLEAN).verdict is words.OLD
    hidden = line(brief, RECORDS)
    assert (hidden.value, hidden.cases, hidden.verdict) == (words.NOTHING, words.NOTHING, words.HIDDEN)
    few = compose(facts(numbers=[Number(ON_TIME, ROOT, 100.0, None, 2)]))
    assert line(few, ON_TIME).verdict is words.FEW


def test_what_has_no_data_is_named_and_not_shown_as_zero() -> None:
    brief = compose(facts())
    assert "Mức độ hài lòng" in brief.doubts[-1]
    names = {each.name for section in brief.sections for each in section.lines}
    assert "Mức độ hài lòng" not in names
    assert any("3/22 đơn vị" in each for each in brief.doubts)
    assert any(each.startswith("Chưa kết nối 1 nguồn") for each in brief.doubts)


def test_overdue_work_by_unit_the_longest_first() -> None:
    brief = compose(facts())
    assert brief.works == ("Văn bản", "Hồ sơ", "PAKN", "Nhiệm vụ")
    jobs, merit, total = brief.backlog
    assert (jobs.unit, jobs.counts, jobs.total) == ("Cục Việc làm", ("1", "12", "–", "–"), "13")
    assert jobs.worst.startswith("H-00 (30 ngày); H-01 (29 ngày)")
    assert jobs.worst.endswith("VB-1 (trong ngày)")
    assert merit.worst == "H-90 (4 ngày); H-91 (4 ngày)", "equal ones by reference"
    assert (total.unit, total.counts, total.total) == ("Tổng", ("1", "14", "–", "–"), "15")


def test_a_long_list_says_how_many_it_leaves_out() -> None:
    late = tuple(Late(f"H-{n:03d}", 3) for n in range(40))
    units = [f"G09.9{n:02d}" for n in range(1, 15)]
    brief = compose(facts(backlogs=[Backlog("dossier", unit, 300, late) for unit in units]))
    assert brief.backlog[0].worst.endswith("; và 297 việc nữa")
    assert [row.unit for row in brief.backlog[-2:]] == ["4 đơn vị khác", "Tổng"]
    assert brief.backlog[-1].total == "4.200"


def test_only_trends_with_weeks_are_drawn() -> None:
    brief = compose(facts())
    assert [chart.title for chart in brief.charts] == ["Hồ sơ giải quyết trước, đúng hạn"]
    assert brief.charts[0].said.endswith("13 tuần: từ 97,2 % đến 91,2 %")


def test_targets_that_will_be_missed_come_first() -> None:
    first, second = compose(facts()).forecasts
    assert first.startswith("▼ không kịp: Dữ liệu sạch, mục tiêu 95 % vào 31/12/2026, dự kiến 71,0 %")
    assert second.startswith("▲ đang kịp")


def test_a_unit_speaks_of_itself() -> None:
    brief = compose(facts(unit=JOBS, names={JOBS: "Cục Việc làm"}, backlogs=()))
    assert (brief.unit, line(brief, OVERDUE).value) == ("Cục Việc làm", "12")
    assert brief.backlog == ()
    assert brief.backlog_note == "Không có việc nào quá hạn."


def test_a_quiet_week_has_no_matters() -> None:
    good = [replace(each, value=100.0) for each in NUMBERS if each.kpi == ON_TIME and each.unit != MERIT]
    assert compose(facts(numbers=good)).matters == ()


def test_order_of_facts_changes_nothing() -> None:
    made = facts()
    turned = facts(numbers=made.numbers[::-1], backlogs=made.backlogs[::-1])
    assert compose(turned) == compose(made)


@pytest.mark.parametrize(("on", "said"), [
    (date(2026, 1, 1), "≥ 80 % (hạn 31/12/2025 đã qua)"),
    (date(2025, 6, 1), "≥ 80 % (31/12/2025)"),
])  # fmt: skip
def test_a_deadline_that_passed_is_not_replaced(on: date, said: str) -> None:
    assert words.target(KPIS["online_dossier_rate"], on) == said


def test_a_week_up_to_a_date_is_compared_with_the_same_days() -> None:
    week = Week.until(date(2026, 11, 18))
    assert (week.code, week.start, week.last) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 18))
    assert week.before == Week(date(2026, 11, 9), date(2026, 11, 11))
