"""Commands against the store: answered once, also when watch died between its step and its answer."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from ioc.alerts import Rules
from ioc.commands import Seen, build
from ioc.contracts import canonical_data
from ioc.roles import Roles
from storage import alerts
from storage.client import Store
from streams.watch.alert import Transition
from streams.watch.events import NAME, envelope
from streams.watch.machine import RETIRED
from streams.watch.watcher import Watcher
from tests.engine.reducing import TENANT, Bench, at, event

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"
CONTROL = UUID("00000000-0000-4000-8000-0000000000c0")
RAISED = Transition(
    "0a0a0a0a-0000-5000-8000-00000000000a", 1, "task_overdue", "G09.903", "major", "raised", "watch", at(NOW),
    to_role="thu_truong_don_vi", count=2,
)  # fmt: skip


def stated(step: Transition) -> dict[str, Any]:
    """As the ledger gets it."""
    made = envelope(step, TENANT)
    found = event(NAME, made.id, NOW, {}, seqno=made.seqno, source="ioc", orgunit=made.orgunit)
    return found | {"data": orjson.loads(canonical_data(made.data)), "time": made.time}


@pytest.fixture
def bench(alone: Store) -> Bench:
    made = Bench(alone, NOW)
    for table in ("command_outcomes", "ref_alert_rules"):
        alone.execute(f"TRUNCATE TABLE ioc.{table}")
    made.reduce([stated(RAISED)])
    return made


def watcher(bench: Bench) -> Watcher:
    made = Watcher(
        bench.store, bench.catalogue, bench.kpis, Rules.load(), Roles.load(), tenant=TENANT, clock=bench.clock
    )
    made.recover()
    return made


def wish(action: Any = "acknowledge", status: Any = "raised", seqno: int = 1, **more: object) -> Any:
    seen = Seen(status=status, seqno=seqno)
    return build(RAISED.ref, action, role="truc_ca_ioc", actor="ca_sang", seen=seen, at=at(NOW), **more)


def test_a_command_is_answered_once_and_where_reading_goes_on_stands_with_the_answers(bench: Bench) -> None:
    tested, command = watcher(bench), wish()
    assert tested.answered_until(CONTROL) == 0
    reply = tested.obey(command)
    assert reply is not None
    assert reply.step is not None
    tested.answer(reply, CONTROL, 41)
    assert alerts.outcome(bench.store, command.id) == (True, "", "acknowledged", 2)
    assert tested.obey(command) is None
    assert tested.answered_until(CONTROL) == 42
    refused = wish("assign", to_role="van_thu")
    late = tested.obey(refused)
    assert late is not None
    tested.answer(late, CONTROL, 42)
    assert alerts.outcome(bench.store, refused.id) == (False, "stale", "acknowledged", 2)


def test_what_was_published_but_not_answered_is_answered_by_the_next_and_not_done_twice(bench: Bench) -> None:
    command = wish()
    reply = watcher(bench).obey(command)
    assert reply is not None
    assert reply.step is not None
    bench.reduce([stated(reply.step)])  # it died before it answered
    again = watcher(bench).obey(command)
    assert again is not None
    assert again.step is None
    assert (again.outcome.accepted, again.outcome.status) == (True, "acknowledged")


def test_a_step_keeps_everything_on_its_way_through_the_ledger_to_readers(
    bench: Bench, reading_alone: Store
) -> None:
    tested, steps = watcher(bench), []
    for command in (
        wish("assign", to_role="van_thu", to_unit="G09.904"),
        wish("step", "assigned", 2, step="giai_trinh"),
        wish("explain", "assigned", 3, reason_code="cho_phoi_hop"),
    ):
        bench.clock.advance(timedelta(minutes=1))
        reply = tested.obey(command)
        assert reply is not None
        assert reply.step is not None, reply.outcome.reason
        steps.append(reply.step)
    bench.reduce([stated(step) for step in steps])
    (row,) = alerts.named(reading_alone, RAISED.ref[:8])
    assert row["name_vi"] == "Nhiệm vụ Chính phủ, Bộ trưởng giao quá hạn"
    told = ("status", "seqno", "owner", "to_unit", "reason", "steps", "breaches", "changed_by")
    assert [row[name] for name in told] == [
        "assigned", 4, "van_thu", "G09.904", "cho_phoi_hop", ["giai_trinh"], 2, "truc_ca_ioc",
    ]  # fmt: skip
    assert alerts.latest(reading_alone, RAISED.ref) == ("assigned", 4)
    after = watcher(bench)
    assert [asdict(alert) for alert in after.machine.open] == [asdict(alert) for alert in tested.machine.open]


def test_alerts_of_a_rule_that_left_the_catalogue_end_and_its_words_go(bench: Bench) -> None:
    watcher(bench)
    bench.clock.advance(timedelta(minutes=1))
    rest = {name: rule for name, rule in Rules.load().items() if name != "task_overdue"}
    heir = Watcher(
        bench.store, bench.catalogue, bench.kpis, Rules(rest), Roles.load(), tenant=TENANT, clock=bench.clock
    )
    heir.recover()
    ended = [step for step in heir.round() if step.ref == RAISED.ref]
    assert [(step.state, step.reason) for step in ended] == [("resolved", RETIRED)]
    names = {name for (name,) in bench.store.query("SELECT rule FROM ioc_read.alert_rules")}
    assert "task_overdue" not in names
    assert names == set(rest)


def test_the_load_of_alarms_is_counted_from_the_ledger(bench: Bench, reading_alone: Store) -> None:
    assert reading_alone.query(
        "SELECT owner, raised, critical, major, minor, flood FROM ioc_read.alarm_load"
    ) == [("thu_truong_don_vi", 1, 0, 1, 0, 0)]
    assert len(reading_alone.query("SELECT * FROM ioc_read.alarm_load_week")) == 1
    reading_alone.query("SELECT * FROM ioc_read.alarm_rules")  # of seven days by the store's own clock
