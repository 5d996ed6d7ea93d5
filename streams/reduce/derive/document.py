"""Documents, in and out."""

from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import DAY, MINUTE, OFFSET, WorkTime, start_of

URGENT_MINUTES = 30
IMMEDIATE_MINUTES = 15
SEEN_BY_PEER = frozenset({"arrived", "rejected", "accepted", "assigned", "processing", "completed"})

IN_COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "registered_at",
    "assigned_at",
    "assign_due_at",
    "due_at",
    "registered_ok",
    "on_time",
    "open",
    "gap",
    "urgency",
    "channel",
    "doc_type",
    "outcome",
    "exchange_status",
    "steering",
    "response_required",
    "assign_minutes",
)
OUT_COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "signed_at",
    "sent_ok",
    "signed",
    "open",
    "gap",
    "urgency",
    "channel",
    "doc_type",
    "signature_kind",
    "exchange_status",
    "recipient_count",
)


def on_time(end: int | None, due: int | None) -> int:
    """Ended on or before the date due: dates are compared, not hours."""
    if end is None or due is None:
        return 0
    return int((end + OFFSET) // DAY <= (due + OFFSET) // DAY)


def document_in(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """An incoming document: unit = latest lead assignee, else receiver; due = its own, else the lead's.

    Where neither is known: who completed it, else who helps, so that it counts somewhere until more is known.
    """
    start = lead = end = helper = None
    assigned = exchanged = -1
    status = ""
    first_assigned: int | None = None
    for _, fact in facts:
        number = fact[0]
        if number == 1:
            start = fact
        elif number == 2:
            if fact[5]:
                lead = fact
            else:
                helper = fact
            assigned = max(assigned, fact[6])
            if first_assigned is None or fact[6] < first_assigned:
                first_assigned = fact[6]
        elif number == 3:
            end = fact
        elif fact[5] >= exchanged:
            status, exchanged = fact[4], fact[5]
    ended = end[5] if end else None
    due = (start[7] if start else None) or (lead[7] if lead else None)
    unit = next((fact[4] for fact in (lead, start, end, helper) if fact), "")
    gap = int((start is None and bool(end or assigned >= 0)) or (ended is not None and assigned > ended))
    head: Row = [unit, start[5] if start else None, ended, start[6] if start else None, first_assigned]
    head += [_assign_limit(start, time), due]
    flags = [_registered_ok(start, time), on_time(ended, due), int(start is not None and end is None), gap]
    if start is None:
        return [*head, *flags, "", "", "", end[6] if end else "", status, 0, 0, None]
    told: Row = [start[8], start[9], start[10], end[6] if end else "", status, start[11], start[12]]
    return [*head, *flags, *told, _assign_minutes(start, first_assigned, time)]


def _assign_limit(start: Fact | None, time: WorkTime) -> int | None:
    """When an urgent document should be assigned: hỏa tốc 15 minutes by the clock, others 30 working ones."""
    if start is None or start[8] == "normal":
        return None
    arrived: int = start[5]
    if start[8] == "hoa_toc":
        return arrived + IMMEDIATE_MINUTES * MINUTE
    return time.later(arrived, URGENT_MINUTES)


def _assign_minutes(start: Fact, assigned: int | None, time: WorkTime) -> int | None:
    """Whole minutes until an urgent document was handed on: hỏa tốc by the clock, others working ones."""
    if start[8] == "normal" or assigned is None:
        return None
    arrived: int = start[5]
    if start[8] == "hoa_toc":
        return max(assigned - arrived, 0) // MINUTE
    return max(time.minutes(arrived, assigned), 0)


def _registered_ok(start: Fact | None, time: WorkTime) -> int:
    """Registered by the end of the next working day; an urgent document within 30 minutes."""
    if start is None:
        return 0
    arrived, registered = start[5], start[6]
    if start[8] != "normal":
        return int(registered - arrived <= URGENT_MINUTES * MINUTE)
    limit = time.working_day((arrived + OFFSET) // DAY, 1)
    return int((registered + OFFSET) // DAY <= limit)


def document_out(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """An outgoing document. Sent = as stated, else when a peer was first seen to have it."""
    start = None
    seen: int | None = None
    exchanged = -1
    status = ""
    for _, fact in facts:
        if fact[0] == 4:
            start = fact
            continue
        if fact[4] in SEEN_BY_PEER and (seen is None or fact[5] < seen):
            seen = fact[5]
        if fact[5] >= exchanged:
            status, exchanged = fact[4], fact[5]
    if start is None:
        return ["", None, None, None, 0, 0, 0, 1, "", "", "", "", status, 0]
    sent = start[7] if start[7] is not None else seen
    ok = int(sent is not None and sent <= _send_limit(start, time))
    head: Row = [start[4], start[5], sent, start[6], ok, start[8], int(sent is None), 0]
    return [*head, start[10], start[11], start[12], start[9], status, start[13]]


def _send_limit(start: Fact, time: WorkTime) -> int:
    """12:00 of the next working day after signing (after issue, if unsigned); urgent: 30 minutes after."""
    base: int = start[6] if start[6] is not None else start[5]
    if start[10] != "normal":
        return base + URGENT_MINUTES * MINUTE
    return start_of(time.working_day((base + OFFSET) // DAY, 1)) + DAY // 2
