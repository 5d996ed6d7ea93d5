"""What the wall's frame asks, on the real engine, as the reader: and the status, alerts and sources of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from dashboards.boards.level import STATEMENT
from dashboards.wall import around
from dashboards.wall.answers import Answers
from dashboards.wall.around import AROUND, Around
from dashboards.wall.poller import Poller
from dashboards.wall.source import StoreReader
from ioc.clock import SystemClock
from ioc.settings import ClickHouse
from storage.client import Store
from tests.engine.board_seed import MERIT, OFFICE, TENANT, case, emptied, insert, ledger, seed, tick

pytestmark = pytest.mark.engine


@pytest.fixture
def ministry(store: Store) -> Iterator[Store]:
    emptied(store)
    seed(store)
    yield store
    emptied(store)


def seen(settings: ClickHouse) -> Around:
    """What the frame knows after one reading; Grafana's status panel says the same of it."""
    answers = Answers(lambda: StoreReader(settings), SystemClock())
    poller = Poller(AROUND, answers, SystemClock())
    poller.viewer(+1)
    assert poller.round()
    ((level,),) = answers.read(STATEMENT, since=0).table.rows
    answers.close()
    assert [data.error for data in poller.frame.panels.values()] == [""] * 5
    found = Around(poller.frame, datetime.now(UTC))
    assert level == found.judged.level
    return found


def told(store: Store, ref: str, *steps: tuple[int, str, str]) -> None:
    """Steps of an alert in the ledger: number, state, role."""
    row = ledger(datetime.now(UTC))[0]
    rows = []
    for number, state, role in steps:
        data = orjson.dumps({"state": state, "actor_role": role}).decode()
        place = {"subject": ref, "seqno": number, "offset": 100 + number}
        rows.append(row | place | {"type": "vn.gov.ioc.alert.transitioned.v1", "data": data})
    insert(store, "events_alerts", rows)


def alert(ref: str, unit: str, **more: object) -> dict[str, object]:
    now = datetime.now(UTC)
    row = case(unit, ref, now) | {
        "raised_at": now - timedelta(minutes=2), "severity": "critical", "rule": "hoatoc_unassigned",
        "status": "raised", "owner": "truc_ca_ioc", "escalated": 0,
    }  # fmt: skip
    return row | more


def test_an_empty_store_is_not_known_to_be_well(store: Store, migrated: ClickHouse) -> None:
    emptied(store)
    found = seen(migrated)
    assert found.alarms == ()
    assert (found.judged.level, found.judged.reasons) == (0, ("chưa có số liệu",))


def test_who_took_an_alert_up_since_it_was_last_raised(ministry: Store, migrated: ClickHouse) -> None:
    insert(ministry, "cases_alert", [
        alert("new", OFFICE),
        alert("taken", MERIT, status="acknowledged"),
        alert("again", TENANT, status="raised"),
    ])  # fmt: skip
    told(ministry, "taken", (1, "raised", "watch"), (2, "acknowledged", "truc_ca_ioc"))
    told(
        ministry, "again", (1, "raised", "watch"), (2, "acknowledged", "truc_ca_ioc"), (3, "raised", "watch")
    )
    found = {one.ref: one for one in seen(migrated).alarms or ()}
    assert {ref: one.taken_by for ref, one in found.items() if one.rule == "hoatoc_unassigned"} == {
        "new": "",
        "taken": "truc_ca_ioc",
        "again": "",
    }
    assert found["new"].unit == OFFICE
    assert (found["new"].stands, found["taken"].stands, found["again"].stands) == (True, False, True)


def test_sources_numbers_and_how_far_the_data_reach(ministry: Store, migrated: ClickHouse) -> None:
    found = seen(migrated)
    states = {row["state"] for row in found.rows(around.SOURCES)}
    assert states == {"live"}
    assert all(row["units"] for row in found.rows(around.SOURCES) if row["name"] == "Văn bản")
    (numbers,) = found.rows(around.NUMBERS)
    assert numbers["numbers"] > 20 and numbers["old"] == 0
    assert found.stopped_since is None
    assert found.judged.level == 4, found.judged


def test_without_ticks_for_25_seconds_nothing_is_counted_any_more(
    ministry: Store, migrated: ClickHouse
) -> None:
    ministry.execute("TRUNCATE TABLE ioc.ticks")
    ended = datetime.now(UTC) - timedelta(seconds=26)
    insert(ministry, "ticks", [tick(ended) | {"settled": 1, "reached_at": ended}])
    found = seen(migrated)
    assert found.stopped_since is not None
    assert abs((found.stopped_since - ended).total_seconds()) < 1
