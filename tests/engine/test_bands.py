"""The verdict of a value is one and the same, said by the readers' SQL and by the program."""

from datetime import UTC, datetime

import pytest

from ioc.clock import VIETNAM
from ioc.kpis import Kpis
from storage.client import Store
from storage.published import Band, band
from tests.engine.board_seed import JOBS, TENANT, WINDOWS, emptied, insert, seed

pytestmark = pytest.mark.engine
SHOWN: dict[str, tuple[tuple[float, Band], ...]] = {
    "dossier_time_ratio": ((1.0, "green"), (1.05, "amber"), (1.051, "red"), (5.9, "red")),
    "doc_on_time_rate": ((95.0, "green"), (94.9, "amber"), (90.0, "amber"), (89.9, "red")),
    "doc_overdue_open": ((0.0, "green"), (1.0, "amber"), (5.0, "amber"), (6.0, "red")),
}


def test_a_verdict_is_the_same_for_readers_and_for_the_program(store: Store) -> None:
    emptied(store)
    seed(store)
    now = datetime.now(UTC)
    today = now.astimezone(VIETNAM).date()
    common = {"tenant": TENANT, "unit": JOBS, "dim": "", "on_day": today, "computed_at": now, "version": 9}
    common |= {"numerator": 120, "denominator": 120, "cases": 120}
    insert(
        store,
        "kpi_values",
        [
            common | {"kpi": kpi, "window": window, "value": value, "previous": value}
            for kpi, values in SHOWN.items()
            for window, (value, _) in zip(WINDOWS, values, strict=True)
        ],
    )
    rows = store.query(
        "SELECT kpi, value, band FROM ioc_read.values_now"
        " WHERE unit = %(unit)s AND dim = '' AND kpi IN %(kpis)s",
        {"unit": JOBS, "kpis": tuple(SHOWN)},
    )
    read = {(kpi, value): said for kpi, value, said in rows}
    assert read == {(kpi, value): said for kpi, values in SHOWN.items() for value, said in values}
    kpis = Kpis.load()
    told = {
        (kpi, value): band(kpis[kpi], value, 120, kpis[kpi].target(today), fresh=True) for kpi, value in read
    }
    assert told == read
    emptied(store)
