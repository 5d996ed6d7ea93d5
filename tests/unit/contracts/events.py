"""One good event of each type, and the rules under which they are good."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ioc.contracts import BY_NAME, TYPES, Envelope, Rules, build

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
AT = NOW - timedelta(hours=1)
LATER = NOW + timedelta(days=5)
SOURCE = "urn:ioc:G09:qlvb"
UNIT = "G09.901"
RULES = Rules(
    tenant="G09",
    units=frozenset({UNIT, "G09.902"}),
    sources={SOURCE: frozenset(TYPES), "urn:ioc:G09:vxp": frozenset({BY_NAME["document.received"].type})},
    version="test",
)
_PERSON = "0123456789abcdef" * 4
_DOSSIER = "000.00.01.G09-261120-0001"
_DOCUMENT = "G09.901,2026/11/20,123/QĐ-BNV"

GOOD: Mapping[str, Mapping[str, Any]] = {
    "document.received": {
        "doc_ref": _DOCUMENT,
        "doc_type": "quyet_dinh",
        "sender_org": "000.00.16.G01",
        "receiver_org": UNIT,
        "urgency": "hoa_toc",
        "classification": "normal",
        "channel": "axis",
        "arrived_at": AT,
        "registered_at": AT + timedelta(minutes=9),
        "due_at": LATER,
        "steering": True,
        "response_required": False,
    },
    "document.assigned": {
        "doc_ref": _DOCUMENT,
        "from_org": UNIT,
        "to_org": "G09.902",
        "role": "lead",
        "assigned_at": AT,
        "due_at": LATER,
        "step": 1,
    },
    "document.completed": {
        "doc_ref": _DOCUMENT,
        "org": UNIT,
        "completed_at": AT,
        "outcome": "replied",
        "reply_doc_ref": "45/BNV-VP",
    },
    "document.issued": {
        "doc_ref": _DOCUMENT,
        "issuer_org": UNIT,
        "doc_type": "cong_van",
        "urgency": "normal",
        "signed": True,
        "signature_kind": "both",
        "signed_at": AT,
        "issued_at": AT + timedelta(minutes=1),
        "sent_at": AT + timedelta(minutes=2),
        "channel": "axis",
        "recipient_count": 3,
    },
    "document.exchange_changed": {
        "doc_ref": _DOCUMENT,
        "peer_org": "G01",
        "status": "arrived",
        "edxml_status": "01",
        "business_type": 0,
        "at": AT,
    },
    "dossier.received": {
        "dossier_ref": _DOSSIER,
        "procedure_code": "1.012345",
        "field_code": "thi_dua_khen_thuong",
        "org": UNIT,
        "channel": "online",
        "applicant_kind": "citizen",
        "submitted_at": AT - timedelta(hours=3),
        "received_at": AT,
        "due_at": LATER,
        "statutory_days": 7.5,
        "digitised_components": True,
        "components_total": 4,
        "components_reused": 1,
        "vneid_verified": True,
        "fee_required": False,
        "paper_result": True,
        "store_reused": False,
    },
    "dossier.clock_changed": {
        "dossier_ref": _DOSSIER,
        "state": "extended",
        "reason": "agency_delay",
        "round": 1,
        "at": AT,
        "old_due_at": LATER,
        "new_due_at": LATER + timedelta(days=2),
        "apology_issued": True,
    },
    "dossier.portal_synced": {
        "dossier_ref": _DOSSIER,
        "portal_status": 2,
        "result": "ok",
        "attempt": 1,
        "synced_at": AT,
    },
    "dossier.resolved": {
        "dossier_ref": _DOSSIER,
        "org": UNIT,
        "resolved_at": AT,
        "result": "approved",
        "e_result": True,
        "store_returned": True,
    },
    "dossier.closed": {
        "dossier_ref": _DOSSIER,
        "outcome": "returned",
        "closed_at": AT,
        "return_channel": "online",
    },
    "payment.completed": {
        "dossier_ref": _DOSSIER,
        "method": "online",
        "amount_vnd": 150000,
        "paid_at": AT,
    },
    "satisfaction.rated": {
        "dossier_ref": _DOSSIER,
        "score": 5,
        "dissatisfied": False,
        "channel": "online",
        "rated_at": AT,
    },
    "feedback.changed": {
        "feedback_ref": "PAKN-2026-000123",
        "kind": "complaint",
        "state": "received",
        "org": UNIT,
        "due_at": LATER,
        "at": AT,
        "dossier_ref": _DOSSIER,
    },
    "hr.change_recorded": {
        "change_ref": "BD-2026-00017",
        "person_ref": _PERSON,
        "org": UNIT,
        "change_group": "appointment",
        "effective_at": AT - timedelta(days=2),
        "completed_at": AT,
        "origin": "system",
    },
    "hr.record_synced": {
        "person_ref": _PERSON,
        "org": UNIT,
        "change_ref": "BD-2026-00017",
        "target": "national_db",
        "result": "ok",
        "fields_total": 60,
        "fields_filled": 58,
        "population_match": True,
        "synced_at": AT,
    },
    "hr.credential_issued": {
        "person_ref": _PERSON,
        "org": UNIT,
        "kind": "digital_signature",
        "action": "issued",
        "valid_until": LATER,
    },
    "training.completed": {
        "person_ref": _PERSON,
        "org": UNIT,
        "course_group": "dx",
        "level": "basic",
        "passed": True,
        "hours": 16,
        "completed_at": AT,
    },
    "procedure.published": {
        "procedure_code": "1.012345",
        "field_code": "thi_dua_khen_thuong",
        "action": "updated",
        "online_level": "full",
        "online_eligible": True,
        "business_related": False,
        "statutory_days": 0,
        "fee_required": True,
        "announced_on_time": True,
        "published_on_time": False,
        "content_complete": True,
        "paper_result": True,
        "fee_offered_online": True,
        "citizen_facing": True,
        "population_connected": False,
        "at": AT,
    },
    "archive.batch_processed": {
        "batch_ref": "LO-2026-0042",
        "archive_centre": "G09.913",
        "fonds_code": "PHONG-07",
        "operation": "digitised",
        "items": 120,
        "pages": 4800,
        "error_items": 2,
        "high_use": True,
        "at": AT,
    },
    "task.assigned": {
        "task_ref": "NV-2026-0007",
        "program": "gov2025",
        "assigner_org": "G01",
        "lead_org": UNIT,
        "coop_orgs": ["G09.902", "000.00.919.G09"],
        "priority": 1,
        "assigned_at": AT,
        "due_at": LATER,
        "source_doc_ref": "123/QĐ-TTg",
    },
    "task.changed": {
        "task_ref": "NV-2026-0007",
        "state": "extended",
        "progress_pct": 60,
        "new_due_at": LATER,
        "at": AT,
    },
    "dataset.assessed": {
        "dataset_code": "cbccvc",
        "org": UNIT,
        "assessed_at": AT,
        "records_total": 1000,
        "records_checked": 400,
        "verified_ok": 396,
        "mandatory_total": 30000,
        "mandatory_filled": 29650,
        "duplicates": 3,
        "format_errors": 8,
        "ref_errors": 5,
        "error_records": 14,
        "stale_records": 21,
        "rule_version": "2026.1",
    },
    "interop.recorded": {
        "system_code": "motcua",
        "peer_code": "csdlqg_dan_cu",
        "service_code": "tra_cuu_cong_dan",
        "platform": "ngsp",
        "window_start": AT,
        "calls": 57,
        "ok": 55,
        "failed": 2,
        "p95_ms": 312.5,
    },
    "alert.transitioned": {
        "alert_ref": "hoatoc_unassigned/G09.901/0001",
        "rule_id": "hoatoc_unassigned",
        "kpi_id": "doc_urgent_assign_minutes_p95",
        "org": UNIT,
        "severity": "critical",
        "state": "acknowledged",
        "actor_role": "truc_ca_ioc",
        "sop_step": "1",
        "reason_code": "da_goi_truc_ban",
        "at": AT,
    },
    "source.heartbeat": {
        "system_code": "qlvb",
        "status": "up",
        "interval_s": 30,
        "last_business_event_at": AT,
        "backlog": 0,
        "sent_total": 1234,
        "sent_epoch": AT - timedelta(days=30),
    },
    "event.rejected": {
        "source": "urn:ioc:G09:vxp",
        "rejected_type": "vn.gov.ioc.document.received.v1",
        "reason": "schema",
        "rule": "doc_type",
        "at": AT,
    },
    "canary.sent": {"topic": "documents", "every_s": 10},
}


def event_id(n: int) -> str:
    return f"3f2b8a54-0000-4000-8000-{n:012x}"


def event(name: str, n: int = 1, **changes: Any) -> Envelope:
    """A good event of type `name`; `changes` replace fields of its data (None leaves one out)."""
    data = {key: value for key, value in {**GOOD[name], **changes}.items() if value is not None}
    return build(
        name,
        source=SOURCE,
        id=event_id(n),
        time=AT,
        orgunit=UNIT,
        seqno=n,
        producedat=AT + timedelta(seconds=2),
        data=data,
        tenant="G09",
    )


def document() -> Envelope:
    return event("document.received")


def with_id(envelope: Envelope, n: int) -> Envelope:
    """The same statement under the n-th id."""
    return envelope.model_copy(update={"id": event_id(n), "seqno": n})
