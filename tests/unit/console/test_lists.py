"""The order of alerts and what is said of their time."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.lists import RANK, Alert, Entry, by_unit, due, ordered, time_words
from ioc.alerts import Rules
from ioc.reference import Catalogue
from tests.unit.console.offices import alert, instant

NOW = instant("2026-11-20 09:00")  # a Friday
RULES = Rules.load()
CALENDAR = Catalogue.load().calendar
ROLES = {"chanh_van_phong": "Chánh Văn phòng"}


def entry(minutes: float = 9, rule: str = "hoatoc_unassigned", now: datetime = NOW, **more: object) -> Entry:
    made = Alert.model_validate(alert("a", rule, now, minutes, **more))
    return Entry(made, due(made, RULES.get(rule), CALENDAR))


def words(one: Entry, now: datetime = NOW) -> str:
    return time_words(one, now, ROLES, CALENDAR)


def test_time_runs_until_the_alert_goes_on_to_the_next() -> None:
    # Five minutes by the clock, then the unit's records office is told; fifteen, then the head of office.
    assert words(entry(3)) == "còn 2 phút để tiếp nhận"
    assert words(entry(9)) == "quá hạn tiếp nhận 4 phút"
    assert entry(9).overdue(NOW) and not entry(3).overdue(NOW)


def test_once_taken_up_only_its_end_counts() -> None:
    taken = entry(9, acknowledged_at=NOW.isoformat(), status="acknowledged")
    assert words(taken) == "còn 6 phút trước khi báo Chánh Văn phòng"
    late = entry(20, acknowledged_at=NOW.isoformat(), status="acknowledged")
    assert words(late) == "quá hạn xử lý 5 phút"


def test_working_time_stands_still_at_the_weekend() -> None:
    friday, monday = instant("2026-11-20 16:30"), instant("2026-11-23 08:00")
    made = entry(0, "task_overdue", friday)  # 960 working minutes: two days
    assert made.due is not None and made.due.working
    assert words(made, friday) == "còn 2 ngày làm việc để tiếp nhận"
    assert words(made, monday) == "còn 1 ngày làm việc để tiếp nhận"
    before_noon = made.due.at - timedelta(hours=2)
    assert words(made, before_noon) == "còn 2 giờ làm việc để tiếp nhận"


def test_what_is_put_aside_says_until_when_and_is_not_overdue() -> None:
    until = (NOW + timedelta(minutes=30)).isoformat()
    shelved = entry(500, status="shelved", shelved_until=until)
    assert words(shelved) == "ẩn đến 09:30"
    assert not shelved.overdue(NOW)


def test_a_rule_that_is_gone_leaves_the_age() -> None:
    assert words(entry(120, "no_such_rule")) == "đã 2 giờ"


def test_units_stand_in_the_order_of_their_most_urgent_alert() -> None:
    found = [
        entry(1, "task_overdue", unit="G09.911"),
        entry(9, unit="G09.901", severity="critical"),
        entry(1, "task_overdue", unit="G09.901"),
    ]
    groups = by_unit(found, NOW)
    assert [(unit, len(group)) for unit, group in groups] == [("G09.901", 2), ("G09.911", 1)]


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(RANK)), st.integers(0, 300), st.booleans(), st.booleans()),
        max_size=12,
    )
)
def test_graver_before_lesser_late_before_early_put_aside_last(
    drawn: list[tuple[str, int, bool, bool]],
) -> None:
    made = []
    for severity, minutes, taken, shelved in drawn:
        status = "shelved" if shelved else "acknowledged" if taken else "raised"
        at = NOW.isoformat() if taken else None
        made.append(entry(minutes, severity=severity, status=status, acknowledged_at=at))
    found = ordered(made, NOW)
    assert sorted(map(id, found)) == sorted(map(id, made))
    keys = [(e.alert.status == "shelved", RANK[e.alert.severity], not e.overdue(NOW)) for e in found]
    assert keys == sorted(keys)
    assert ordered(found[::-1], NOW) == found
