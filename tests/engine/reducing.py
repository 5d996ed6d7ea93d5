"""What the reducer's tests share: a ledger written by hand, a control log in memory, a reducer to step."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from clickhouse_cityhash.cityhash import CityHash64

from ioc.clock import FixedClock
from ioc.contracts import BY_NAME
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage.client import Store
from storage.values import Value, compute, window
from streams.reduce.reducer import Reducer
from streams.reduce.worktime import milliseconds

TENANT = "G09"
SPACE = UUID("5f0e8f52-6f5c-4c7e-9b53-6d1f3f1c1a00")
DERIVED = (
    "forecasts",
    "kpi_cells",
    "kpi_values",
    "kpi_trust",
    "kpi_history",
    "ticks",
    "reduce_log",
    "rebuilds",
    "corrections",
    "latency",
    "derived",
)
KINDS = (
    *("document_in", "document_out", "dossier", "feedback", "source"),
    *("procedure", "archive", "task", "dataset", "interop", "alert"),
)
PEOPLE = ("hr_change", "hr_record", "credential", "training")


def at(text: str) -> datetime:
    """`2026-03-02 08:00` in Vietnam."""
    return datetime.fromisoformat(text + ":00+07:00").astimezone(UTC)


def event(
    name: str,
    id: str,
    time: str,
    data: Mapping[str, Any],
    *,
    seqno: int = 1,
    source: str = "qlvb",
    orgunit: str = "G09.901",
    correctionof: str = "",
) -> dict[str, Any]:
    """One event, its times in Vietnamese hours."""
    return {
        "name": name,
        "id": id,
        "time": at(time),
        "data": {key: iso(value) if key.endswith(("_at", "until")) else value for key, value in data.items()},
        "seqno": seqno,
        "source": source,
        "orgunit": orgunit,
        "correctionof": correctionof,
    }


def iso(text: Any) -> Any:
    return at(text).isoformat().replace("+00:00", "Z") if isinstance(text, str) else text


class Control:
    """ioc.control in memory."""

    def __init__(self) -> None:
        self.text = ""

    def commit(self, text: str) -> None:
        self.text = text

    def check(self) -> None:
        pass


class Ledger:
    """Appends events to the ledger's tables, as landing would."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.offsets: dict[str, int] = {}

    def append(self, events: Iterable[Mapping[str, Any]], *, verdict: int = 1) -> None:
        by_table: dict[str, list[tuple[Any, ...]]] = {}
        for each in events:
            kind = BY_NAME[each["name"]]
            table = str(kind.topic.ledger)
            offset = self.offsets.get(table, 0)
            self.offsets[table] = offset + 1
            by_table.setdefault(table, []).append(self._row(each, table, offset, verdict))
        for table, rows in by_table.items():
            self._store.insert(
                f"ioc.{table}", list(COLUMNS), [list(each) for each in zip(*rows, strict=True)]
            )

    def _row(self, each: Mapping[str, Any], table: str, offset: int, verdict: int) -> tuple[Any, ...]:
        kind = BY_NAME[each["name"]]
        return (
            uuid5(SPACE, table),
            0,
            offset,
            each["time"],
            verdict,
            TENANT,
            f"urn:ioc:{TENANT}:{each['source']}",
            each["id"],
            CityHash64(f"urn:ioc:{TENANT}:{each['source']}\0{each['id']}".encode()),
            kind.type,
            str(each["data"].get(kind.subject_field, "")),
            each["time"],
            each.get("producedat", each["time"]),
            each["orgunit"],
            each["seqno"],
            each["correctionof"],
            b"\0" * 32,
            orjson.dumps(each["data"], option=orjson.OPT_SORT_KEYS).decode(),
        )


COLUMNS = (
    *(
        "topic_id",
        "partition",
        "offset",
        "logged_at",
        "verdict",
        "tenant",
        "source",
        "id",
        "id_hash",
        "type",
        "subject",
    ),
    *("time", "producedat", "orgunit", "seqno", "correctionof", "fingerprint", "data"),
)


class Bench:
    """A store of its own, a ledger, a clock, and reducers over them."""

    def __init__(self, store: Store, now: str, kpis: Path | None = None) -> None:
        self.store = store
        self.ledger = Ledger(store)
        self.clock = FixedClock(at(now))
        self.control = Control()
        self.catalogue = Catalogue.load()
        self.kpis = Kpis.load(kpis)
        self.empty()

    def empty(self) -> None:
        tables = [f"cases_{kind}" for kind in (*KINDS, *PEOPLE)] + list(DERIVED)
        tables += ["ref_loaded", "ref_paths", "landing_progress"]
        tables += sorted({str(kind.topic.ledger) for kind in BY_NAME.values()})
        for table in tables:
            self.store.execute(f"TRUNCATE TABLE ioc.{table}")

    def reducer(
        self, *, batch: int = 30_000, reach: Callable[[str], None] = lambda _: None, start: bool = True
    ) -> Reducer:
        reducer = Reducer(
            self.store,
            self.catalogue,
            self.kpis,
            tenant=TENANT,
            clock=self.clock,
            control=self.control,
            batch=batch,
            reach=reach,
        )
        if start:
            reducer.start(self.control.text)
        return reducer

    def reduce(self, events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Append, and reduce to the end, the clock included."""
        self.ledger.append(events)
        reducer = self.reducer()
        self.finish(reducer)

    def finish(self, reducer: Reducer) -> None:
        while reducer.step():
            self.clock.advance(timedelta(seconds=3))
        self.clock.advance(timedelta(seconds=6))
        reducer.step()

    def value(
        self, kpi: str, unit: str = TENANT, name: str = "month", on: str = "", dim: str = ""
    ) -> Value | None:
        found = compute(
            self.store,
            [self.kpis[kpi]],
            [window(name, at(f"{on} 12:00").date() if on else self.clock.now().date(), self.now)],
            tenant=TENANT,
            unit=unit,
            every=self.kpis,
        )
        return next((each for each in found if each.dim == dim), None)

    def fraction(self, kpi: str, unit: str = TENANT, name: str = "month", on: str = "", dim: str = "") -> Any:
        value = self.value(kpi, unit, name, on, dim)
        return (value.numerator, value.denominator) if value else (0, 0)

    @property
    def now(self) -> int:
        return milliseconds(self.clock.now())

    def cells(self) -> list[tuple[Any, ...]]:
        """Everything but the version, without cells that are zero throughout."""
        return self.store.query(
            "SELECT kpi, part, dim, unit, day, numerator, denominator, cases FROM ioc.kpi_cells FINAL"
            " WHERE numerator != 0 OR denominator != 0 OR cases != 0"
            " ORDER BY kpi, part, dim, unit, day"
        )
