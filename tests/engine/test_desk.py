"""The back office's questions, put to the real store: the alerts it lists, the answers it waits for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ioc.adoption import Batch, Views
from ioc.settings import ClickHouse
from storage.client import Store
from storage.desk import LISTED, StoredDesk

pytestmark = pytest.mark.engine
RULE = "desk_rule"
AT = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def desk(migrated: ClickHouse) -> Iterator[StoredDesk]:
    desk = StoredDesk(migrated, "G76")
    yield desk
    desk.close()


def raised(store: Store, ref: str, unit: str, **changes: object) -> None:
    row: dict[str, object] = {
        **{"tenant": "G76", "subject": ref, "unit": unit, "opened_at": AT, "raised_at": AT, "open": 1},
        **{"rule": RULE, "kpi": "", "severity": "minor", "status": "raised", "seqno": 1, "version": 1},
        **changes,
    }
    store.insert("ioc.cases_alert", list(row), [[value] for value in row.values()])


def test_alerts_of_some_units_the_gravest_first(store: Store, desk: StoredDesk) -> None:
    raised(store, "d-1", "G76.901")
    raised(store, "d-2", "G76.902", severity="critical")
    raised(
        store, "d-3", "G76.903", to_unit="G76.901", severity="major", status="assigned", acknowledged_at=AT
    )
    raised(store, "d-4", "G76.901", open=0, status="closed")

    def refs(status: str, units: list[str] | None, limit: int = 1000) -> list[str]:
        rows = desk.alerts(status, units, limit)
        return [row["alert_ref"] for row in rows if row["rule"] == RULE]

    assert refs("open", None) == ["d-2", "d-3", "d-1"]
    assert refs("open", ["G76.901"]) == ["d-3", "d-1"]
    assert refs("closed", ["G76.901"]) == ["d-4"]
    assert refs("all", ["G76.901"]) == ["d-3", "d-1", "d-4"]
    assert refs("all", []) == []
    assert refs("all", ["'] OR 1"]) == []
    assert len(desk.alerts("all", ["G76.901"], 2)) == 2
    found = desk.alert("d-3")
    assert found is not None and set(found) == set(LISTED)
    assert (found["seqno"], found["to_unit"]) == (1, "G76.901")
    assert desk.alert("nothing") is None


def test_what_stands_open_is_counted(store: Store, desk: StoredDesk) -> None:
    before = desk.standing()
    raised(store, "e-1", "G76.901", severity="critical")
    raised(store, "e-2", "G76.901", status="shelved", acknowledged_at=AT)
    raised(store, "e-3", "G76.901", status="escalated")
    raised(store, "e-4", "G76.901", open=0, severity="critical")
    after = desk.standing()
    assert {name: after[name] - before[name] for name in after} == {
        **{"open": 3, "unacknowledged": 2, "critical": 1, "escalated": 1, "shelved": 1},
    }


def test_the_answer_to_a_command(store: Store, desk: StoredDesk) -> None:
    command = uuid4()
    assert desk.outcome(command) is None
    row: dict[str, object] = {
        **{"id": command, "topic_id": uuid4(), "offset": 1, "alert_ref": "d-1", "action": "assign"},
        **{"role": "truc_ca_ioc", "actor": "truc_ca_1", "accepted": 0, "reason": "stale"},
        **{
            "status": "acknowledged",
            "seqno": 2,
            "answered_at": datetime(2090, 1, 1, tzinfo=UTC),
            "version": 1,
        },
    }
    store.insert("ioc.command_outcomes", list(row), [[value] for value in row.values()])
    assert desk.outcome(command) == (False, "stale", "acknowledged", 2)


def test_the_shared_connection_serves_everything(desk: StoredDesk) -> None:
    assert desk.account("nobody") is None
    assert desk.session("0" * 64) is None
    assert desk.last_shift() is None
    assert desk.trail(AT, AT, "", "", 10) == []


def test_views_of_pages_are_added_once_and_add_up(store: Store, desk: StoredDesk) -> None:
    def counted(page: str, views: int) -> Batch:
        one = Views(day=AT.date(), role="truc_ca_ioc", page=page, views=views)
        return Batch(batch=uuid4(), counts=(one,))

    first = counted("alerts", 2)
    for each in (first, first, counted("alerts", 3), counted("wall/tasks", 1)):
        desk.add_views(each)
    rows = "SELECT role, page, views FROM ioc_read.page_views WHERE tenant = 'G76' ORDER BY page"
    assert store.query(rows) == [("truc_ca_ioc", "alerts", 5), ("truc_ca_ioc", "wall/tasks", 1)]
