"""The alert machine, case by case."""

from dataclasses import replace
from typing import Any

import pytest

from ioc.commands import Seen
from ioc.roles import Roles
from streams.watch.alert import Impossible, Transition, applied
from streams.watch.machine import GONE, RETIRED, Look, Machine
from tests.unit.watch.support import CATALOGUE, UNITS, at, breach, look, machine, minutes, rule, second, wish

NOW = at("2026-03-02 09:00")


def raised(tested: Machine, since: str = "2026-03-02 08:55") -> Transition:
    (step,) = tested.observe(look(u901=breach(since)), NOW)
    return step


def test_a_breach_is_raised_once_with_its_owner_and_count() -> None:
    tested = machine(rule())
    seen = look(u901=breach("2026-03-02 08:55", count=3))
    (step,) = tested.observe(seen, NOW)
    assert (step.state, step.unit, step.to_role, step.count, step.seqno) == (
        "raised", "G09.901", "truc_ca_ioc", 3, 1,
    )  # fmt: skip
    assert tested.observe(seen, NOW + minutes(5)) == []


def test_counts_of_persons_are_not_told() -> None:
    tested = machine(rule(personal=True))
    (step,) = tested.observe(look(u901=breach("2026-03-02 08:55", count=3)), NOW)
    assert step.count is None


def test_a_breach_must_last_and_the_machine_says_when_to_look_again() -> None:
    tested = machine(rule(after_minutes=10))
    seen = look(u901=breach("2026-03-02 08:55"))
    assert tested.observe(seen, NOW) == []
    assert tested.next_at() == at("2026-03-02 09:05")
    assert tested.due(NOW) == frozenset()
    assert tested.due(at("2026-03-02 09:05")) == {"r"}
    assert [step.state for step in tested.observe(seen, at("2026-03-02 09:05"))] == ["raised"]


def test_a_breach_that_goes_before_its_time_starts_anew() -> None:
    tested = machine(rule(after_minutes=10))
    tested.observe(look(u901=breach("2026-03-02 08:55")), NOW)
    tested.observe(look(), NOW + minutes(1))
    assert tested.observe(look(u901=breach("2026-03-02 09:02")), at("2026-03-02 09:06")) == []


def test_it_ends_by_itself_only_when_gone_for_long_enough() -> None:
    tested = machine(rule(clear_minutes=5))
    raised(tested)
    assert tested.observe(look(), NOW + minutes(1)) == []
    assert tested.observe(look(u901=breach("2026-03-02 08:55")), NOW + minutes(4)) == []
    assert tested.observe(look(), NOW + minutes(7)) == []
    assert tested.next_at() == NOW + minutes(12)
    (step,) = tested.observe(look(), NOW + minutes(12))
    assert (step.state, step.reason, step.role) == ("resolved", GONE, "watch")
    assert tested.open == []


def test_between_the_limits_nothing_begins_and_nothing_ends() -> None:
    tested = machine(rule())
    between = Look("r", between=frozenset({"G09.901"}))
    assert tested.observe(between, NOW) == []
    raised(tested)
    assert tested.observe(between, NOW + minutes(60)) == []
    assert len(tested.open) == 1


def test_the_way_back_to_the_limit_is_not_time_that_it_was_gone() -> None:
    tested = machine(rule(clear_minutes=60))
    raised(tested)
    between = Look("r", between=frozenset({"G09.901"}))
    assert tested.observe(look(), NOW + minutes(10)) == []
    assert tested.observe(between, NOW + minutes(20)) == []
    assert tested.observe(between, NOW + minutes(65)) == []
    assert tested.observe(look(), NOW + minutes(71)) == []
    assert [step.state for step in tested.observe(look(), NOW + minutes(131))] == ["resolved"]


def test_a_look_that_cannot_be_trusted_changes_nothing() -> None:
    tested = machine(rule())
    blind = Look("r", trusted=False)
    assert tested.observe(replace(blind, breaches={"G09.902": breach("2026-03-02 08:00")}), NOW) == []
    raised(tested)
    assert tested.observe(blind, NOW + minutes(60)) == []
    assert [alert.status for alert in tested.open] == ["raised"]


def test_quiet_hours_wait_for_work_to_begin_unless_never_quiet() -> None:
    night = at("2026-03-02 22:00")
    quiet, loud = machine(rule(quiet="working_time")), machine(rule())
    seen = look(u901=breach("2026-03-02 21:00"))
    assert quiet.observe(seen, night) == []
    morning = quiet.next_at()
    assert morning is not None and at("2026-03-03 07:00") <= morning <= at("2026-03-03 08:30")
    assert [step.state for step in quiet.observe(seen, morning)] == ["raised"]
    assert [step.state for step in loud.observe(seen, night)] == ["raised"]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-06 16:59:20", "2026-03-06 16:59:20"),
        ("2026-03-06 17:00:00", "2026-03-09 08:00:00"),
        ("2026-03-06 11:59:20", "2026-03-06 11:59:20"),
        ("2026-03-06 12:10:00", "2026-03-06 13:00:00"),
        ("2026-03-09 08:00:00", "2026-03-09 08:00:00"),
    ],
)
def test_the_last_minute_of_a_session_is_working_time(now: str, opens: str) -> None:
    tested = machine(rule(quiet="working_time"))
    found = tested.observe(look(u901=breach("2026-03-06 10:00")), second(now))
    assert [step.at for step in found] == ([second(now)] if opens == now else [])
    assert opens == now or tested.next_at() == second(opens)


ESCALATING = rule(
    escalate=[
        {"role": "van_thu", "after_minutes": 5},
        {"role": "chanh_van_phong", "after_minutes": 15, "when": "open", "severity": "critical"},
    ]
)


def test_it_climbs_step_by_step_when_nobody_takes_it_up() -> None:
    tested = machine(ESCALATING)
    raised(tested)
    assert tested.advance(NOW + minutes(4)) == []
    assert tested.next_at() == NOW + minutes(5)
    (first,) = tested.advance(NOW + minutes(5))
    assert (first.state, first.to_role, first.severity) == ("escalated", "van_thu", "major")
    (second,) = tested.advance(NOW + minutes(15))
    assert (second.to_role, second.severity) == ("chanh_van_phong", "critical")
    assert tested.advance(NOW + minutes(999)) == []


def test_after_a_pause_every_step_that_was_due_is_made_in_order() -> None:
    tested = machine(ESCALATING)
    raised(tested)
    assert [step.to_role for step in tested.advance(NOW + minutes(60))] == ["van_thu", "chanh_van_phong"]


def test_who_takes_it_up_stops_the_steps_for_untouched_alerts_only() -> None:
    tested = machine(ESCALATING)
    raised(tested)
    tested.command(wish(tested.open[0], "acknowledge", NOW), NOW + minutes(1))
    assert [step.to_role for step in tested.advance(NOW + minutes(15))] == ["chanh_van_phong"]


def test_working_time_counts_for_escalation() -> None:
    tested = machine(rule(escalate=[{"role": "thu_truong_don_vi", "after_working_minutes": 480}]))
    raised(tested)
    assert tested.next_at() == at("2026-03-03 09:00")


def test_two_operators_do_not_overwrite_each_other() -> None:
    tested = machine(rule())
    raised(tested)
    seen = tested.open[0]
    first, second = wish(seen, "acknowledge", NOW), wish(seen, "assign", NOW, to_role="van_thu")
    assert isinstance(tested.command(first, NOW), Transition)
    assert tested.command(second, NOW) == "stale"
    assert tested.open[0].status == "acknowledged"


@pytest.mark.parametrize(
    ("action", "more", "reason"),
    [
        ("explain", {}, "reason_needed"),
        ("explain", {"reason_code": "khac"}, "reason_needed"),
        ("step", {"step": "khac"}, "step_unknown"),
        ("assign", {}, "whom_needed"),
        ("assign", {"to_unit": "G10"}, "unit_unknown"),
        ("escalate", {}, "whom_needed"),
        ("shelve", {}, "until_wrong"),
        ("shelve", {"until": NOW}, "until_wrong"),
        ("shelve", {"until": NOW + minutes(2881)}, "until_wrong"),
        ("close", {}, "illegal"),
    ],
)
def test_what_is_incomplete_is_refused_with_its_reason(
    action: str, more: dict[str, Any], reason: str
) -> None:
    tested = machine(rule())
    raised(tested)
    assert tested.command(wish(tested.open[0], action, NOW, **more), NOW) == reason
    assert tested.open[0].seqno == 1


def test_an_alert_that_never_was_is_refused() -> None:
    tested = machine(rule())
    raised(tested)
    gone = replace(tested.open[0], ref="khong-co")
    assert tested.command(wish(gone, "acknowledge", NOW), NOW) == "unknown_alert"


def test_running_a_step_takes_the_alert_up_and_keeps_who_has_it() -> None:
    tested = machine(rule())
    raised(tested)
    tested.command(wish(tested.open[0], "assign", NOW, to_role="van_thu", to_unit="G09.902"), NOW)
    done = tested.command(wish(tested.open[0], "step", NOW, step="goi"), NOW)
    assert isinstance(done, Transition)
    assert (done.state, done.step) == ("assigned", "goi")
    assert (tested.open[0].owner, tested.open[0].to_unit) == ("van_thu", "G09.902")


def test_a_shelved_alert_comes_back_when_its_time_is_over() -> None:
    tested = machine(ESCALATING)
    raised(tested)
    tested.command(wish(tested.open[0], "shelve", NOW, until=NOW + minutes(30)), NOW)
    assert tested.next_at() == NOW + minutes(30)
    assert tested.advance(NOW + minutes(29)) == []
    (back,) = tested.advance(NOW + minutes(30))
    assert (back.state, back.to_role) == ("raised", "truc_ca_ioc")
    assert tested.next_at() == NOW + minutes(35), "escalation begins anew"


def test_what_keeps_quiet_comes_back_from_shelving_when_work_begins() -> None:
    tested = machine(rule(quiet="working_time"))
    raised(tested)
    tested.command(wish(tested.open[0], "shelve", NOW, until=at("2026-03-02 22:00")), NOW)
    opens = at("2026-03-03 08:00")
    assert tested.next_at() == opens
    assert tested.advance(opens - minutes(1)) == []
    assert [step.state for step in tested.advance(opens)] == ["raised"]


def test_what_keeps_quiet_is_raised_again_in_working_time_only() -> None:
    tested = machine(rule(quiet="working_time", renew=True))
    raised(tested)
    tested.command(wish(tested.open[0], "acknowledge", NOW), NOW)
    more = look(u901=breach("2026-03-02 08:55", "2026-03-02 17:00", 2))
    assert tested.observe(more, at("2026-03-02 17:01")) == []
    opens = at("2026-03-03 08:00")
    assert tested.next_at() == opens
    assert [step.state for step in tested.observe(more, opens)] == ["raised"]


def test_a_shelved_alert_ends_when_nothing_breaches_any_more() -> None:
    tested = machine(rule())
    raised(tested)
    tested.command(wish(tested.open[0], "shelve", NOW, until=NOW + minutes(30)), NOW)
    assert [step.state for step in tested.observe(look(), NOW + minutes(1))] == ["resolved"]


def test_what_a_person_resolved_is_not_raised_again_for_the_same_cases() -> None:
    tested = machine(rule(again_minutes=60))
    raised(tested)
    tested.command(wish(tested.open[0], "resolve", NOW), NOW)
    same = look(u901=breach("2026-03-02 08:55"))
    assert tested.observe(same, NOW + minutes(1)) == []
    assert tested.next_at() == NOW + minutes(60)
    more = look(u901=breach("2026-03-02 08:55", "2026-03-02 09:05", 2))
    (step,) = tested.observe(more, NOW + minutes(6))
    assert step.state == "raised"


def test_what_a_person_resolved_but_stays_wrong_comes_back() -> None:
    tested = machine(rule(again_minutes=60))
    first = raised(tested)
    tested.command(wish(tested.open[0], "resolve", NOW), NOW)
    (again,) = tested.observe(look(u901=breach("2026-03-02 08:55")), NOW + minutes(60))
    assert again.ref != first.ref


STATE = {"view": "gaps", "breach": "sent_total > arrived"}
"""Of a state nobody knows when it began: `since` is when it is looked at."""


@pytest.mark.parametrize("restarted", [False, True])
def test_a_state_that_goes_on_is_what_the_person_resolved(restarted: bool) -> None:
    tested = machine(rule(again_minutes=60, cases=STATE))
    log: list[Transition] = list(tested.observe(look(u901=breach("2026-03-02 09:00")), NOW))
    done = tested.command(wish(tested.open[0], "resolve", NOW), NOW)
    assert isinstance(done, Transition)
    if restarted:
        tested = machine(rule(again_minutes=60, cases=STATE))
        tested.recover([*log, done])
    assert tested.observe(look(u901=breach("2026-03-02 09:30")), NOW + minutes(30)) == []
    assert tested.observe(Look("r", between=frozenset({"G09.901"})), NOW + minutes(40)) == []
    assert tested.observe(look(u901=breach("2026-03-02 09:59")), NOW + minutes(59)) == []
    (again,) = tested.observe(look(u901=breach("2026-03-02 10:00")), NOW + minutes(60))
    assert (again.state, again.ref != log[0].ref) == ("raised", True)


def test_a_state_that_was_gone_since_a_person_resolved_it_is_a_new_one() -> None:
    tested = machine(rule(again_minutes=60, cases=STATE))
    tested.observe(look(u901=breach("2026-03-02 09:00")), NOW)
    tested.command(wish(tested.open[0], "resolve", NOW), NOW)
    assert tested.observe(look(), NOW + minutes(10)) == []
    found = tested.observe(look(u901=breach("2026-03-02 09:20")), NOW + minutes(20))
    assert [step.state for step in found] == ["raised"]


def test_what_breaches_after_it_was_taken_up_raises_it_again_if_the_rule_says_so() -> None:
    calm, eager = machine(rule()), machine(rule(renew=True))
    for tested in (calm, eager):
        raised(tested)
        tested.command(wish(tested.open[0], "acknowledge", NOW), NOW)
        assert tested.observe(look(u901=breach("2026-03-02 08:55")), NOW + minutes(1)) == []
    more = look(u901=breach("2026-03-02 08:55", "2026-03-02 09:05", 2))
    assert calm.observe(more, NOW + minutes(6)) == []
    (step,) = eager.observe(more, NOW + minutes(6))
    assert (step.state, step.seqno, step.count) == ("raised", 3, 2)
    assert eager.observe(more, NOW + minutes(7)) == []


def test_a_resolved_alert_can_be_closed_and_then_nothing_more() -> None:
    tested = machine(rule())
    step = raised(tested)
    tested.command(wish(tested.open[0], "resolve", NOW), NOW)
    over = tested.get(step.ref)
    assert over is not None
    assert isinstance(tested.command(wish(over, "close", NOW), NOW), Transition)
    closed = tested.get(step.ref)
    assert closed is not None
    assert tested.command(wish(closed, "acknowledge", NOW), NOW) == "illegal"


def test_alerts_of_a_rule_that_is_gone_end() -> None:
    tested = machine(rule())
    step = raised(tested)
    heir = machine(rule("other"))
    heir.recover([step])
    (end,) = heir.advance(NOW + minutes(1))
    assert (end.state, end.reason) == ("resolved", RETIRED)


def test_impossible_transitions_are_refused() -> None:
    tested = machine(rule())
    step = raised(tested)
    with pytest.raises(Impossible):
        applied(None, replace(step, state="resolved"), rule())
    with pytest.raises(Impossible):
        applied(tested.open[0], replace(step, state="acknowledged", seqno=7), rule())


def test_a_stale_status_with_the_right_number_is_stale() -> None:
    tested = machine(rule())
    raised(tested)
    odd = wish(tested.open[0], "acknowledge", NOW, seen=Seen(status="shelved", seqno=1))
    assert tested.command(odd, NOW) == "stale"


@pytest.mark.parametrize(
    ("role", "action", "reason"),
    [
        ("auditor", "acknowledge", "not_permitted"),
        ("truc_ca_ioc", "shelve", "not_permitted"),
        ("lanh_dao_bo", "close", "not_permitted"),  # only what was carried up
        ("khach", "acknowledge", "role_unknown"),
    ],
)
def test_roles_decide_who_may_do_what(role: str, action: str, reason: str) -> None:
    plain = rule(escalate=[{"role": "lanh_dao_bo", "after_minutes": 5}])
    tested = Machine({"r": plain}, CATALOGUE.calendar, UNITS, Roles.load())
    raised(tested)
    until = NOW + minutes(10)
    assert tested.command(wish(tested.open[0], action, NOW, role=role, until=until), NOW) == reason
    tested.advance(NOW + minutes(5))
    assert isinstance(tested.command(wish(tested.open[0], "close", NOW, role="lanh_dao_bo"), NOW), Transition)
    assert tested.open == []


def test_closing_later_does_not_make_an_end_by_itself_one_by_hand() -> None:
    tested = machine(rule())
    step = raised(tested)
    tested.observe(look(), NOW + minutes(1))
    over = tested.get(step.ref)
    assert over is not None
    tested.command(wish(over, "close", NOW + minutes(60)), NOW + minutes(60))
    (again,) = tested.observe(look(u901=breach("2026-03-02 09:30")), NOW + minutes(61))
    assert (again.state, again.seqno) == ("raised", 1)
