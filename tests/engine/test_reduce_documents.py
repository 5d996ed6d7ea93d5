"""Documents end to end: ledger rows in, values out, against numbers worked out by hand.

March 2026: Monday the 2nd to Friday the 6th are plain working days.
"""

import pytest

from storage.client import Store
from tests.engine.reducing import Bench, event

pytestmark = pytest.mark.engine


def received(
    ref: str, arrived: str, registered: str, due: str | None = None, **more: object
) -> dict[str, object]:
    data = {
        "doc_ref": ref,
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
    } | more
    return data | ({"due_at": due} if due else {})


def documents() -> list[dict[str, object]]:
    day = "2026-03-02"
    return [
        # A: registered the same day, completed on the day due, later than the hour: on time
        event(
            "document.received",
            "a1",
            f"{day} 08:30",
            received("A", f"{day} 08:00", f"{day} 08:30", "2026-03-04 11:00"),
        ),
        event(
            "document.completed",
            "a3",
            "2026-03-04 16:00",
            {"doc_ref": "A", "org": "G09.902", "completed_at": "2026-03-04 16:00", "outcome": "filed"},
            seqno=3,
        ),
        event(
            "document.assigned",
            "a2",
            f"{day} 09:00",
            {
                "doc_ref": "A",
                "from_org": "G09.901",
                "to_org": "G09.902",
                "role": "lead",
                "assigned_at": f"{day} 09:00",
                "step": 1,
            },
            seqno=2,
        ),
        # B: registered two working days later, completed a day late
        event(
            "document.received",
            "b1",
            "2026-03-04 09:00",
            received("B", f"{day} 08:00", "2026-03-04 09:00", "2026-03-05 17:00"),
        ),
        event(
            "document.completed",
            "b2",
            "2026-03-06 09:00",
            {"doc_ref": "B", "org": "G09.901", "completed_at": "2026-03-06 09:00", "outcome": "replied"},
            seqno=2,
        ),
        # C: open and overdue from the 5th on
        event(
            "document.received",
            "c1",
            "2026-03-03 09:00",
            received("C", "2026-03-03 08:00", "2026-03-03 09:00", "2026-03-05 10:00"),
        ),
        # D: urgent, registered after 31 minutes, no due date
        event(
            "document.received",
            "d1",
            "2026-03-03 10:31",
            received("D", "2026-03-03 10:00", "2026-03-03 10:31", urgency="hoa_toc"),
        ),
        # E: issued on the axis, signed, sent next working morning at noon: in time
        event(
            "document.issued",
            "e1",
            "2026-03-06 10:00",
            issued("E", signed_at="2026-03-06 09:00", sent_at="2026-03-09 12:00"),
        ),
        # F: on paper, unsigned
        event(
            "document.issued",
            "f1",
            "2026-03-06 10:00",
            issued("F", signed=False, signature_kind="none", channel="paper"),
        ),
        # G: on the axis, sent after noon
        event(
            "document.issued",
            "g1",
            "2026-03-06 10:00",
            issued("G", signed_at="2026-03-06 09:00", sent_at="2026-03-09 12:01"),
        ),
    ]


def issued(ref: str, **more: object) -> dict[str, object]:
    return {
        "doc_ref": ref,
        "issuer_org": "G09.903",
        "doc_type": "cong_van",
        "urgency": "normal",
        "signed": True,
        "signature_kind": "both",
        "issued_at": "2026-03-06 09:30",
        "channel": "axis",
        "recipient_count": 2,
    } | more


def test_four_document_kpis(alone: Store) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    bench.reduce(documents())
    assert bench.fraction("doc_registered_on_time_rate") == (2, 4)
    assert bench.fraction("doc_digital_exchange_rate") == (2, 3)
    assert bench.fraction("doc_sent_on_time_rate") == (1, 2)
    assert bench.fraction("doc_on_time_rate") == (1, 3)
    assert bench.fraction("doc_overdue_open") == (1, 1)
    assert bench.fraction("doc_on_time_rate", "G09.902") == (1, 1)
    assert bench.fraction("doc_on_time_rate", "G09.901") == (0, 2)
    # as of the 4th nothing was overdue yet; of the days before the 6th only A was completed
    assert bench.fraction("doc_on_time_rate", name="day", on="2026-03-04") == (1, 1)
    assert bench.fraction("doc_overdue_open", name="day", on="2026-03-04") == (0, 2)
    assert bench.fraction("doc_overdue_open", name="day", on="2026-03-05") == (2, 2)
    assert bench.fraction("doc_overdue_open", name="day", on="2026-03-06") == (1, 1)
