"""Every KPI, end to end on the real engine, against numbers worked out by hand."""

from typing import Any

import pytest

from storage.client import Store
from tests.engine.reducing import Bench, event

pytestmark = pytest.mark.engine


def person(n: int) -> str:
    return f"{n:064x}"


def dossier(ref: str, received: str, due: str, **more: object) -> dict[str, Any]:
    data = {
        "dossier_ref": ref, "procedure_code": "1.001", "field_code": "viec_lam", "org": "G09.915",
        "channel": "online", "applicant_kind": "citizen", "submitted_at": received, "received_at": received,
        "due_at": due, "statutory_days": 5, "digitised_components": True, "components_total": 1,
        "components_reused": 0, "vneid_verified": True, "fee_required": False,
    }  # fmt: skip
    return event("dossier.received", f"{ref}-r", received, data | more, source="motcua")


def clock(ref: str, state: str, at: str, seqno: int) -> dict[str, Any]:
    data = {"dossier_ref": ref, "state": state, "reason": "supplement", "round": 1, "at": at}
    return clocked(
        event("dossier.clock_changed", f"{ref}-{seqno}", at, data, seqno=seqno, source="motcua"), at
    )


def clocked(made: dict[str, Any], at: str) -> dict[str, Any]:
    made["data"]["at"] = made["time"].isoformat().replace("+00:00", "Z")
    return made


def resolved(ref: str, at: str, result: str = "approved", *, e_result: bool = True) -> dict[str, Any]:
    data = {"dossier_ref": ref, "org": "G09.915", "resolved_at": at, "result": result, "e_result": e_result}
    return event("dossier.resolved", f"{ref}-s", at, data, seqno=8, source="motcua")


def feedback(ref: str, state: str, at: str, due: str, seqno: int) -> dict[str, Any]:
    data = {
        "feedback_ref": ref,
        "kind": "complaint",
        "state": state,
        "org": "G09.912",
        "due_at": due,
        "at": at,
    }
    return clocked(event("feedback.changed", f"{ref}-{seqno}", at, data, seqno=seqno, source="pakn"), at)


def services() -> list[dict[str, Any]]:
    return [
        dossier("A", "2026-03-02 09:00", "2026-03-06 17:00"),
        resolved("A", "2026-03-06 20:00"),  # the evening of the day due: on time
        dossier("B", "2026-03-02 09:00", "2026-03-06 17:00", channel="direct"),
        resolved("B", "2026-03-09 09:00", e_result=False),  # late
        dossier("C", "2026-03-02 09:00", "2026-03-05 17:00", channel="postal"),  # open, overdue
        dossier("D", "2026-03-02 09:00", "2026-03-09 17:00"),  # paused before it was due: not overdue
        clock("D", "paused", "2026-03-04 09:00", 2),
        dossier("E", "2026-03-03 09:00", "2026-03-11 17:00"),  # due tomorrow: soon
        dossier("F", "2026-03-03 09:00", "2026-03-10 17:00"),  # paused two days: due on the 12th
        clock("F", "paused", "2026-03-04 09:00", 2),
        clock("F", "running", "2026-03-06 09:00", 3),
        dossier("G", "2026-03-03 09:00", "2026-03-20 17:00"),
        resolved("G", "2026-03-04 09:00", "refused", e_result=False),
        feedback("a", "received", "2026-03-02 09:00", "2026-03-06 17:00", 1),
        feedback("a", "resolved", "2026-03-06 18:00", "2026-03-06 17:00", 2),
        feedback("b", "received", "2026-03-02 09:00", "2026-03-06 17:00", 1),  # never handled
        feedback("c", "received", "2026-03-02 09:00", "2026-03-10 17:00", 1),  # due today, later
        feedback("d", "received", "2026-03-02 09:00", "2026-03-30 17:00", 1),  # due after the window's today
        feedback("d", "resolved", "2026-03-03 09:00", "2026-03-30 17:00", 2),
    ]


def test_services(alone: Store) -> None:
    bench = Bench(alone, "2026-03-10 10:00")  # a Tuesday
    bench.reduce(services())
    # resolved: A, B, G (G early); open and overdue: C
    assert bench.fraction("dossier_on_time_rate") == (2, 4)
    assert bench.fraction("dossier_overdue_open") == (1, 4)
    assert bench.fraction("dossier_due_soon") == (1, 4)
    assert bench.fraction("online_dossier_rate") == (5, 7)
    assert bench.fraction("e_result_rate") == (1, 2)
    assert bench.fraction("feedback_on_time_rate") == (1, 2)
    # on the 6th: A resolved in the day; C overdue (B was due at 17:00 and open at midnight, so overdue too)
    assert bench.fraction("dossier_on_time_rate", name="day", on="2026-03-06") == (1, 3)
    # on the 5th: B and A due tomorrow; C is overdue since 17:00
    assert bench.fraction("dossier_due_soon", name="day", on="2026-03-05") == (2, 6)
    assert bench.fraction("dossier_overdue_open", name="day", on="2026-03-05") == (1, 6)


def test_time_alone_moves_stocks_and_limits(alone: Store) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    bench.reduce(services())
    bench.clock.advance(at_least(hours=8))
    bench.finish(bench.reducer())
    assert bench.fraction("feedback_on_time_rate") == (1, 3)  # c's hour has passed
    bench.clock.advance(at_least(hours=24))
    bench.finish(bench.reducer())  # the evening of the 11th
    assert bench.fraction("dossier_overdue_open", name="day", on="2026-03-11") == (2, 4)  # C and E
    assert bench.fraction("dossier_overdue_open", name="day", on="2026-03-10") == (1, 4)
    assert bench.fraction("dossier_due_soon", name="day", on="2026-03-11") == (1, 4)  # F


def at_least(*, hours: int) -> Any:
    from datetime import timedelta

    return timedelta(hours=hours)


def change(ref: str, origin: str, completed: str, org: str = "G09.904") -> dict[str, Any]:
    data = {
        "change_ref": ref, "person_ref": person(1), "org": org, "change_group": "transfer",
        "effective_at": completed, "completed_at": completed, "origin": origin,
    }  # fmt: skip
    return event("hr.change_recorded", f"{ref}-a", completed, data, source="hrm")


def synced(n: int, at: str, *, ref: str = "", result: str = "ok", org: str = "G09.904") -> dict[str, Any]:
    data = {
        "person_ref": person(n), "org": org, "target": "national_db", "result": result, "fields_total": 30,
        "fields_filled": 30, "synced_at": at,
    }  # fmt: skip
    more = {"change_ref": ref} if ref else {}
    return event("hr.record_synced", f"s{n}{ref}{at}", at, data | more, source="csdlqg_cbccvc")


def credential(
    n: int, kind: str, action: str, at: str, until: str | None = None, org: str = "G09.904"
) -> Any:
    data = {"person_ref": person(n), "org": org, "kind": kind, "action": action}
    more = {"valid_until": until} if until else {}
    return event("hr.credential_issued", f"c{n}{kind}{action}", at, data | more, source="ca")


def course(n: int, group: str, at: str, *, passed: bool = True, org: str = "G09.904") -> dict[str, Any]:
    data = {
        "person_ref": person(n), "org": org, "course_group": group, "level": "basic", "passed": passed,
        "hours": 8, "completed_at": at,
    }  # fmt: skip
    return event("training.completed", f"t{n}{group}{at}{org}", at, data, source="daotao")


def people() -> list[dict[str, Any]]:
    return [
        # system: 1 day. in time, late, never (past its limit), and one whose limit is still to come
        change("C1", "system", "2026-03-02 10:00"),
        synced(1, "2026-03-03 10:00", ref="C1"),
        change("C2", "system", "2026-03-02 10:00"),
        synced(2, "2026-03-03 10:01", ref="C2"),
        change("C3", "unit_entry", "2026-03-02 10:00"),
        change("C4", "unit_entry", "2026-03-09 10:00"),
        change("C5", "external", "2026-03-02 10:00"),
        # records: 1 and 2 from above; 3 failed last; 4 in another unit
        synced(3, "2026-03-02 10:00"),
        synced(3, "2026-03-04 10:00", result="conflict"),
        synced(4, "2026-03-02 10:00", org="G09.905"),
        credential(1, "e_card", "issued", "2026-03-02 08:00"),
        credential(2, "e_card", "issued", "2026-01-02 08:00", "2026-03-05 00:00"),  # ended
        credential(3, "e_card", "issued", "2026-01-02 08:00"),
        credential(3, "e_card", "revoked", "2026-03-06 08:00"),
        credential(2, "official_email", "issued", "2026-03-02 08:00"),
        credential(4, "e_card", "issued", "2026-03-02 08:00", org="G09.905"),
        course(1, "dx", "2025-05-02 08:00"),
        course(1, "infosec", "2026-03-02 08:00", org="G09.905"),  # one person, two units: once in the total
        course(2, "dx", "2025-03-10 09:00"),  # a year and an hour ago
        course(3, "dx", "2026-03-02 08:00", passed=False),
        course(4, "ai", "2026-03-02 08:00"),
    ]


STAFF_904, STAFF_905 = 52, 34
STAFF = 3121


def test_people(alone: Store) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    bench.reduce(people())
    assert bench.fraction("hr_sync_sla_rate") == (1, 3)
    assert bench.fraction("hr_record_coverage") == (3, STAFF)
    assert bench.fraction("hr_record_coverage", "G09.904") == (2, STAFF_904)
    assert bench.fraction("hr_record_coverage", "G09.904", name="day", on="2026-03-03") == (3, STAFF_904)
    assert bench.fraction("hr_credential_coverage", dim="e_card") == (2, STAFF)
    assert bench.fraction("hr_credential_coverage", "G09.904", dim="e_card") == (1, STAFF_904)
    assert bench.fraction("hr_credential_coverage", "G09.904") == (2, STAFF_904)
    assert bench.fraction("hr_credential_coverage", "G09.904", "day", "2026-03-04", "e_card") == (
        3,
        STAFF_904,
    )
    assert bench.fraction("dx_training_coverage") == (1, STAFF)
    assert bench.fraction("dx_training_coverage", "G09.904") == (1, STAFF_904)
    assert bench.fraction("dx_training_coverage", "G09.905") == (1, STAFF_905)
    assert bench.fraction("dx_training_coverage", name="day", on="2026-03-09") == (2, STAFF)


def heartbeat(code: str, at: str, interval: int = 60) -> dict[str, Any]:
    data = {
        "system_code": code, "status": "up", "interval_s": interval, "backlog": 0, "sent_total": 1,
        "sent_epoch": "2026-03-01T00:00:00Z",
    }  # fmt: skip
    return event("source.heartbeat", f"h{code}{at}", at, data, source=code)


def test_staleness_and_latency(alone: Store) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    beats = [heartbeat("qlvb", "2026-03-10 09:50"), heartbeat("hrm", "2026-03-10 09:58")]
    bench.reduce([*beats, heartbeat("qlvb", "2026-03-10 09:40")])
    seconds, per = bench.fraction("source_staleness_minutes", name="day", dim="hrm")
    assert (per, seconds) == (60, 2 * 60 + elapsed(bench))
    worst, _ = bench.fraction("source_staleness_minutes", name="day")
    assert worst == 10 * 60 + elapsed(bench)
    late = bench.value("event_latency_p95", name="day")
    assert late is not None
    assert late.cases == 3
    assert 20 * 60 <= (late.value or 0) <= 20 * 60 * 1.06


def elapsed(bench: Bench) -> int:
    """Seconds since 10:00."""
    return bench.now // 1000 % 3600
