"""When a number may be believed: not during a rebuild, and not when its events stand still on their way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ioc.topics import DOCUMENTS
from storage.client import Store
from storage.ledger import Log
from storage.rebuilds import ask
from storage.trust import LEAST_LIMIT_S, heard
from streams.land.resume import Stop
from streams.land.stops import note
from streams.reduce import anew
from tests.engine.reducing import Bench, event

pytestmark = pytest.mark.engine


def beats(*sources: str) -> list[dict[str, Any]]:
    """Each of these has just said that it is well."""
    told = {"status": "up", "interval_s": 30, "backlog": 0, "sent_total": 1}
    here = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m-%d %H:%M}"
    return [
        event("source.heartbeat", f"h-{code}", here, {"system_code": code, **told}, source=code)
        for code in sources
    ]


def catch_up(bench: Bench) -> None:
    """Freshness is read by the store's own clock: the reducer's must not be behind it."""
    bench.clock.advance(datetime.now(UTC) - bench.clock.now())


def fresh(reading: Store, kpi: str) -> int | None:
    rows = reading.query("SELECT fresh FROM ioc_read.trust WHERE kpi = %(k)s AND unit = 'G09'", {"k": kpi})
    found: int | None = rows[0][0]
    return found


@pytest.fixture
def bench(alone: Store) -> Bench:
    alone.execute("TRUNCATE TABLE ioc.landing_progress")
    alone.execute("TRUNCATE TABLE ioc.landing_stops")
    bench = Bench(alone, "2026-01-01 00:00")
    catch_up(bench)
    bench.reduce(beats("qlvb", "motcua", "vxp"))
    return bench


def test_values_go_on_and_are_trusted_during_a_rebuild(
    bench: Bench, reading_alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "SLICE", 1)
    ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))
    reducer = bench.reducer()
    reducer.step()
    catch_up(bench)
    bench.clock.advance(timedelta(seconds=9))
    reducer.step()
    assert reducer._rebuilding.wish is not None
    assert fresh(reading_alone, "dossier_on_time_rate") == 1


def test_what_stands_still_makes_its_numbers_old_and_no_others(bench: Bench, reading_alone: Store) -> None:
    catch_up(bench)
    since = bench.clock.now().replace(microsecond=0) - timedelta(minutes=2)
    log = Log(DOCUMENTS, uuid4(), 1)
    note(bench.store, log, Stop("Kafka deleted records by retention", 5, 9, "retention"), since)
    bench.reduce(beats("qlvb"))
    assert fresh(reading_alone, "doc_on_time_rate") == 0
    assert fresh(reading_alone, "dossier_on_time_rate") == 1
    sources = heard(bench.store, bench.catalogue, "G09")
    assert sources["qlvb"].last == sources["qlvb"].stale_at == round(since.timestamp() * 1000)
    assert sources["motcua"].stale_at - sources["motcua"].last == 1000 * LEAST_LIMIT_S
    note(bench.store, log, None, bench.clock.now())
    catch_up(bench)
    bench.clock.advance(timedelta(seconds=10))
    bench.reduce()
    assert fresh(reading_alone, "doc_on_time_rate") == 1
