"""Tasks, archives, procedures, datasets, calls and alerts, by hand."""

from typing import Any

import pytest

from streams.reduce.derive.stages import Stages
from streams.reduce.facts import Event
from streams.reduce.payloads import COUNTED
from streams.reduce.worktime import DAY, FAR
from tests.unit.reduce.cases import event, fold, local, ms, only

BEGIN = "2026-03-02 08:00"
DUE = "2026-03-06 17:00"


def assigned(due: str = DUE, id: str = "a", **more: Any) -> Event:
    fields: dict[str, Any] = {
        "task_ref": "T",
        "program": "gov2025",
        "assigner_org": "G09",
        "lead_org": "G09.903",
        "coop_orgs": [],
        "priority": 1,
        "assigned_at": BEGIN,
        "due_at": due,
    }
    return event("task.assigned", id, BEGIN, **(fields | more))


def changed(state: str, at: str, seqno: int, new_due: str | None = None, progress: int = 0) -> Event:
    fields: dict[str, Any] = {
        "task_ref": "T",
        "state": state,
        "progress_pct": progress,
        "at": at,
        "new_due_at": new_due,
    }
    return event("task.changed", f"c{seqno}", at, seqno=seqno, **fields)


@pytest.mark.parametrize(("at", "on_time"), [("2026-03-06 23:00", 1), ("2026-03-07 00:00", 0)])
def test_a_task_is_in_time_on_the_date_it_was_due(at: str, on_time: int) -> None:
    case = only("task", [assigned(), changed("completed", at, 2, progress=100)])
    assert (case["on_time"], case["status"], case["ended_at"], case["open"]) == (
        on_time,
        "completed",
        ms(at),
        0,
    )


def test_an_extension_is_shown_and_does_not_forgive() -> None:
    events = [
        assigned(),
        changed("extended", "2026-03-05 09:00", 2, "2026-03-12 17:00", progress=40),
        changed("completed", "2026-03-10 09:00", 3, progress=100),
    ]
    case = only("task", events)
    assert (case["extended"], case["on_time"]) == (1, 0)
    assert (case["original_due_at"], case["due_at"]) == (ms(DUE), ms("2026-03-12 17:00"))
    assert list(zip(case["stage_from"], case["stage_state"], case["stage_due"], strict=True)) == [
        (ms(BEGIN), "assigned", ms(DUE)),
        (ms("2026-03-05 09:00"), "assigned", ms("2026-03-12 17:00")),
        (ms("2026-03-10 09:00"), "completed", ms("2026-03-12 17:00")),
    ]
    assert only("task", events[:2])["progress"] == 40


def test_a_task_that_is_returned_is_open_again() -> None:
    events = [
        assigned(),
        changed("completed", "2026-03-03 09:00", 2, progress=100),
        changed("returned", "2026-03-04 09:00", 3),
        changed("completed", "2026-03-05 09:00", 4, progress=100),
        changed("completed", "2026-03-09 09:00", 5, progress=100),
    ]
    assert only("task", events)["ended_at"] == ms("2026-03-05 09:00")
    case = only("task", events[:3])
    assert (case["open"], case["ended_at"], case["status"]) == (1, None, "returned")


def test_what_was_said_last_holds_also_of_the_days_before() -> None:
    """In progress, told on the 8th; then that it had been completed on the 5th: in time, and so shown."""
    events = [
        assigned(),
        changed("in_progress", "2026-03-08 09:00", 2, progress=50),
        changed("completed", "2026-03-05 09:00", 3, progress=100),
    ]
    case = only("task", events)
    assert (case["status"], case["open"], case["on_time"], case["progress"]) == ("completed", 0, 1, 100)
    assert case["ended_at"] == ms("2026-03-05 09:00")
    assert list(zip(case["stage_from"], case["stage_to"], case["stage_state"], strict=True)) == [
        (ms(BEGIN), ms("2026-03-05 09:00"), "assigned"),
        (ms("2026-03-05 09:00"), FAR, "completed"),
    ]


def test_a_cancelled_task_is_ended_and_never_in_time() -> None:
    case = only("task", [assigned(), changed("cancelled", "2026-03-03 09:00", 2)])
    assert (case["open"], case["on_time"], case["ended_at"]) == (0, 0, ms("2026-03-03 09:00"))


def test_steps_without_their_start_are_a_gap() -> None:
    case = only("task", [changed("completed", "2026-03-03 09:00", 2)])
    assert (case["gap"], case["opened_at"], case["unit"]) == (1, None, "G09.901")
    assert (case["stage_from"], case["on_time"]) == ([], 0)


def batch(operation: str, at: str, items: int, pages: int, *, high: bool = False) -> Event:
    fields: dict[str, Any] = {
        "batch_ref": "B",
        "archive_centre": "G09.913",
        "fonds_code": "F",
        "error_items": 1,
    }
    fields |= {"operation": operation, "items": items, "pages": pages, "high_use": high, "at": at}
    return event("archive.batch_processed", at + operation, at, source="luutru", **fields)


def test_a_batch_adds_up_over_time() -> None:
    events = [
        batch("digitised", "2026-03-04 08:00", 10, 70, high=True),
        batch("described", "2026-03-02 08:00", 12, 90),
        batch("digitised", "2026-03-03 08:00", 2, 20),
        batch("verified", "2026-03-05 08:00", 12, 90),
    ]
    case = only("archive", events)
    names = ("stage_from", "stage_described", "stage_digitised", "stage_highuse")
    assert list(zip(*(case[name] for name in names), strict=True)) == [
        (ms("2026-03-02 08:00"), 12, 0, 0),
        (ms("2026-03-03 08:00"), 12, 20, 0),
        (ms("2026-03-04 08:00"), 12, 90, 70),
    ]
    assert (case["stage_to"][-1], case["last_operation"], case["error_items"]) == (FAR, "verified", 4)


def procedure(action: str, at: str, **more: Any) -> Event:
    fields: dict[str, Any] = {
        "procedure_code": "P", "field_code": "viec_lam", "action": action, "online_level": "full",
        "online_eligible": True, "business_related": True, "statutory_days": 5.5, "fee_required": True,
        "announced_on_time": True, "published_on_time": True, "content_complete": False, "at": at,
    }  # fmt: skip
    return event("procedure.published", f"p{at}", at, source="csdl_tthc", **(fields | more))


def test_a_procedure_from_one_announcement_to_the_next() -> None:
    events = [
        procedure("created", "2026-03-02 08:00", online_level="partial"),
        procedure("updated", "2026-03-04 08:00", announced_on_time=False, paper_result=True),
        procedure("abolished", "2026-03-06 08:00", paper_result=True),
    ]
    case = only("procedure", events)
    assert (case["opened_at"], case["ended_at"]) == (ms("2026-03-02 08:00"), ms("2026-03-06 08:00"))
    assert (case["stage_active"], case["stage_level"]) == ([1, 1, 0], ["partial", "full", "full"])
    assert (case["stage_paper"], case["stage_fee_offered"]) == ([None, 1, 1], [0, 0, 0])
    assert case["announcements_in_time"] == [1, 0, 1]
    assert (case["statutory_days"], case["open"], case["unit"]) == (5.5, 0, "G09.901")


def assessment(at: str, wrong: int, id: str = "") -> Event:
    counts: dict[str, Any] = dict.fromkeys(COUNTED, 100) | {"error_records": wrong}
    return event(
        "dataset.assessed", at + id, at, dataset_code="d", org="G09.904", assessed_at=at, rule_version="1",
        **counts,
    )  # fmt: skip


def test_the_last_assessment_of_a_vietnamese_day_counts() -> None:
    early, late = assessment("2026-03-03 00:30", 5), assessment("2026-03-03 23:30", 2)
    cases = fold("dataset", [late, assessment("2026-03-02 23:30", 9), early])
    assert cases["d/G09.904/2026-03-02"]["error_records"] == 9
    assert cases["d/G09.904/2026-03-03"]["error_records"] == 2


def calls(at: str, ok: int, failed: int = 0) -> Event:
    fields: dict[str, Any] = {"system_code": "qlvb", "window_start": local(at), "ok": ok, "failed": failed}
    return event("interop.recorded", at, at, source="lgsp", **fields)


def test_a_system_is_connected_for_a_day_after_its_last_successful_call() -> None:
    events = [calls("2026-03-02 08:05", 0, 3), calls("2026-03-02 08:10", 2), calls("2026-03-02 08:40", 1, 1)]
    (case,) = fold("interop", [*events, events[0]]).values()
    assert (case["ok_calls"], case["failed_calls"]) == (3, 4)
    assert (case["stage_from"], case["stage_to"]) == (
        [ms("2026-03-02 08:10")],
        [ms("2026-03-02 08:40") + DAY],
    )
    assert set(fold("interop", [*events, calls("2026-03-02 09:00", 1)])) == {
        "qlvb/2026-03-02T01",
        "qlvb/2026-03-02T02",
    }
    assert only("interop", events[:1])["stage_from"] == []


def alert(state: str, at: str, seqno: int) -> Event:
    fields: dict[str, Any] = {
        "alert_ref": "A", "rule_id": "task_overdue", "org": "G09.901", "severity": "major", "state": state,
        "actor_role": "truc_ca_ioc", "at": at,
    }  # fmt: skip
    return event("alert.transitioned", f"s{seqno}", at, seqno=seqno, source="ioc", **fields)


def test_an_alert_from_raised_to_closed() -> None:
    events = [
        alert("raised", "2026-03-02 08:00", 1),
        alert("acknowledged", "2026-03-02 08:07", 2),
        alert("escalated", "2026-03-02 09:00", 3),
        alert("acknowledged", "2026-03-02 09:05", 4),
        alert("resolved", "2026-03-02 10:00", 5),
        alert("closed", "2026-03-02 11:00", 6),
    ]
    case = only("alert", events)
    assert (case["ack_seconds"], case["escalated"], case["status"]) == (420, 1, "closed")
    assert (case["ended_at"], case["open"], case["gap"]) == (ms("2026-03-02 10:00"), 0, 0)
    assert only("alert", events[1:2])["gap"] == 1
    assert only("alert", events[:1])["ack_seconds"] is None


def test_stages_of_one_instant_are_one_and_what_goes_on_is_not_cut() -> None:
    stages = Stages(1)
    for at, value in [(1, "a"), (2, "b"), (2, "a"), (3, "a"), (4, "b")]:
        stages.begin(at, value)
    assert stages.columns() == [[1, 4], [4, FAR], ["a", "b"]]
    stages.begin(2, "c")
    assert stages.columns() == [[1, 2], [2, FAR], ["a", "c"]], "said last, of what had begun before"
    stages.begin(1, "a")
    assert stages.columns() == [[1], [FAR], ["a"]]
    assert Stages(2).columns() == [[], [], [], []]
