"""A small ministry in every reading view: something for each panel of each board to show."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from ioc.clock import VIETNAM
from ioc.kpis import Kpi, Kpis
from ioc.reference import Catalogue
from storage.client import Store
from storage.reference import load as load_reference
from storage.trust import write as write_trust

TENANT, ROOT, JOBS, MERIT, OFFICE = "G09", "G09", "G09.915", "G09.917", "G09.901"
UNITS = (ROOT, JOBS, MERIT, OFFICE)
WINDOWS = ("day", "week", "month", "ytd")
TABLES = (
    *("kpi_values", "kpi_trust", "kpi_cells", "kpi_history", "ticks", "latency", "ref_loaded", "forecasts"),
    *("cases_source", "cases_document_in", "cases_dossier", "cases_task", "cases_dataset", "cases_alert"),
    *(
        "landing_progress",
        "landing_stops",
        "canaries",
        "freshness",
        "qd766_official",
        "events_documents",
        "events_platform",
        "events_alerts",
    ),
)
DIMS = {
    "hr_credential_coverage": ("digital_signature", "e_card"),
    "dx_training_coverage": ("dx", "infosec"),
    "unit_dx_score": ("so_hoa", "du_lieu", "measured"),
    **dict.fromkeys(("dq_correct_rate", "dq_complete_rate", "dq_clean_rate", "dq_live_rate"), ("cbccvc",)),
}
SCORES = {JOBS: 81.5, MERIT: 64.0, OFFICE: 92.0}


def insert(store: Store, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    store.insert(f"ioc.{table}", list(rows[0]), [[row[name] for row in rows] for name in rows[0]])


def emptied(store: Store) -> None:
    """Nothing known but the catalogue."""
    for table in TABLES:
        store.execute(f"TRUNCATE TABLE ioc.{table}")
    load_reference(store, Catalogue.load(), Kpis.load(), TENANT)


def seed(store: Store) -> None:
    """Values of every KPI, and cases, ledger and platform rows as the panels need them."""
    now = datetime.now(UTC)
    today = now.astimezone(VIETNAM).date()
    kpis = Kpis.load()
    insert(store, "cases_source", sources(now))
    insert(store, "ticks", [tick(now)])
    milliseconds = int(now.timestamp() * 1000)
    write_trust(store, kpis, UNITS, Catalogue.load(), tenant=TENANT, on=today, now=milliseconds, version=1)
    insert(store, "kpi_values", [row for kpi in kpis.values() for row in values(kpi, now, today)])
    insert(store, "kpi_cells", [row for kpi in kpis.values() for row in cells(kpi, today)])
    insert(store, "kpi_history", [shown(kpi.id, now) for kpi in kpis.values()])
    insert(store, "cases_document_in", documents(now))
    insert(
        store, "cases_dossier", [case(JOBS, "HS-1", now) | {"due_at": now - timedelta(days=6), "running": 1}]
    )
    insert(store, "cases_task", tasks(now))
    insert(store, "cases_dataset", [dataset(now)])
    insert(store, "cases_alert", [alert(now)])
    platform(store, now, today)


def values(kpi: Kpi, now: datetime, today: date) -> list[dict[str, Any]]:
    """Unit and window by unit and window; too few cases at the office, three persons at the merit unit."""
    common = {"tenant": TENANT, "kpi": kpi.id, "on_day": today, "computed_at": now, "version": 1}
    rows = []
    for unit in UNITS:
        value = SCORES.get(unit, 70.0) if kpi.composite else 60.0
        cases = 3 if kpi.personal and unit == MERIT else 2 if unit == OFFICE else 120
        for window in WINDOWS:
            for dim in ("", *DIMS.get(kpi.id, ())):
                place = {"unit": unit, "window": window, "dim": dim}
                counts = {"numerator": cases, "denominator": 200, "cases": cases}
                rows.append(common | place | counts | {"value": value, "previous": value - 1})
    return rows


def cells(kpi: Kpi, today: date) -> list[dict[str, Any]]:
    """Ten cases a day on three days, nine of them well."""
    if not (kpi.flow or kpi.stock):
        return []
    return [
        {"tenant": TENANT, "kpi": kpi.id, "part": "flow" if kpi.flow else "stock", "dim": "", "unit": JOBS,
         "day": today - timedelta(days=ago), "numerator": 9, "denominator": 10, "cases": 10, "version": 1}
        for ago in range(3)
    ]  # fmt: skip


def shown(kpi: str, now: datetime) -> dict[str, Any]:
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    return {"tenant": TENANT, "kpi": kpi, "unit": ROOT, "window": "month", "dim": "", "hour": hour,
            "value": 60.0, "cases": 120, "numerator": 120, "version": 1}  # fmt: skip


def sources(now: datetime) -> list[dict[str, Any]]:
    """All alive. qlvb says that it handed over 7 since yesterday."""
    rows = [
        {"tenant": TENANT, "subject": code, "interval_s": source.interval_s, "opened_at": now, "version": 1,
         "sent_total": 0, "sent_epoch": None}
        for code, source in Catalogue.load().sources.items()
    ]  # fmt: skip
    yesterday = now - timedelta(days=1)
    mine = {"sent_total": 7, "sent_epoch": yesterday}
    return [row | (mine if row["subject"] == "qlvb" else {}) for row in rows]


def tick(now: datetime) -> dict[str, Any]:
    return {"tick": 1, "settled": 1, "kind": "events", "finished_at": now,
            "started_at": now - timedelta(milliseconds=40), "fresh_ms": [700], "fresh_records": [9],
            "live": 1, "events": 9, "values_at": now, "latency_source": ["qlvb"], "latency_ms": [900],
            "latency_events": [9]}  # fmt: skip


def canary(now: datetime) -> dict[str, Any]:
    way = ("sent_at", "logged_at", "landed_at", "visible_at")
    return {"topic": "documents", "every_s": 10} | dict.fromkeys(way, now)


def heartbeat(now: datetime) -> dict[str, Any]:
    """motcua says that it sent nothing but this."""
    said = {"sent_total": 1, "sent_epoch": (now - timedelta(days=1)).isoformat()}
    return {
        "topic_id": TOPIC,
        "partition": 9,
        "offset": 0,
        "logged_at": now,
        "verdict": 1,
        "tenant": TENANT,
        "source": f"urn:ioc:{TENANT}:motcua",
        "id": "beat",
        "type": "vn.gov.ioc.source.heartbeat.v1",
        "time": now,
        "producedat": now,
        "fingerprint": b"\0" * 32,
        "data": orjson.dumps(said).decode(),
    }


def case(unit: str, subject: str, now: datetime) -> dict[str, Any]:
    opened = now - timedelta(days=20)
    return {"tenant": TENANT, "subject": subject, "unit": unit, "open": 1, "opened_at": opened, "version": 1}


def documents(now: datetime) -> list[dict[str, Any]]:
    late, urgent = case(JOBS, "VB-1", now), case(MERIT, "VB-2", now)
    return [
        late | {"due_at": now - timedelta(days=3), "urgency": "", "assign_due_at": None},
        urgent | {"due_at": None, "urgency": "khan", "assign_due_at": now + timedelta(minutes=9)},
    ]


def tasks(now: datetime) -> list[dict[str, Any]]:
    late, coming, done = (case(unit, f"NV-{unit}", now) for unit in (JOBS, MERIT, OFFICE))
    return [
        late | {"original_due_at": now - timedelta(days=4), "program": "gov2025", "status": "in_progress"},
        coming | {"original_due_at": now + timedelta(days=4), "program": "nq57", "status": "accepted"},
        done | {"original_due_at": now, "program": "gov2025", "status": "completed", "open": 0},
    ]


def dataset(now: datetime) -> dict[str, Any]:
    counted = {
        "records_total": 1000,
        "duplicates": 5,
        "format_errors": 4,
        "ref_errors": 3,
        "stale_records": 2,
    }
    return case(JOBS, "cbccvc/G09.915/1", now) | {"dataset": "cbccvc", **counted}


def alert(now: datetime) -> dict[str, Any]:
    raised = {"raised_at": now - timedelta(minutes=3), "severity": "critical", "rule": "hoa_toc"}
    return case(JOBS, "A-1", now) | raised


def platform(store: Store, now: datetime, today: date) -> None:
    """The ledger of one source, its log a record ahead; a stop; a forecast; a published score."""
    insert(store, "events_documents", ledger(now))
    rejected, raised = told(now)
    insert(store, "events_platform", [rejected])
    insert(store, "events_platform", [heartbeat(now)])
    insert(store, "events_alerts", [raised])
    log = {"topic": "ioc.documents", "topic_id": TOPIC, "partition": 0}
    insert(store, "landing_progress", [log | {"start": 0, "end": 8, "at": now}])
    stop = {"topic": "ioc.documents", "partition": 0, "reason": "hole", "first": 3, "last": 4, "at": now}
    insert(store, "landing_stops", [stop])
    insert(store, "canaries", [canary(now)])
    wanted = {"tenant": TENANT, "kpi": "online_dossier_rate", "dim": "", "unit": ROOT, "on_day": today}
    seen = {
        "status": "off_pace",
        "target": 80.0,
        "deadline": date(2030, 12, 31),
        "expected": 71.5,
        "message": "",
    }
    insert(store, "forecasts", [wanted | seen | {"computed_at": now}])
    line = {
        "tenant": TENANT,
        "period": str(today.year),
        "unit": JOBS,
        "metric": "",
        "imported_at": now,
        "version": 1,
    }
    insert(store, "qd766_official", [line | {"grp": "a", "score": 30.5}, line | {"grp": "b", "score": 40.25}])


def told(now: datetime) -> list[dict[str, Any]]:
    """A refusal at the door, of vxp; and that an alert was raised."""
    refused = {"source": f"urn:ioc:{TENANT}:vxp", "rejected_type": "unknown", "reason": "secret_marking"}
    raised = {"state": "raised", "severity": "critical", "to_role": "truc_ca_ioc"}
    rows = ledger(now)[:2]
    types = ("vn.gov.ioc.event.rejected.v1", "vn.gov.ioc.alert.transitioned.v1")
    return [
        row | {"type": kind, "source": f"urn:ioc:{TENANT}:ioc", "data": orjson.dumps(data).decode()}
        for row, kind, data in zip(rows, types, (refused, raised), strict=True)
    ]


TOPIC = UUID("5f0e8f52-6f5c-4c7e-9b53-6d1f3f1c1a07")


def ledger(now: datetime) -> list[dict[str, Any]]:
    """Of seven records of qlvb four count, one is sent twice, two are refused."""
    verdicts = [(1, ""), (1, ""), (1, ""), (1, ""), (2, ""), (4, "schema"), (4, "unknown_unit")]
    return [
        {"topic_id": TOPIC, "partition": 0, "offset": offset, "logged_at": now, "verdict": verdict,
         "reason": reason, "tenant": TENANT, "source": f"urn:ioc:{TENANT}:qlvb", "id": str(offset),
         "type": "vn.gov.ioc.document.received.v1", "time": now, "producedat": now, "fingerprint": b"\0" * 32}
        for offset, (verdict, reason) in enumerate(verdicts)
    ]  # fmt: skip
