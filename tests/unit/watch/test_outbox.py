"""What a target is told, and when: in time, together, and never a storm."""

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ioc.notify import Target
from streams.watch.alert import Transition
from streams.watch.notifying import Notifier, told_from
from streams.watch.outbox import GATHER_S, LONGEST_RETRY_S, Outbox
from tests.unit.watch.support import CATALOGUE, at, minutes, rule

CALENDAR = CATALOGUE.calendar
NOW = at("2026-03-02 09:00")


def step(ref: str, state: Any = "raised", severity: Any = "major", at: datetime = NOW) -> Transition:
    return Transition(ref, 1, "r", "G09.901", severity, state, "watch", at, count=3)


def box(**fields: Any) -> Outbox:
    return Outbox(Target.model_validate({"id": "t", "severities": ["major", "critical"], **fields}))


def test_what_waits_is_told_in_one_message() -> None:
    tested = box()
    for ref in "abc":
        tested.add(step(ref), "truc_ca_ioc", NOW)
    assert [each.ref for each in tested.batch(NOW)] == ["a", "b", "c"]
    tested.sent(tested.batch(NOW), NOW)
    assert tested.batch(NOW) == []


def test_only_what_the_target_is_for() -> None:
    tested = box(roles=["chanh_van_phong"])
    tested.add(step("a", severity="minor"), "chanh_van_phong", NOW)
    tested.add(step("b"), "truc_ca_ioc", NOW)
    tested.add(step("c", "escalated"), "chanh_van_phong", NOW)
    assert [each.ref for each in tested.batch(NOW)] == ["c"]


def test_too_many_messages_wait_for_room_and_are_told_together() -> None:
    tested = box(burst=2, window_minutes=10)
    for ref in "ab":
        tested.add(step(ref), "", NOW)
        tested.sent(tested.batch(NOW), NOW)
    for ref in "cde":
        tested.add(step(ref), "", NOW)
    assert tested.batch(NOW + minutes(9)) == []
    assert tested.next_at() == NOW + minutes(10)
    assert len(tested.batch(NOW + minutes(10))) == 3


def test_after_an_outage_one_message_tells_what_is_still_so() -> None:
    tested, now = box(), NOW
    for number in range(50):
        tested.add(step(f"a{number}"), "", now)
        tested.batch(now)
        tested.failed(now)
        now += minutes(1)
    for number in range(40):
        tested.add(step(f"a{number}", "resolved"), "", now)
    later = tested.next_at()
    assert later is not None and (later - now).total_seconds() <= LONGEST_RETRY_S
    assert [each.ref for each in tested.batch(later)] == [f"a{number}" for number in range(40, 50)]


def test_the_end_is_told_to_those_who_were_told_of_the_beginning() -> None:
    tested = box()
    tested.add(step("a"), "", NOW)
    tested.sent(tested.batch(NOW), NOW)
    tested.add(step("a", "resolved"), "", NOW)
    tested.add(step("b", "resolved"), "", NOW)
    assert [(each.ref, each.state) for each in tested.batch(NOW)] == [("a", "resolved")]


def test_what_somebody_has_taken_up_is_not_news() -> None:
    tested = box()
    tested.add(step("a"), "", NOW)
    tested.add(step("a", "acknowledged"), "", NOW)
    assert tested.batch(NOW) == []


def test_a_rule_with_hours_is_told_at_these_hours() -> None:
    timed = rule(notify_at=["08:00", "14:00"])
    assert told_from(timed, step("a"), NOW, CALENDAR) == at("2026-03-02 14:00")
    assert told_from(timed, step("a"), at("2026-03-02 14:30"), CALENDAR) == at("2026-03-03 08:00")
    assert (told_from(rule(), step("a"), NOW, CALENDAR) - NOW).total_seconds() == GATHER_S


def test_these_hours_are_those_of_working_days_unless_the_rule_is_never_quiet() -> None:
    friday = at("2026-03-06 15:00")
    quiet, loud = (rule(notify_at=["08:00"], quiet=each) for each in ("working_time", "never"))
    assert told_from(quiet, step("a"), friday, CALENDAR) == at("2026-03-09 08:00")
    assert told_from(loud, step("a"), friday, CALENDAR) == at("2026-03-07 08:00")
    assert told_from(quiet, step("a"), at("2026-03-07 07:00"), CALENDAR) == at("2026-03-09 08:00")


def test_messages_name_rule_unit_count_and_procedure() -> None:
    notifier = Notifier([], {"r": rule()}, lambda code: f"Đơn vị {code}", CALENDAR)
    title, text = notifier.message([step("a")])
    assert title == "[IOC] Nghiêm trọng: Quy tắc – Đơn vị G09.901 (phát sinh)"
    assert "02/03/2026 09:00" in text
    assert "Số trường hợp: 3" in text
    assert "1. Gọi" in text
    title, text = notifier.message([step("a"), step("b", "resolved")])
    assert title == "[IOC] 2 cảnh báo: 1 đang mở, 1 đã xong"
    assert text.count("•") == 2


@given(
    st.lists(
        st.tuples(
            st.integers(0, 600), st.sampled_from(["raised", "escalated", "resolved", "acknowledged"]),
            st.integers(0, 5), st.booleans(),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_never_more_messages_than_allowed(happened: list[tuple[int, Any, int, bool]]) -> None:
    tested, now, sent = box(burst=3, window_minutes=10), NOW, list[datetime]()
    for seconds, state, ref, works in happened:
        now += minutes(seconds / 60)
        tested.add(step(str(ref), state), "", now)
        if batch := tested.batch(now):
            if works:
                tested.sent(batch, now)
                sent.append(now)
            else:
                tested.failed(now)
                assert tested.batch(now) == []
    for first, fourth in zip(sent, sent[3:], strict=False):
        assert fourth - first >= minutes(10)
