"""The console's statements on the real engine: they run as the reader, and show no person."""

import asyncio
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import pytest

from dashboards.console import leader_reading
from dashboards.console.reading import CASES, Reading, shows_cases
from ioc.alerts import Rules
from ioc.settings import ClickHouse
from storage.client import Store

pytestmark = pytest.mark.engine
T = TypeVar("T")
TENANT = "G77"
ARRIVED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def console(migrated: ClickHouse) -> Iterator[Reading]:
    reader = Store(migrated, role="reader")
    yield Reading(lambda: reader, TENANT)
    reader.close()


def ask(asked: Awaitable[T]) -> T:
    async def wait() -> T:
        return await asked

    return asyncio.run(wait())


def landed(store: Store, table: str, subject: str, name: str, *, verdict: str = "counted") -> str:
    """One row of the ledger."""
    row = {
        "topic_id": uuid4(), "partition": 0, "offset": 0, "logged_at": ARRIVED, "verdict": verdict,
        "tenant": TENANT, "source": f"urn:ioc:{TENANT}:qlvb", "id": str(uuid4()),
        "type": f"vn.gov.ioc.{name}.v1", "subject": subject, "time": ARRIVED, "orgunit": f"{TENANT}.901",
        "fingerprint": b"0" * 32,
    }  # fmt: skip
    store.insert(f"ioc.{table}", list(row), [[value] for value in row.values()])
    return str(row["id"])


def test_the_events_of_a_case_and_of_nobody(store: Store, console: Reading) -> None:
    subject = f"VB-{uuid4()}"
    shown = landed(store, "events_documents", subject, "document.received")
    landed(store, "events_documents", subject, "document.assigned", verdict="rejected")
    landed(store, "events_hr", subject, "hr.change_recorded")
    found = ask(console.case_events(subject, None))
    assert [(row["id"], row["name"]) for row in found] == [(shown, "document.received")]
    assert ask(console.case_events(subject, [f"{TENANT}.901"])) == found
    assert ask(console.case_events(subject, [f"{TENANT}.902"])) == []


def test_what_breaches_a_rule_is_found_by_unit(store: Store, console: Reading) -> None:
    rule, subject = Rules.load()["hoatoc_unassigned"], f"VB-{uuid4()}"
    row = {
        "tenant": TENANT, "subject": subject, "unit": f"{TENANT}.903", "opened_at": ARRIVED, "open": 1,
        "urgency": "hoa_toc", "assign_due_at": ARRIVED, "version": 1,
    }  # fmt: skip
    store.insert("ioc.cases_document_in", list(row), [[value] for value in row.values()])
    found = ask(console.behind(rule, [f"{TENANT}.903"]))
    assert [(each["subject"], each["since"]) for each in found] == [(subject, ARRIVED)]
    assert ask(console.behind(rule, [f"{TENANT}.904"])) == []
    assert ask(console.behind(rule, [f"{TENANT}.904", f"{TENANT}.903"])) == found


def test_many_of_one_kind_leave_none_of_another_out(store: Store, console: Reading) -> None:
    unit, begun = f"{TENANT}.905", ARRIVED - timedelta(days=30)
    rows = [
        {"tenant": TENANT, "subject": f"NV-{n:03}", "unit": unit, "opened_at": begun, "open": 1,
         "due_at": begun + timedelta(hours=n), "version": 1}
        for n in range(250)
    ]  # fmt: skip
    store.insert("ioc.cases_task", list(rows[0]), [[row[name] for row in rows] for name in rows[0]])
    document = {
        "tenant": TENANT, "subject": "VB-905", "unit": unit, "opened_at": ARRIVED, "open": 1,
        "urgency": "hoa_toc", "assign_due_at": ARRIVED, "version": 1,
    }  # fmt: skip
    store.insert("ioc.cases_document_in", list(document), [[value] for value in document.values()])
    found = ask(console.absences([unit], 12))
    tasks = [row for row in found if row["kind"] == "task_overdue"]
    assert [row["subject"] for row in tasks] == [f"NV-{n:03}" for n in range(12)]
    assert {(row["of_kind"], row["cases_of_kind"]) for row in tasks} == {(250, 250)}
    (other,) = (row for row in found if row not in tasks)
    assert (other["kind"], other["subject"], other["of_kind"]) == ("document_unassigned", "VB-905", 1)


def test_the_most_urgent_document_stands_before_the_longest_overdue(store: Store, console: Reading) -> None:
    unit = f"{TENANT}.906"
    rows = [
        {"tenant": TENANT, "subject": f"VB-906-{n:02}", "unit": unit, "opened_at": ARRIVED, "open": 1,
         "urgency": "hoa_toc" if n == 19 else "khan", "assign_due_at": ARRIVED + timedelta(hours=n),
         "version": 1}
        for n in range(20)
    ]  # fmt: skip
    store.insert("ioc.cases_document_in", list(rows[0]), [[row[name] for row in rows] for name in rows[0]])
    found = ask(console.absences([unit], 3))
    assert [row["subject"] for row in found] == ["VB-906-19", "VB-906-00", "VB-906-01"]


def test_every_rule_over_cases_can_be_opened(console: Reading) -> None:
    rules = Rules.load()
    opened = {rule.id for rule in rules.values() if shows_cases(rule)}
    assert {"hoatoc_unassigned", "dossier_overdue_new", "task_overdue"} <= opened
    assert not any(rules[rule].personal for rule in opened)
    assert not {"hr_change", "hr_record", "credential", "training"} & set(CASES)
    for rule in opened:
        assert ask(console.behind(rules[rule], [f"{TENANT}.999"])) == []


def test_every_other_statement_runs(console: Reading) -> None:
    unit = f"{TENANT}.999"
    ask(console.absences([unit], 12))
    ask(console.absences(None, 12))
    assert ask(console.alert_history("none")) == []
    assert ask(leader_reading.values(console, unit)) == []
    assert ask(leader_reading.ranked(console, "unit_dx_score")) == []
    assert ask(leader_reading.windows(console, "dossier_on_time_rate", unit)) == []
    assert ask(leader_reading.days_of(console, unit, {"dossier_on_time_rate": "month"})) == []
    assert ask(leader_reading.published(console, "dossier_on_time_rate", unit)) == []
    ask(leader_reading.meaning(console, "dossier_on_time_rate"))
