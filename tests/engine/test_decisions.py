"""What two persons decided: targets, bands and scores change from its day and not before, rebuilt or not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ioc.clock import VIETNAM
from ioc.deciding import Decided
from ioc.decisions import Change, Decision, Stage
from storage import decisions
from storage.client import Store
from storage.rebuilds import ask
from streams.reduce.deciding import Deciding
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_made_up_kpis import scored
from tests.engine.test_reduce_guarantees import rebuild
from tests.engine.test_reduce_kpis import dossier, resolved
from tests.unit.reduce.test_kpi_composites import saved

pytestmark = pytest.mark.engine
AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
NAME, SCORE = "online_dossier_rate", "made_up_score"
WEIGHTS = {NAME: 45, "dossier_overdue_open": 25}


@pytest.fixture(scope="module")
def bench(alone: Store, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Four dossiers of five came online, 80 %, which is the target; one of them ended."""
    folder = tmp_path_factory.mktemp("catalogue")
    saved(folder, scored())
    bench = Bench(alone, "2026-03-10 10:00", folder)
    bench.reduce(
        [
            *(dossier(ref, "2026-03-02 09:00", "2026-03-30 17:00") for ref in "ABCD"),
            dossier("E", "2026-03-03 09:00", "2026-03-30 17:00", channel="direct"),
            resolved("A", "2026-03-03 10:00"),
        ]
    )
    return bench


@pytest.fixture(autouse=True)
def nothing_decided(alone: Store) -> Iterator[None]:
    yield
    alone.execute("TRUNCATE TABLE ioc.decisions")


def decide(store: Store, valid_from: str, stage: Stage = Stage.approved, **said: Any) -> Decision:
    change = Change.model_validate(
        {"what": "target", "about": NAME, "valid_from": valid_from, "document": "12/QĐ-BNV", **said}
    )
    made = Decision(
        uuid4(), change, "quan_tri_1", "platform_admin", AT, AT + timedelta(days=7), stage,
        before={"value": 80.0}, ended_by="an_toan_1", ended_role="security_admin", ended_at=AT,
    )  # fmt: skip
    decisions.keep(store, TENANT, made, AT)
    return made


def test_a_decision_is_kept_as_it_was_said(bench: Bench) -> None:
    made = [
        decide(bench.store, "2026-03-05", value=91, by="2026-12-31", reason="yearly_plan"),
        decide(bench.store, "2026-03-05", what="weights", about=SCORE, weights=WEIGHTS),
        decide(bench.store, "2026-03-05", what="threshold", about="ontime_drop", limit="value", value=80),
        decide(bench.store, "2026-03-05", Stage.proposed, value=12, dim="x"),
    ]
    assert {each.id: each for each in decisions.listed(bench.store, TENANT)} == {
        each.id: each for each in made
    }
    assert decisions.find(bench.store, TENANT, made[1].id) == made[1]
    assert decisions.find(bench.store, TENANT, uuid4()) is None


def shown(store: Store) -> tuple[Any, ...]:
    """Target and band of the whole, as walls show them."""
    return store.query(
        "SELECT target, band FROM ioc_read.values_now WHERE kpi = %(kpi)s AND unit = 'G09'"
        " AND window = 'ytd' AND dim = ''",
        {"kpi": NAME},
    )[0]


def said(store: Store) -> tuple[Any, ...]:
    """The whole's target, since when and by what."""
    columns = "target, toString(target_from), target_document"
    return store.query(f"SELECT {columns} FROM ioc_read.kpis WHERE kpi = '{NAME}'")[0]


def test_readers_see_it_from_its_day_and_by_which_document(bench: Bench, reading_alone: Store) -> None:
    decide(bench.store, "2190-01-01", value=33)
    decide(bench.store, "2020-01-01", Stage.proposed, value=34)
    decide(bench.store, "2020-01-01", Stage.withdrawn, value=35)
    assert said(reading_alone) == (80, None, ""), "neither what is to come nor one person's wish"
    decide(bench.store, "2020-01-01", Stage.taken, value=36)
    assert said(reading_alone) == (36, "2020-01-01", "12/QĐ-BNV")
    assert shown(reading_alone)[0] == 36


def test_the_days_before_keep_their_target(bench: Bench, reading_alone: Store) -> None:
    decide(bench.store, "2026-03-03", value=60)
    rows = reading_alone.query(
        "SELECT toString(day), value, target FROM ioc_read.history"
        f" WHERE kpi = '{NAME}' AND unit = 'G09' AND dim = '' AND day <= '2026-03-03' ORDER BY day"
    )
    assert rows == [("2026-03-02", 100, 80), ("2026-03-03", 0, 60)]


def points(bench: Bench, column: str = "numerator") -> float:
    rows = bench.store.query(
        f"SELECT {column} FROM ioc.kpi_values FINAL"
        f" WHERE kpi = '{SCORE}' AND unit = 'G09.915' AND dim = '' AND window = 'ytd'"
    )
    return float(rows[0][0])


def test_a_score_changes_on_the_day_and_a_rebuild_gives_the_same(bench: Bench) -> None:
    reducer = bench.reducer()
    bench.finish(reducer)
    before = points(bench)
    made = decide(bench.store, "2026-03-11", value=100)
    weighed = decide(bench.store, "2026-03-11", what="weights", about=SCORE, weights=WEIGHTS)
    deciding = Deciding(bench.store, TENANT, bench.clock)
    found = deciding.look()
    assert found is not None and {each.id for each in found} == {made.id, weighed.id}
    assert {each.stage for each in found} == {Stage.taken}
    reducer.decide(Decided(bench.kpis, found))
    bench.clock.advance(timedelta(minutes=2))
    bench.finish(reducer)
    assert points(bench) == before, "not before its day"
    bench.clock.advance(timedelta(days=1))
    bench.finish(reducer)
    after = points(bench)
    files, bench.kpis = bench.kpis, Decided(bench.kpis, found)
    expected = bench.value(SCORE, "G09.915", "ytd")
    assert expected is not None and after == expected.numerator != before
    assert points(bench, "previous") == pytest.approx(before / 100), "yesterday was scored by its own targets"
    ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))
    again = bench.reducer(start=False)
    again.decide(bench.kpis)
    again.start(bench.control.text)
    rebuild(again, bench)
    assert points(bench) == after
    bench.kpis = files


def test_what_is_taken_over_or_ended_is_written_down_once(bench: Bench) -> None:
    made = decide(bench.store, "2026-04-01", value=61)
    late = decide(bench.store, "2026-04-01", Stage.proposed, value=62)
    bench.store.execute("TRUNCATE TABLE ioc.audit_trail")
    bench.clock.advance(timedelta(days=1))
    for _ in range(2):
        Deciding(bench.store, TENANT, bench.clock).look()
    lines = bench.store.query(
        "SELECT object, action, account, has(detail, 'value=61.0') FROM ioc.audit_trail"
    )
    assert sorted(lines) == sorted(
        [
            (str(made.id), "take_change", "quan_tri_1", 1),
            (str(late.id), "expire_change", "quan_tri_1", 0),
        ]
    )
    stages = {each.id: each.stage for each in decisions.listed(bench.store, TENANT)}
    assert stages == {made.id: Stage.taken, late.id: Stage.expired}


def test_a_band_follows_its_target(alone: Store, reading_alone: Store) -> None:
    # Last: its bench takes the place of the others'.
    # A little ahead, but today: values are recent for as long as this takes.
    now = datetime.now(VIETNAM)
    now = min(now + timedelta(minutes=10), now.replace(hour=23, minute=59))
    bench = Bench(alone, f"{now:%Y-%m-%d %H:%M}")
    at, due = f"{now:%Y-%m-%d %H:%M}", "2190-03-30 17:00"
    bench.reduce(dossier(str(n), at, due, channel="direct" if n < 3 else "online") for n in range(10))
    assert shown(reading_alone) == (80, "red")
    decide(alone, "2190-01-01", value=60)
    assert shown(reading_alone) == (80, "red")
    decide(alone, "2020-01-01", value=60)
    assert shown(reading_alone) == (60, "green")
