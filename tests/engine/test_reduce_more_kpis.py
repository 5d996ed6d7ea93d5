"""Tasks, archives, procedures, datasets, calls, alerts and more of dossiers, against numbers by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from storage.client import Store
from tests.engine.reducing import Bench, event
from tests.engine.test_reduce_documents import received as document
from tests.engine.test_reduce_kpis import clock, clocked, course, dossier, feedback, people, resolved

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"  # a Tuesday


@pytest.fixture(scope="module")
def bench(alone: Store) -> Bench:
    """All of them reduced together: what one kind of case counts for is no business of another."""
    made = Bench(alone, NOW)
    lists = (tasks, batches, procedures, assessments, hours, alerts, beside_the_way, used, handed_on, skills)
    made.reduce([each for listed in lists for each in listed()])
    return made


def assigned(ref: str, due: str, *, org: str = "G09.903", program: str = "minister") -> dict[str, Any]:
    data = {
        "task_ref": ref, "program": program, "assigner_org": "G09", "lead_org": org, "coop_orgs": [],
        "priority": 1, "assigned_at": "2026-03-02 08:00", "due_at": due,
    }  # fmt: skip
    return event("task.assigned", f"{ref}-a", "2026-03-02 08:00", data)


def changed(ref: str, state: str, at: str, seqno: int, new_due: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"task_ref": ref, "state": state, "progress_pct": 100 * (state == "completed")}
    more = {"new_due_at": new_due} if new_due else {}
    return clocked(event("task.changed", f"{ref}-{seqno}", at, data | more, seqno=seqno), at)


def tasks() -> list[dict[str, Any]]:
    return [
        assigned("A", "2026-03-06 17:00", program="gov2025"),
        changed("A", "completed", "2026-03-06 20:00", 2),  # the evening of the day due: in time
        assigned("B", "2026-03-05 17:00", program="gov2025"),
        changed("B", "extended", "2026-03-04 09:00", 2, "2026-03-12 17:00"),
        changed("B", "completed", "2026-03-09 09:00", 3),  # within the extension, not within the first date
        assigned("C", "2026-03-05 17:00"),  # open and overdue
        assigned("D", "2026-03-05 17:00", org="G09.904"),
        changed("D", "extended", "2026-03-04 09:00", 2, "2026-03-12 17:00"),  # overdue by its first date only
        assigned("E", "2026-03-20 17:00"),
        changed("E", "cancelled", "2026-03-04 09:00", 2),
        assigned("F", "2026-03-20 17:00", program="gov2025"),
        changed("F", "completed", "2026-03-03 09:00", 2),
        changed("F", "returned", "2026-03-04 09:00", 3),  # taken up again: open
    ]


def test_tasks(bench: Bench) -> None:
    assert bench.fraction("task_on_time_rate") == (1, 4)  # A, B completed; C, D past their first date
    assert bench.fraction("task_overdue_open") == (1, 3)  # C of C, D, F
    assert bench.fraction("task_overdue_open", "G09.904") == (0, 1)
    assert bench.fraction("gov10_task_completion") == (2, 10)
    assert bench.fraction("gov10_task_completion", name="day", on="2026-03-03") == (1, 10)  # F, then
    assert bench.fraction("gov10_task_completion", name="day", on="2026-03-05") == (0, 10)
    value = bench.value("gov10_task_completion")
    assert value is not None
    assert value.value == 2


def batch(ref: str, operation: str, at: str, *, items: int = 0, pages: int = 0, high: bool = False) -> Any:
    data = {
        "batch_ref": ref, "archive_centre": "G09.913", "fonds_code": "F1", "operation": operation,
        "items": items, "pages": pages, "error_items": 0, "high_use": high,
    }  # fmt: skip
    made = event("archive.batch_processed", f"{ref}-{operation}-{at}", at, data, source="luutru")
    return clocked(made, at)


def batches() -> list[dict[str, Any]]:
    return [
        batch("A", "described", "2026-03-02 09:00", items=120, pages=900),
        batch("A", "digitised", "2026-03-04 09:00", items=120, pages=900, high=True),
        batch("A", "verified", "2026-03-05 09:00", items=120, pages=900, high=True),
        batch("B", "digitised", "2026-03-03 09:00", items=10, pages=100),
        batch("B", "digitised", "2026-03-06 09:00", items=10, pages=60),
    ]


def test_archives(bench: Bench) -> None:
    on = bench.clock.now().date()
    items, pages, high = (
        bench.catalogue.baselines.total(name, "G09", on)
        for name in ("archive_items", "archive_pages", "archive_highuse_pages")
    )
    assert bench.fraction("archive_described_rate") == (120, items)
    assert bench.fraction("archive_digitised_rate") == (1060, pages)
    assert bench.fraction("archive_highuse_digitised_rate") == (900, high)
    assert bench.fraction("archive_digitised_rate", name="day", on="2026-03-04") == (1000, pages)
    assert bench.fraction("archive_highuse_digitised_rate", name="day", on="2026-03-03") == (0, high)


def procedure(code: str, at: str, *, unit: str = "G09.915", **more: object) -> dict[str, Any]:
    data = {
        "procedure_code": code, "field_code": "viec_lam", "action": "created", "online_level": "full",
        "online_eligible": True, "business_related": False, "statutory_days": 5, "fee_required": False,
        "announced_on_time": True, "published_on_time": True, "content_complete": True,
    }  # fmt: skip
    made = event("procedure.published", f"{code}-{at}", at, data | more, source="csdl_tthc", orgunit=unit)
    return clocked(made, at)


def procedures() -> list[dict[str, Any]]:
    return [
        procedure("1", "2026-03-02 09:00"),
        procedure("2", "2026-03-02 09:00", online_level="partial"),
        procedure("2", "2026-03-05 09:00", action="updated"),  # full from then on
        procedure("3", "2026-03-02 09:00", online_level="none", online_eligible=False),
        procedure("4", "2026-03-02 09:00", unit="G09.901", online_level="none"),
        procedure("5", "2026-03-02 09:00"),
        procedure("5", "2026-03-06 09:00", action="abolished"),
    ]


def test_procedures(bench: Bench) -> None:
    known = bench.catalogue.baselines.total("procedures", "G09", bench.clock.now().date())
    assert bench.fraction("online_procedure_rate") == (2, 3)
    assert bench.fraction("online_procedure_rate", "G09.915") == (2, 2)
    assert bench.fraction("online_procedure_rate", name="day", on="2026-03-04") == (2, 4)
    assert bench.fraction("procedure_reduction_rate") == (known - 4, known)
    assert bench.fraction("procedure_reduction_rate", name="day", on="2026-03-04") == (known - 5, known)


def assessment(code: str, at: str, wrong: int, org: str = "G09.904", id: str = "") -> dict[str, Any]:
    data = {
        "dataset_code": code, "org": org, "assessed_at": at, "records_total": 1000, "records_checked": 100,
        "verified_ok": 100 - wrong, "mandatory_total": 4000, "mandatory_filled": 4000 - wrong,
        "duplicates": wrong, "format_errors": wrong, "ref_errors": 0, "error_records": 2 * wrong,
        "stale_records": 3 * wrong, "rule_version": "1",
    }  # fmt: skip
    return event("dataset.assessed", f"{code}{org}{at}{id}", at, data, source="dq_job")


def assessments() -> list[dict[str, Any]]:
    return [
        assessment("cbccvc", "2026-03-03 20:00", 9),
        assessment("cbccvc", "2026-03-03 22:00", 4),  # the last of the day counts
        assessment("cbccvc", "2026-03-04 22:00", 2),
        assessment("viec_lam", "2026-03-04 22:00", 1, "G09.915"),
    ]


def test_data_quality(bench: Bench) -> None:
    assert bench.fraction("dq_correct_rate") == (96 + 98 + 99, 300)
    assert bench.fraction("dq_correct_rate", dim="cbccvc") == (96 + 98, 200)
    assert bench.fraction("dq_correct_rate", "G09.915") == (99, 100)
    assert bench.fraction("dq_complete_rate", name="day", on="2026-03-03") == (3996, 4000)
    assert bench.fraction("dq_clean_rate", name="day", on="2026-03-03") == (992, 1000)
    assert bench.fraction("dq_live_rate", name="day", on="2026-03-03", dim="cbccvc") == (988, 1000)


def calls(system: str, at: str, ok: int, unit: str = "G09.901") -> dict[str, Any]:
    data = {
        "system_code": system, "peer_code": "ngsp", "service_code": "s", "platform": "lgsp",
        "calls": ok + 1, "ok": ok, "failed": 1,
    }  # fmt: skip
    made = event("interop.recorded", f"{system}{at}", at, data, source="lgsp", orgunit=unit)
    made["data"]["window_start"] = made["time"].isoformat().replace("+00:00", "Z")
    return made


def hours() -> list[dict[str, Any]]:
    return [
        calls("qlvb", "2026-03-09 11:30", 3),
        calls("qlvb", "2026-03-09 11:31", 3),
        calls("qlvb", "2026-03-08 07:00", 3),
        calls("motcua", "2026-03-09 09:00", 3),  # 25 hours ago
        calls("luutru", "2026-03-10 09:00", 0, "G09.913"),  # nothing succeeded
        calls("hrm", "2026-03-10 09:00", 1, "G09.909"),
    ]


def test_connected_systems(bench: Bench) -> None:
    systems = bench.catalogue.baselines.total("systems", "G09", bench.clock.now().date())
    assert bench.fraction("interop_coverage_rate") == (2, systems)
    assert bench.fraction("interop_coverage_rate", name="day", on="2026-03-09") == (
        2,
        systems,
    )  # qlvb, motcua
    assert bench.fraction("interop_coverage_rate", name="day", on="2026-03-08") == (1, systems)
    own = bench.catalogue.baselines.total("systems", "G09.901", bench.clock.now().date())
    assert bench.fraction("interop_coverage_rate", "G09.901") == (1, own)
    hours = bench.store.query("SELECT count() FROM ioc.cases_interop FINAL WHERE system = 'qlvb'")
    assert hours == [(2,)]


def alert(ref: str, state: str, at: str, seqno: int, severity: str = "major") -> dict[str, Any]:
    data = {
        "alert_ref": ref, "rule_id": "source_silent", "org": "G09.919", "severity": severity, "state": state,
        "actor_role": "truc_ca_ioc",
    }  # fmt: skip
    made = event("alert.transitioned", f"{ref}-{seqno}", at, data, seqno=seqno, source="ioc")
    return clocked(made, at)


def alerts() -> list[dict[str, Any]]:
    events = []
    for n in range(1, 11):  # acknowledged after 1, 2, … 10 minutes
        ref = f"A{n}"
        events += [alert(ref, "raised", "2026-03-09 09:00", 1)]
        events += [alert(ref, "acknowledged", f"2026-03-09 09:{n:02}", 2)]
        events += [alert(ref, "acknowledged", "2026-03-09 11:00", 3), alert(ref, "closed", NOW, 4)]
    events += [alert("M", "raised", "2026-03-09 09:00", 1, "minor")]
    events += [alert("M", "acknowledged", "2026-03-09 10:00", 2, "minor")]
    return [*events, alert("U", "raised", "2026-03-09 09:00", 1)]  # nobody has seen it


def test_alerts(bench: Bench) -> None:
    value = bench.value("alert_ack_minutes_p90", "G09.919")
    assert value is not None
    assert (value.value, value.cases) == (9, 10)
    assert bench.value("alert_ack_minutes_p90", name="day", on="2026-03-08") is None


def beside(name: str, ref: str, id: str, at: str, **data: object) -> dict[str, Any]:
    return event(name, f"{ref}{id}", at, {"dossier_ref": ref, **data}, source="dvcqg")


def beside_the_way() -> list[dict[str, Any]]:
    soon, late = "2026-03-02 09:15", "2026-03-02 09:16"
    at = "2026-03-03 09:00"
    events = [
        *(dossier(ref, "2026-03-02 09:00", "2026-03-06 17:00") for ref in "ABC"),
        dossier("D", "2026-03-02 09:00", "2026-03-06 17:00", digitised_components=False),
        beside("dossier.portal_synced", "A", "1", soon, synced_at=soon, result="ok"),
        beside("dossier.portal_synced", "B", "1", soon, synced_at=soon, result="failed"),
        beside("dossier.portal_synced", "B", "2", late, synced_at=late, result="ok"),
        beside("payment.completed", "A", "p", at, method="online", amount_vnd=9, paid_at=at),
        beside("payment.completed", "B", "p", at, method="cash", amount_vnd=9, paid_at=at),
        beside("payment.completed", "C", "p", at, method="exempt", amount_vnd=0, paid_at=at),
        beside("payment.completed", "A", "q", at, method="transfer", amount_vnd=1, paid_at=at),
        beside("satisfaction.rated", "A", "s", at, score=1, dissatisfied=True, rated_at=at),
        *(resolved(ref, "2026-03-06 09:00") for ref in "ABC"),
    ]
    complaint = feedback("f", "received", at, "2026-03-20 17:00", 1)
    complaint["data"] |= {"dossier_ref": "B", "dissatisfied": True}
    return [*events, complaint]


def test_dossiers_beside_the_way(bench: Bench) -> None:
    assert bench.fraction("portal_sync_rate", "G09.915") == (1, 4)
    assert bench.fraction("online_payment_rate", "G09.915") == (1, 3)
    assert bench.fraction("dossier_digitised_rate", "G09.915") == (3, 4)
    assert bench.fraction("satisfaction_rate", "G09.915") == (1, 3)


def used() -> list[dict[str, Any]]:
    return [
        # 5 days of 8 hours are allowed. Used: 4, 12 and 32 - 16 hours
        dossier("K", "2026-03-02 08:00", "2026-03-06 17:00", org="G09.917"),
        resolved("K", "2026-03-02 12:00"),
        dossier("L", "2026-03-02 08:00", "2026-03-06 17:00", org="G09.917", applicant_kind="business"),
        resolved("L", "2026-03-03 12:00"),
        dossier("M", "2026-03-02 08:00", "2026-03-06 17:00", org="G09.917"),
        clock("M", "paused", "2026-03-03 08:00", 2),
        clock("M", "running", "2026-03-05 08:00", 3),
        resolved("M", "2026-03-05 17:00"),
        dossier("N", "2026-03-02 08:00", "2026-03-06 17:00", org="G09.917"),
    ]


def test_time_used_of_time_allowed(bench: Bench) -> None:
    assert bench.fraction("dossier_time_ratio", "G09.917") == (300, 1000)
    assert bench.fraction("dossier_time_ratio", "G09.917", dim="business") == (300, 1000)
    assert bench.value("dossier_time_ratio", "G09.901") is None


def handed_on() -> list[dict[str, Any]]:
    events = []
    evening = "2026-03-02 16:50"
    for ref, urgency, at in (("A", "hoa_toc", "2026-03-02 17:10"), ("B", "khan", "2026-03-03 08:05")):
        data = document(ref, evening, evening) | {"urgency": urgency}
        step = {"doc_ref": ref, "from_org": "G09.901", "to_org": "G09.905", "role": "lead", "step": 1}
        events.append(event("document.received", f"{ref}a", evening, data))
        events.append(event("document.assigned", f"{ref}b", at, step | {"assigned_at": at}, seqno=2))
    return events


def test_urgent_documents_are_handed_on(bench: Bench) -> None:
    assert bench.fraction("doc_urgent_assign_minutes_p95", dim="hoa_toc") == (20, 1)  # by the clock
    assert bench.fraction("doc_urgent_assign_minutes_p95", dim="khan") == (15, 1)  # working time
    assert bench.fraction("doc_urgent_assign_minutes_p95") == (20, 1)


def test_a_kind_is_held_to_a_target_of_its_own(bench: Bench) -> None:
    shown = bench.store.query(
        "SELECT dim, target FROM ioc_read.values_now"
        " WHERE kpi = 'doc_urgent_assign_minutes_p95' AND unit = 'G09' AND window = 'ytd'"
    )
    assert dict(shown) == {"": 30, "hoa_toc": 15, "khan": 30}
    held = bench.store.query(
        "SELECT target, target_by, arrayMap(each -> (each.1, each.2, toString(each.3)), dim_targets)"
        " FROM ioc_read.kpis WHERE kpi = 'hr_credential_coverage'"
    )
    kinds = [
        ("digital_signature", 100, "2022-12-31"),
        ("e_card", 100, "2022-12-31"),
        ("official_email", 100, "2025-12-31"),
    ]
    assert held == [(100, date(2025, 12, 31), kinds)]


def skills() -> list[dict[str, Any]]:
    skilled = course(5, "ai", "2024-03-02 08:00")  # two years ago: a skill does not end
    skilled["data"]["level"] = "proficient"
    failed = course(6, "ai", "2026-03-02 08:00", passed=False)
    failed["data"]["level"] = "proficient"
    return [*people(), skilled, failed]


def test_skills_and_courses(bench: Bench) -> None:
    staff = bench.catalogue.units.headcount("G09", bench.clock.now().date())
    assert bench.fraction("ai_skill_coverage") == (1, staff)
    assert bench.fraction("dx_training_coverage") == (1, staff)
    assert bench.fraction("dx_training_coverage", dim="infosec") == (1, staff)
    assert bench.fraction("dx_training_coverage", name="day", on="2026-03-09", dim="dx") == (2, staff)


# What follows begins anew: the last ones of this file.


def test_time_alone_makes_a_task_overdue(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(tasks())
    bench.clock.advance(timedelta(days=2, hours=8))  # the evening of the 12th
    bench.finish(bench.reducer())
    assert bench.fraction("task_overdue_open", name="day", on="2026-03-12") == (2, 3)
    assert bench.fraction("gov10_task_completion", name="day", on="2026-03-12") == (2, 10)


def test_what_nobody_has_counted_is_not_gone(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce()
    value = bench.value("procedure_reduction_rate")
    assert value is not None
    assert value.value is None
