"""Documents, by hand. Official calendar of 2026: 2 March is a Monday; 27 and 30 April, 1 May are off."""

from typing import Any

import pytest

from streams.reduce.facts import Event
from tests.unit.reduce.cases import event, ms, only


def received(arrived: str, registered: str, **more: Any) -> Event:
    fields: dict[str, Any] = {
        "doc_ref": "A",
        "doc_type": "cong_van",
        "sender_org": "G12",
        "receiver_org": "G09.901",
        "urgency": "normal",
        "classification": "normal",
        "channel": "axis",
        "arrived_at": arrived,
        "registered_at": registered,
        "steering": False,
        "response_required": True,
    }
    return event("document.received", "r", registered, **(fields | more))


def assigned(id: str, to: str, seqno: int, role: str = "lead", **more: Any) -> Event:
    fields: dict[str, Any] = {
        "doc_ref": "A",
        "from_org": "G09.901",
        "to_org": to,
        "role": role,
        "step": seqno,
    }
    return event(
        "document.assigned",
        id,
        "2026-03-02 09:00",
        seqno=seqno,
        assigned_at="2026-03-02 09:00",
        **(fields | more),
    )


def completed(at: str, id: str = "c", seqno: int = 9) -> Event:
    fields: dict[str, Any] = {"doc_ref": "A", "org": "G09.902", "completed_at": at, "outcome": "filed"}
    return event("document.completed", id, at, seqno=seqno, **fields)


def issued(**more: Any) -> Event:
    fields: dict[str, Any] = {
        "doc_ref": "B",
        "issuer_org": "G09.903",
        "doc_type": "cong_van",
        "urgency": "normal",
        "signed": True,
        "signature_kind": "both",
        "signed_at": "2026-03-06 09:00",
        "issued_at": "2026-03-06 10:00",
        "channel": "axis",
        "recipient_count": 1,
    }
    return event("document.issued", "i", "2026-03-06 10:00", **(fields | more))


@pytest.mark.parametrize(
    ("arrived", "registered", "urgency", "ok"),
    [
        ("2026-03-02 08:00", "2026-03-02 08:10", "normal", 1),
        ("2026-03-02 23:59", "2026-03-03 23:59", "normal", 1),
        ("2026-03-02 08:00", "2026-03-04 00:00", "normal", 0),
        ("2026-03-06 16:00", "2026-03-09 16:00", "normal", 1),  # Friday, then Monday
        ("2026-03-07 08:00", "2026-03-10 08:00", "normal", 0),  # Saturday: Monday was the last day
        ("2026-04-24 16:00", "2026-04-28 09:00", "normal", 1),  # Monday 27 April is a holiday
        ("2026-08-21 16:00", "2026-08-24 09:00", "normal", 0),  # Saturday 22 August 2026 is worked
        ("2026-03-02 08:00", "2026-03-02 08:30", "khan", 1),
        ("2026-03-02 08:00", "2026-03-02 08:31", "hoa_toc", 0),
    ],
)
def test_registered_in_time(arrived: str, registered: str, urgency: str, ok: int) -> None:
    assert only("document_in", [received(arrived, registered, urgency=urgency)])["registered_ok"] == ok


def test_unit_is_the_latest_lead_else_the_receiver() -> None:
    start = received("2026-03-02 08:00", "2026-03-02 08:10")
    assert only("document_in", [start])["unit"] == "G09.901"
    steps = [
        assigned("1", "G09.905", 2),
        assigned("2", "G09.906", 3),
        assigned("3", "G09.907", 4, "cooperate"),
    ]
    assert only("document_in", [start, *steps])["unit"] == "G09.906"


def test_due_is_its_own_else_the_leads() -> None:
    own = received("2026-03-02 08:00", "2026-03-02 08:10", due_at="2026-03-05 17:00")
    none = received("2026-03-02 08:00", "2026-03-02 08:10")
    lead = assigned("1", "G09.905", 2, due_at="2026-03-04 17:00")
    assert only("document_in", [own, lead])["due_at"] == ms("2026-03-05 17:00")
    assert only("document_in", [none, lead])["due_at"] == ms("2026-03-04 17:00")
    assert only("document_in", [none])["due_at"] is None


@pytest.mark.parametrize(
    ("done", "on_time"), [("2026-03-05 23:59", 1), ("2026-03-06 00:00", 0), ("2026-03-04 08:00", 1)]
)
def test_on_time_compares_dates(done: str, on_time: int) -> None:
    start = received("2026-03-02 08:00", "2026-03-02 08:10", due_at="2026-03-05 10:00")
    case = only("document_in", [start, completed(done)])
    assert (case["on_time"], case["open"], case["ended_at"]) == (on_time, 0, ms(done))


def test_of_two_completions_the_later_in_sequence_counts() -> None:
    start = received("2026-03-02 08:00", "2026-03-02 08:10", due_at="2026-03-05 10:00")
    both = [completed("2026-03-04 09:00", "c1", 5), completed("2026-03-06 09:00", "c2", 6)]
    assert only("document_in", [start, *both])["ended_at"] == ms("2026-03-06 09:00")


def test_a_step_without_its_start_is_a_gap_and_not_open() -> None:
    case = only("document_in", [completed("2026-03-04 09:00")])
    assert (case["gap"], case["open"], case["opened_at"], case["on_time"]) == (1, 0, None, 0)


@pytest.mark.parametrize(
    ("urgency", "arrived", "limit"),
    [
        ("hoa_toc", "2026-03-02 23:00", "2026-03-02 23:15"),
        ("khan", "2026-03-06 16:45", "2026-03-09 08:15"),
        ("normal", "2026-03-06 16:45", None),
    ],
)
def test_when_an_urgent_document_must_be_assigned(urgency: str, arrived: str, limit: str | None) -> None:
    case = only("document_in", [received(arrived, arrived, urgency=urgency)])
    assert case["assign_due_at"] == (None if limit is None else ms(limit))


@pytest.mark.parametrize(
    ("more", "ok"),
    [
        ({"sent_at": "2026-03-09 12:00"}, 1),  # Friday's signature, Monday noon
        ({"sent_at": "2026-03-09 12:01"}, 0),
        ({}, 0),
        ({"urgency": "khan", "sent_at": "2026-03-06 09:30"}, 1),
        ({"urgency": "khan", "sent_at": "2026-03-06 09:31"}, 0),
        ({"signed": False, "signature_kind": "none", "signed_at": None, "sent_at": "2026-03-09 11:00"}, 1),
    ],
)
def test_sent_in_time(more: dict[str, object], ok: int) -> None:
    assert only("document_out", [issued(**more)])["sent_ok"] == ok


def test_a_document_its_peer_has_was_sent() -> None:
    arrived = event(
        "document.exchange_changed",
        "x",
        "2026-03-09 09:00",
        source="vxp",
        doc_ref="B",
        peer_org="G12",
        status="arrived",
        at="2026-03-09 09:00",
    )
    case = only("document_out", [issued(), arrived])
    assert (case["ended_at"], case["sent_ok"], case["open"]) == (ms("2026-03-09 09:00"), 1, 0)


def test_the_source_with_more_authority_states_the_start() -> None:
    seen = received("2026-03-02 08:00", "2026-03-02 08:10", receiver_org="G09.910")
    axis = seen._replace(source="vxp", id="v", seqno=99, data=dict(seen.data) | {"receiver_org": "G09.911"})
    assert only("document_in", [axis, seen])["unit"] == "G09.910"


def test_a_document_of_which_only_a_helper_is_known_counts_for_the_helper() -> None:
    helped = assigned("a", "G09.904", 2, "cooperate")
    assert only("document_in", [helped])["unit"] == "G09.904"
    assert only("document_in", [helped, completed("2026-03-03 09:00")])["unit"] == "G09.902"
    assert (
        only("document_in", [helped, received("2026-03-02 08:00", "2026-03-02 08:10")])["unit"] == "G09.901"
    )
