"""The join: any order, any repetition, any batching of the same events gives one state, byte for byte."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.reduce.facts import Event
from streams.reduce.payloads import COUNTED
from streams.reduce.state import State, load
from tests.unit.reduce.cases import PERSON, event, fold_states, local

BEGIN = datetime(2026, 3, 2, 8, 0)
NAMES = {
    "document_in": [f"document.{each}" for each in ("received", "assigned", "completed", "exchange_changed")],
    "document_out": ["document.issued", "document.exchange_changed"],
    "dossier": [
        *(f"dossier.{each}" for each in ("received", "clock_changed", "resolved", "closed")),
        *("dossier.portal_synced", "payment.completed", "satisfaction.rated", "feedback.changed"),
    ],
    "procedure": ["procedure.published"],
    "archive": ["archive.batch_processed"],
    "task": ["task.assigned", "task.changed"],
    "dataset": ["dataset.assessed"],
    "interop": ["interop.recorded"],
    "alert": ["alert.transitioned"],
    "feedback": ["feedback.changed"],
    "hr_change": ["hr.change_recorded", "hr.record_synced"],
    "hr_record": ["hr.record_synced"],
    "credential": ["hr.credential_issued"],
    "training": ["training.completed"],
    "source": ["source.heartbeat", "document.received"],
}  # fmt: skip
ORGS = st.sampled_from(["G09.901", "G09.902", "G09.903"])


@st.composite
def moments(draw: st.DrawFn) -> str:
    return (BEGIN + timedelta(hours=draw(st.integers(0, 400)))).strftime("%Y-%m-%d %H:%M")


@st.composite
def data(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of every type at once: a fact takes what is its own."""
    at, later = draw(moments()), draw(moments())
    return {
        "doc_ref": "A", "dossier_ref": "A", "feedback_ref": "A", "change_ref": "A", "person_ref": PERSON,
        "org": draw(ORGS), "receiver_org": draw(ORGS), "to_org": draw(ORGS), "issuer_org": draw(ORGS),
        "arrived_at": at, "registered_at": later, "due_at": draw(st.none() | moments()) or later,
        "assigned_at": at, "completed_at": at, "issued_at": at, "signed_at": at, "sent_at": later,
        "received_at": at, "resolved_at": at, "closed_at": at, "synced_at": at, "at": at,
        "urgency": draw(st.sampled_from(["normal", "hoa_toc"])), "channel": "axis", "doc_type": "khac",
        "steering": False, "response_required": True, "signed": True, "signature_kind": "org",
        "recipient_count": 1,
        "role": draw(st.sampled_from(["lead", "cooperate"])), "field_code": "f",
        "applicant_kind": "citizen", "digitised_components": True, "components_reused": 0,
        "fee_required": False,
        "vneid_verified": False, "new_due_at": later, "outcome": "returned", "e_result": True,
        "result": draw(st.sampled_from(["ok", "failed"])), "target": "national_db", "origin": "unit_entry",
        "change_group": "other", "action": draw(st.sampled_from(["issued", "revoked"])), "valid_until": later,
        "course_group": "dx", "passed": draw(st.booleans()), "level": "basic", "system_code": "qlvb",
        "interval_s": 60, "backlog": draw(st.integers(0, 5)), "sent_total": 1,
        "reason": draw(st.sampled_from(["supplement", "interagency"])), "statutory_days": 5, "score": 3,
        "paper_result": draw(st.none() | st.booleans()), "store_reused": draw(st.booleans()),
        "dissatisfied": draw(st.booleans()), "method": draw(st.sampled_from(["online", "cash", "exempt"])),
        "amount_vnd": draw(st.integers(0, 9)), "paid_at": at,
        "online_level": draw(st.sampled_from(["none", "full"])), "online_eligible": draw(st.booleans()),
        "business_related": False, "announced_on_time": draw(st.booleans()), "published_on_time": True,
        "content_complete": draw(st.booleans()), "procedure_code": "A",
        "batch_ref": "A", "archive_centre": draw(ORGS), "fonds_code": "f", "items": draw(st.integers(0, 9)),
        "pages": draw(st.integers(0, 9)), "error_items": 0, "high_use": draw(st.booleans()),
        "operation": draw(st.sampled_from(["described", "digitised", "verified"])),
        "task_ref": "A", "lead_org": draw(ORGS), "program": "gov2025", "priority": 1,
        "progress_pct": draw(st.integers(0, 100)), "assessed_at": at, "dataset_code": "A",
        "rule_version": "1", **{name: draw(st.integers(0, 3)) for name in COUNTED},
        "window_start": local(at), "ok": draw(st.integers(0, 2)), "failed": draw(st.integers(0, 2)),
        "alert_ref": "A", "severity": draw(st.sampled_from(["minor", "critical"])), "rule_id": "r",
        "kpi_id": draw(st.none() | st.just("k")),
    }  # fmt: skip


def states(name: str) -> st.SearchStrategy[str]:
    return {
        "document.exchange_changed": st.sampled_from(["arrived", "failed", "accepted"]),
        "dossier.clock_changed": st.sampled_from(["paused", "running", "extended"]),
        "feedback.changed": st.sampled_from(["received", "resolved", "refused", "reopened"]),
        "task.changed": st.sampled_from(["accepted", "completed", "extended", "returned", "cancelled"]),
        "alert.transitioned": st.sampled_from(["raised", "acknowledged", "resolved", "escalated"]),
    }.get(name, st.just("up"))


@st.composite
def streams(draw: st.DrawFn, kind: str) -> list[Event]:
    """Up to eight events about one case, some of which correct others."""
    events = []
    for number in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(NAMES[kind]))
        state = draw(states(name))
        fields = draw(data()) | {"state": state, "status": state}
        if name == "procedure.published":
            fields["action"] = draw(st.sampled_from(["created", "updated", "abolished"]))
        fields["kind"] = "e_card" if name == "hr.credential_issued" else "complaint"
        corrects = draw(st.sampled_from(["", "", "", f"e{draw(st.integers(0, 7))}"]))
        events.append(
            event(
                name,
                f"e{number}",
                draw(moments()),
                seqno=draw(st.integers(1, 4)),
                source=draw(st.sampled_from(["qlvb", "vxp"])),
                corrects="" if corrects == f"e{number}" else corrects,
                **fields,
            )
        )
    return events


@pytest.mark.parametrize("kind", sorted(NAMES))
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_order_repetition_and_batching_do_not_matter(kind: str, chosen: st.DataObject) -> None:
    events = chosen.draw(streams(kind))
    twice = events + chosen.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = chosen.draw(st.permutations(twice))
    batches = chosen.draw(st.integers(1, len(twice)))
    assert fold_states(kind, shuffled, batches=batches) == fold_states(kind, events)


def test_the_property_can_fail() -> None:
    """Two different facts under one key of equal rank: without a last word the order would decide."""
    one, two = State(), State()
    facts = [[3, 1, 1, 5, "a"], [3, 1, 1, 5, "b"]]
    for fact in facts:
        one.add("k", fact)
    for fact in reversed(facts):
        two.add("k", fact)
    assert one.facts == two.facts == {"k": [3, 1, 1, 5, "b"]}


def test_a_state_survives_being_stored() -> None:
    state = State()
    state.add("qlvb/1", [1, 20, 1, 5, "Đ"])
    state.withdraw("qlvb/0")
    again = load(state.dump(["G09", None]))
    assert (again.facts, again.withdrawn, again.row) == (state.facts, state.withdrawn, ["G09", None])
    assert not again.add("qlvb/1", [1, 20, 1, 5, "Đ"])
    assert not again.withdraw("qlvb/0")
