"""What a case keeps of an event's data, one function a type: only what a fold asks for.

A fact may be older than the program: new fields are added at the end, and folds accept facts without them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Data = Mapping[str, Any]


def instant(text: str | None) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 time."""
    return None if text is None else known(text)


def known(text: str) -> int:
    """`instant` of a time that is always stated."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def flag(value: object) -> int | None:
    """0 or 1 of a statement that may be missing."""
    return None if value is None else int(bool(value))


def received(d: Data) -> list[Any]:
    return [
        d["receiver_org"],
        instant(d["arrived_at"]),
        instant(d["registered_at"]),
        instant(d.get("due_at")),
        d["urgency"],
        d["channel"],
        d["doc_type"],
        int(d["steering"]),
        int(d["response_required"]),
    ]


def assigned(d: Data) -> list[Any]:
    return [d["to_org"], int(d["role"] == "lead"), instant(d["assigned_at"]), instant(d.get("due_at"))]


def completed(d: Data) -> list[Any]:
    return [d["org"], instant(d["completed_at"]), d["outcome"]]


def issued(d: Data) -> list[Any]:
    return [
        d["issuer_org"],
        instant(d["issued_at"]),
        instant(d.get("signed_at")),
        instant(d.get("sent_at")),
        int(d["signed"]),
        d["signature_kind"],
        d["urgency"],
        d["channel"],
        d["doc_type"],
        d["recipient_count"],
    ]


def exchanged(d: Data) -> list[Any]:
    return [d["status"], instant(d["at"])]


def dossier(d: Data) -> list[Any]:
    return [
        d["org"],
        instant(d["received_at"]),
        instant(d["due_at"]),
        d["procedure_code"],
        d["field_code"],
        d["channel"],
        d["applicant_kind"],
        int(d["digitised_components"]),
        int(d["components_reused"] > 0),
        int(d["vneid_verified"]),
        int(d["fee_required"]),
        d["statutory_days"],
        flag(d.get("paper_result")),
        int(bool(d.get("store_reused"))),
    ]


def clock(d: Data) -> list[Any]:
    told = flag(d.get("apology_issued"))
    return [d["state"], instant(d["at"]), instant(d.get("new_due_at")), d["reason"], told]


def portal(d: Data) -> list[Any]:
    return [int(d["result"] == "ok"), instant(d["synced_at"])]


def resolved(d: Data) -> list[Any]:
    return [
        d["org"],
        instant(d["resolved_at"]),
        d["result"],
        int(d["e_result"]),
        int(bool(d.get("store_returned"))),
    ]


def closed(d: Data) -> list[Any]:
    return [d["outcome"], instant(d["closed_at"])]


def paid(d: Data) -> list[Any]:
    return [d["method"], instant(d["paid_at"]), d["amount_vnd"]]


def rated(d: Data) -> list[Any]:
    return [d["score"], int(d["dissatisfied"])]


def complained(d: Data) -> list[Any]:
    return [int(bool(d.get("dissatisfied")))]


def feedback(d: Data) -> list[Any]:
    return [
        d["state"],
        instant(d["at"]),
        d["org"],
        instant(d["due_at"]),
        int(bool(d.get("dissatisfied"))),
        d["kind"],
    ]


def changed(d: Data) -> list[Any]:
    return [d["org"], instant(d["completed_at"]), d["origin"], d["change_group"]]


def change_synced(d: Data) -> list[Any]:
    return [int(d["result"] == "ok" and d["target"] == "national_db"), instant(d["synced_at"]), d["org"]]


def record(d: Data) -> list[Any]:
    return [d["org"], d["result"], instant(d["synced_at"])]


def credential(d: Data) -> list[Any]:
    return [d["org"], d["action"], instant(d.get("valid_until"))]


def training(d: Data) -> list[Any]:
    return [d["org"], int(d["passed"]), instant(d["completed_at"]), int(d["level"] == "proficient")]


def procedure(d: Data) -> list[Any]:
    return [
        instant(d["at"]),
        d["action"],
        d["online_level"],
        int(d["online_eligible"]),
        int(d["fee_required"]),
        int(bool(d.get("fee_offered_online"))),
        int(bool(d.get("citizen_facing"))),
        int(bool(d.get("population_connected"))),
        flag(d.get("paper_result")),
        int(d["content_complete"]),
        int(d["announced_on_time"]),
        int(d["published_on_time"]),
        d["field_code"],
        int(d["business_related"]),
        d["statutory_days"],
    ]


def archive(d: Data) -> list[Any]:
    numbers = [d["items"], d["pages"], d["error_items"], int(d["high_use"])]
    return [d["archive_centre"], instant(d["at"]), d["operation"], *numbers, d["fonds_code"]]


def task(d: Data) -> list[Any]:
    return [d["lead_org"], instant(d["assigned_at"]), instant(d["due_at"]), d["program"], d["priority"]]


def progress(d: Data) -> list[Any]:
    return [d["state"], instant(d["at"]), instant(d.get("new_due_at")), d["progress_pct"]]


COUNTED = (
    "records_total",
    "records_checked",
    "verified_ok",
    "mandatory_total",
    "mandatory_filled",
    "duplicates",
    "format_errors",
    "ref_errors",
    "error_records",
    "stale_records",
)
"""What an assessment counts, in the order of its fact and of its case."""


def dataset(d: Data) -> list[Any]:
    return [d["org"], instant(d["assessed_at"]), d["rule_version"], *(d[each] for each in COUNTED)]


def interop(d: Data) -> list[Any]:
    return [instant(d["window_start"]), d["ok"], d["failed"]]


def alert(d: Data) -> list[Any]:
    head = [d["org"], instant(d["at"]), d["state"], d["severity"], d["rule_id"], d.get("kpi_id") or ""]
    told = [
        d.get("actor_role") or "",
        d.get("to_role") or "",
        d.get("to_unit") or "",
        instant(d.get("until")),
    ]
    return [*head, *told, d.get("reason_code") or "", d.get("sop_step") or "", d.get("breaches")]
