"""Staff, by hand."""

from typing import Any

import pytest

from streams.reduce.facts import Event
from streams.reduce.worktime import FAR
from tests.unit.reduce.cases import PERSON, event, ms, only


def change(origin: str, completed: str) -> Event:
    return event(
        "hr.change_recorded", "a", completed, source="hrm", change_ref="C", person_ref=PERSON, org="G09.904",
        change_group="transfer", effective_at=completed, completed_at=completed, origin=origin,
    )  # fmt: skip


def synced(
    id: str, at: str, *, result: str = "ok", target: str = "national_db", org: str = "G09.904"
) -> Event:
    return event(
        "hr.record_synced", id, at, source="csdlqg_cbccvc", person_ref=PERSON, org=org, change_ref="C",
        target=target, result=result, fields_total=30, fields_filled=30, synced_at=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "at", "ok"),
    [
        ("system", "2026-03-07 10:00", 1),  # 24 hours, on a Saturday too
        ("system", "2026-03-07 10:01", 0),
        ("unit_entry", "2026-03-11 23:59", 1),  # Monday, Tuesday, Wednesday
        ("unit_entry", "2026-03-12 00:00", 0),
    ],
)
def test_the_legal_limit_of_a_change(origin: str, at: str, ok: int) -> None:
    case = only("hr_change", [change(origin, "2026-03-06 10:00"), synced("b", at)])
    assert case["on_time"] == ok
    assert case["settled_at"] == min(case["limit_at"], ms(at))


def test_an_external_change_has_no_limit() -> None:
    case = only("hr_change", [change("external", "2026-03-06 10:00"), synced("b", "2026-03-06 11:00")])
    assert (case["limit_at"], case["settled_at"], case["on_time"]) == (None, None, 0)


def test_only_a_success_at_the_national_database_synchronises() -> None:
    tries = [
        synced("b", "2026-03-06 11:00", result="failed"),
        synced("c", "2026-03-06 12:00", target="ministry_db"),
        synced("d", "2026-03-08 12:00"),
        synced("e", "2026-03-09 12:00"),
    ]
    case = only("hr_change", [change("system", "2026-03-06 10:00"), *tries])
    assert (case["ended_at"], case["on_time"]) == (ms("2026-03-08 12:00"), 0)


def spans(case: dict[str, list[object]]) -> list[tuple[object, ...]]:
    return list(zip(case["stage_from"], case["stage_to"], case["stage_unit"], strict=True))


def test_a_record_exists_from_success_to_failure() -> None:
    events = [
        synced("a", "2026-03-02 08:00"),
        synced("b", "2026-03-03 08:00"),
        synced("c", "2026-03-04 08:00", result="conflict"),
        synced("d", "2026-03-05 08:00", org="G09.905"),
    ]
    case = only("hr_record", events)
    assert spans(case) == [
        (ms("2026-03-02 08:00"), ms("2026-03-04 08:00"), "G09.904"),
        (ms("2026-03-05 08:00"), FAR, "G09.905"),
    ]
    assert (case["person"], case["last_result"]) == (PERSON, "ok")


def credential(id: str, at: str, action: str, until: str | None = None) -> Event:
    more: dict[str, Any] = {"valid_until": until} if until else {}
    return event(
        "hr.credential_issued", id, at, source="ca", person_ref=PERSON, org="G09.904", kind="e_card",
        action=action, **more,
    )  # fmt: skip


def test_a_credential_is_valid_until_it_ends_or_is_revoked() -> None:
    events = [
        credential("a", "2026-01-05 08:00", "issued", "2026-02-01 00:00"),
        credential("b", "2026-03-02 08:00", "renewed", "2027-03-02 00:00"),
        credential("c", "2026-06-01 08:00", "revoked"),
    ]
    case = only("credential", events)
    assert spans(case) == [
        (ms("2026-01-05 08:00"), ms("2026-02-01 00:00"), "G09.904"),
        (ms("2026-03-02 08:00"), ms("2026-06-01 08:00"), "G09.904"),
    ]
    assert (case["person"], case["kind"]) == (PERSON, "e_card")


def course(id: str, at: str, *, passed: bool = True, group: str = "dx", level: str = "basic") -> Event:
    return event(
        "training.completed", id, at, source="daotao", person_ref=PERSON, org="G09.904", course_group=group,
        level=level, passed=passed, hours=8, completed_at=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "end"),
    [("2026-03-02 08:00", "2027-03-02 08:00"), ("2028-02-29 08:00", "2029-02-28 08:00")],
)
def test_a_course_counts_for_twelve_months(at: str, end: str) -> None:
    case = only("training", [course("a", at), course("b", "2026-01-01 08:00", passed=False)])
    assert spans(case) == [(ms(at), ms(end), "G09.904")]


def test_a_skill_in_artificial_intelligence_is_had_for_good() -> None:
    def ai(id: str, at: str, level: str, *, passed: bool = True) -> Event:
        return course(id, at, passed=passed, group="ai", level=level)

    events = [
        ai("a", "2026-01-05 08:00", "basic"),
        ai("b", "2026-02-05 08:00", "proficient", passed=False),
        ai("c", "2026-03-05 08:00", "proficient"),
        ai("d", "2026-04-05 08:00", "basic"),
    ]
    case = only("training", events)
    assert (spans(case), case["proficient"]) == ([(ms("2026-03-05 08:00"), FAR, "G09.904")], 1)
    assert spans(only("training", events[:2])) == []


def test_a_source_was_last_heard_of_by_heartbeat_or_event() -> None:
    beat: dict[str, Any] = {
        "system_code": "ca",
        "status": "up",
        "interval_s": 60,
        "backlog": 3,
        "sent_total": 9,
    }
    events = [
        event("source.heartbeat", "h2", "2026-03-02 09:00", source="ca", sent_epoch=None, **beat),
        event(
            "source.heartbeat",
            "h1",
            "2026-03-02 08:00",
            source="ca",
            sent_epoch=None,
            **(beat | {"backlog": 7}),
        ),
        credential("a", "2026-03-02 10:00", "issued"),
    ]
    case = only("source", events)
    assert (case["opened_at"], case["heartbeat_at"]) == (ms("2026-03-02 10:00"), ms("2026-03-02 09:00"))
    assert (case["backlog"], case["event_type"], case["interval_s"]) == (3, "hr.credential_issued", 60)
