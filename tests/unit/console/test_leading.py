"""What leaders are shown first, how units are ranked, and where the bar's marks stand."""

from datetime import date

from dashboards.console.leader_reading import VALUES
from dashboards.console.leading import exceptions, items, ranking, shown, sketch, track, verdict
from tests.unit.console.offices import instant, values

NOW = instant("2026-11-20 09:00")
ROWS = [dict(zip(VALUES, row, strict=True)) for row in values(NOW)]


def test_red_comes_first_then_off_pace_then_stale_and_the_rest_is_silent() -> None:
    found = exceptions(items(ROWS))
    assert [(each.kpi, each.verdict) for each in found] == [
        ("dossier_overdue_open", "red"),
        ("online_dossier_rate", "red"),
        ("archive_digitised_rate", "off_pace"),
        ("hr_sync_sla_rate", "stale"),
    ]


def test_old_data_is_never_called_good_nor_red() -> None:
    assert verdict({"fresh": 0, "band": "grey", "status": "off_pace"}) == "stale"
    assert verdict({"fresh": None, "band": "grey", "status": ""}) == "unknown"
    assert verdict({"fresh": 1, "band": "amber", "status": "on_pace"}) == "well"


def test_each_indicator_is_told_in_one_window() -> None:
    twice = [*ROWS, {**ROWS[0], "window": "day", "value": 1.0}, {**ROWS[4], "window": "month", "value": 1.0}]
    assert [each.kpi for each in items(twice)] == [row["kpi"] for row in ROWS]
    assert all(each.value != 1.0 for each in items(twice))


def test_a_deadline_that_passed_keeps_its_day() -> None:
    row = {**ROWS[0], "status": "passed", "deadline": date(2025, 12, 31), "target_by": date(2030, 12, 31)}
    (item,) = items([row])
    assert item.deadline == date(2025, 12, 31)


def ranked_row(unit: str, value: float | None, *, fresh: int = 1, enough: int = 1) -> dict[str, object]:
    return {"unit": unit, "value": value, "cases": 20, "fresh": fresh, "as_of": NOW, "enough": enough}


def test_units_without_enough_cases_or_with_old_data_have_no_place() -> None:
    rows = [
        ranked_row("G09.901", 80.0),
        ranked_row("G09.902", 100.0, enough=0),
        ranked_row("G09.903", 90.0),
        ranked_row("G09.904", 80.001),
        ranked_row("G09.905", 95.0, fresh=0),
        ranked_row("G09.906", None),
        ranked_row("G09.907", 70.0),
    ]
    up = [(each.place, each.unit) for each in ranking(rows, "up")]
    assert up == [(1, "G09.903"), (2, "G09.904"), (2, "G09.901"), (4, "G09.907"),
                  (0, "G09.902"), (0, "G09.905"), (0, "G09.906")]  # fmt: skip
    assert ranking(rows, "down")[0].unit == "G09.907"


def test_marks_stay_on_the_bar() -> None:
    red, *_ = items(ROWS)
    shown_red = track(red)
    assert shown_red is not None
    assert (shown_red.value, shown_red.target, shown_red.low, shown_red.high) == (61.8, 80.0, 61.0, 67.5)
    count = items(ROWS)[-1]
    bar = track(count)
    assert bar is not None and bar.target == 0.0 and 0 < bar.value <= 100
    assert track(items([{**ROWS[0], "value": None}])[0]) is None


def test_the_trend_leads_from_the_last_days_to_the_forecast() -> None:
    red = items(ROWS)[0]
    drawn = sketch(red, [58.0, 60.0, 61.8])
    assert drawn is not None
    assert drawn.past.split()[0].startswith("0.0,") and drawn.past.split()[-1].startswith("62.0,")
    assert drawn.ahead.startswith(drawn.past.split()[-1]) and drawn.ahead.split()[1].startswith("100,")
    assert drawn.aim == 2.0  # the target is the highest of all
    assert sketch(red, [61.8]) is None
    flat = sketch(items(ROWS)[-1], [0.0, 0.0])
    assert flat is not None and flat.ahead == "" and flat.band == ""


def test_numbers_carry_their_unit() -> None:
    assert shown(61.84, "percent") == "61,8%"
    assert shown(1234.0, "count") == "1.234"
    assert shown(None, "percent") == "—"
