"""The independent computation is itself checked: its calendar against ours, its formulas by hand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.reference import Catalogue
from tests.oracle.calendar import DAY, MINUTE, date, day, ms, number, work_on, workday_after, worked
from tests.oracle.kpis import Oracle

CALENDAR = Catalogue.load(None).calendar
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 5)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000)
)
STAFF = {"G09.901": 4, "G09.913": 2}


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@settings(max_examples=200)
@given(INSTANTS, st.integers(0, 20 * DAY), st.integers(0, 3000), st.integers(0, 12))
def test_both_calendars_agree(at: datetime, span: int, minutes: int, days: int) -> None:
    start = milliseconds(at)
    end = at + timedelta(milliseconds=span)
    if end.year < 2027:
        assert worked(start, start + span) // MINUTE == CALENDAR.working_minutes(at, end)
    later = CALENDAR.add_working_minutes(at, minutes)
    if later.year < 2027:
        assert work_on(start, minutes) == milliseconds(later)
    assert date(workday_after(day(start), days)) == CALENDAR.add_working_days(date(day(start)), days)


def written(folder: Path, *events: tuple[str, str, dict[str, Any]]) -> Oracle:
    """An oracle over hand-made events: (kind, subject, data), each a minute after the last."""
    lines = []
    for n, (kind, subject, data) in enumerate(events):
        at = f"2026-03-02T08:{n:02}:00+07:00"
        value = {"type": f"vn.gov.ioc.{kind}.v1", "subject": subject, "seqno": n + 1, "data": data}
        value |= {"source": "urn:ioc:G09:test", "id": str(n), "time": at}
        record = {"topic": "t", "key": subject, "value": json.dumps(value), "expect": "counted", "reason": ""}
        lines.append(json.dumps(record))
    file = folder / "oracle.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    return Oracle(file, STAFF)


def received(ref: str, due: str | None, **more: Any) -> tuple[str, str, dict[str, Any]]:
    data = {
        "receiver_org": "G09.901",
        "urgency": "normal",
        "arrived_at": "2026-03-02T08:00:00+07:00",
        "registered_at": "2026-03-02T09:00:00+07:00",
        "due_at": due,
    }
    return "document.received", ref, data | more


def completed(ref: str, at: str) -> tuple[str, str, dict[str, Any]]:
    return "document.completed", ref, {"completed_at": at}


def test_documents_by_hand(tmp_path: Path) -> None:
    oracle = written(
        tmp_path,
        received("in-time", "2026-03-04T17:00:00+07:00"),
        completed("in-time", "2026-03-04T20:00:00+07:00"),
        received("late", "2026-03-04T17:00:00+07:00", registered_at="2026-03-04T08:00:00+07:00"),
        ("document.assigned", "late", {"to_org": "G09.913", "role": "lead"}),
        completed("late", "2026-03-05T08:00:00+07:00"),
        received("open", "2026-03-04T17:00:00+07:00", registered_at="2026-03-03T23:00:00+07:00"),
        received("urgent", None, urgency="khan", registered_at="2026-03-02T08:31:00+07:00"),
    )
    first, last, t = number("2026-03-01"), number("2026-03-31"), ms("2026-03-31T23:59:59+07:00")
    assert oracle.table("doc_on_time_rate", first, last, t) == {
        ("G09.901", ""): (1, 2),
        ("G09.913", ""): (0, 1),
        ("", ""): (1, 3),
    }
    assert oracle.table("doc_overdue_open", first, last, t)["", ""] == (1, 1)
    assert oracle.table("doc_registered_on_time_rate", first, last, t)["", ""] == (2, 4)
    before_due = ms("2026-03-04T16:00:00+07:00")
    assert oracle.table("doc_overdue_open", first, last, before_due)["", ""] == (0, 3)


def test_a_pause_moves_the_due_time_by_working_time_only(tmp_path: Path) -> None:
    start = {
        "org": "G09.913",
        "channel": "online",
        "received_at": "2026-03-02T08:00:00+07:00",
        "due_at": "2026-03-05T17:00:00+07:00",
    }
    oracle = written(
        tmp_path,
        ("dossier.received", "d", start),
        ("dossier.clock_changed", "d", {"state": "paused", "at": "2026-03-05T16:00:00+07:00"}),
        ("dossier.clock_changed", "d", {"state": "running", "at": "2026-03-06T09:00:00+07:00"}),
        (
            "dossier.resolved",
            "d",
            {"resolved_at": "2026-03-06T23:00:00+07:00", "result": "approved", "e_result": True},
        ),
    )
    (case,) = oracle._dossiers
    assert case.at(ms("2026-03-06T10:00:00+07:00"))[0] == ms("2026-03-06T10:00:00+07:00")
    whole = number("2026-03-01"), number("2026-03-31"), ms("2026-03-31T00:00:00+07:00")
    assert oracle.table("dossier_on_time_rate", *whole) == {("G09.913", ""): (1, 1), ("", ""): (1, 1)}
    assert oracle.table("e_result_rate", *whole)["", ""] == (1, 1)
    paused = ms("2026-03-05T18:00:00+07:00")
    assert oracle.table("dossier_overdue_open", *whole[:2], paused)["", ""] == (0, 1)


def test_persons_are_counted_once(tmp_path: Path) -> None:
    def credential(
        person: str, kind: str, action: str, org: str = "G09.901"
    ) -> tuple[str, str, dict[str, Any]]:
        return "hr.credential_issued", person, {"kind": kind, "action": action, "org": org}

    oracle = written(
        tmp_path,
        credential("a", "e_card", "issued"),
        credential("a", "digital_signature", "issued"),
        credential("b", "e_card", "issued", "G09.913"),
        credential("b", "e_card", "revoked", "G09.913"),
    )
    whole = number("2026-03-01"), number("2026-03-31"), ms("2026-03-31T00:00:00+07:00")
    table = oracle.table("hr_credential_coverage", *whole)
    assert table["", ""] == (1, 6)
    assert table["G09.901", "e_card"] == (1, 4)
    assert ("G09.913", "e_card") not in table
