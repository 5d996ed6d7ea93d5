"""Lost events are told of: judged as of the last heartbeat, by real time as the views know it."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from aiokafka import TopicPartition

from ioc.alerts import Rules
from storage import watching
from storage.client import Store
from tests.engine.test_reconciliation import NOW, TABLES, TASKS, beat, land, see

pytestmark = pytest.mark.engine

PLATFORM = TopicPartition("ioc.platform", 0)
SINCE = NOW - timedelta(hours=3)


@pytest.fixture
def source(alone: Store) -> Store:
    """A source of the catalogue, vxp, that was heard of."""
    for table in (*TABLES, "cases_source"):
        alone.execute(f"TRUNCATE TABLE ioc.{table}")
    alone.execute(
        "INSERT INTO ioc.cases_source (tenant, subject, unit, version) VALUES ('G09', 'vxp', 'G09.901', 1)"
    )
    return alone


def missing(store: Store, at: datetime = NOW) -> list[str]:
    """The units that the rule finds wrong."""
    rule = Rules.load()["source_gap"]
    assert rule.cases is not None and rule.after_minutes == 10
    now = round(at.timestamp() * 1000)
    return [row.unit for row in watching.cases(store, rule.cases, "G09", now, now).breaching]


def test_what_comes_after_a_heartbeat_does_not_hide_what_was_lost_before_it(source: Store) -> None:
    log, said = uuid4(), NOW - timedelta(minutes=20)
    land(source, log, range(6), at=said - timedelta(minutes=1))
    land(source, log, range(6, 40), at=said + timedelta(seconds=1))
    see(source, TASKS, log, 40, NOW)
    see(source, PLATFORM, uuid4(), 0, NOW)
    beat(source, "vxp", 10, SINCE, said)  # six and the heartbeat itself: three are lost
    assert missing(source) == ["G09.901"]
    land(source, uuid4(), range(3), at=said - timedelta(seconds=1))
    assert missing(source) == []


def test_a_heartbeat_that_landing_has_not_passed_yet_leaves_the_one_before_to_judge_by(
    source: Store,
) -> None:
    log, said = uuid4(), NOW - timedelta(minutes=20)
    land(source, log, range(6), at=said - timedelta(minutes=1))
    beat(source, "vxp", 10, SINCE, said)
    see(source, TASKS, log, 6, said + timedelta(seconds=5))
    assert missing(source) == ["G09.901"]
    beat(source, "vxp", 11, SINCE, said + timedelta(seconds=30))
    assert missing(source) == ["G09.901"]
    see(source, TASKS, log, 6, said + timedelta(seconds=31))
    assert missing(source) == ["G09.901"]


def test_nothing_is_lost_that_cannot_have_landed_or_waits_behind_a_stop(source: Store) -> None:
    log, said = uuid4(), NOW - timedelta(minutes=20)
    land(source, log, range(6), at=said - timedelta(minutes=1))
    beat(source, "vxp", 10, SINCE, said)
    see(source, TASKS, log, 9, said - timedelta(seconds=1))
    assert missing(source) == []
    see(source, TASKS, log, 9, said + timedelta(seconds=1), since=said - timedelta(minutes=1))
    assert missing(source) == []
    stop = ("ioc.tasks", 0, "retention", 6, 8, NOW)
    columns = ("topic", "partition", "reason", "first", "last", "at")
    source.insert("ioc.landing_stops", columns, [[value] for value in stop])
    assert missing(source) == []
    beat(source, "vxp", 11, SINCE, said + timedelta(milliseconds=1))
    assert missing(source) == []
    beat(source, "vxp", 13, SINCE, said + timedelta(milliseconds=2))
    assert missing(source) == ["G09.901"]
