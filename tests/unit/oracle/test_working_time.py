"""The one engine of working time, as cases use it, against a walk from minute to minute over two years."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ioc.reference import Catalogue
from streams.reduce.worktime import WorkTime, calendar_day, milliseconds, number
from tests.oracle import minutes as walk
from tests.unit.reduce.cases import event, only

TIME = WorkTime(Catalogue.load(None).calendar)
DAYS = walk.A_DAY
START = st.integers(0, len(walk.WORKED) - 90 * DAYS)
"""Any minute of the two years that leaves three months behind it."""
MANY = settings(max_examples=200, deadline=None)
TET = walk.minute(datetime(2026, 2, 13, 16, 0, tzinfo=walk.ORIGIN.tzinfo))
SWAP = walk.minute(datetime(2026, 8, 21, 16, 30, tzinfo=walk.ORIGIN.tzinfo))
HOLIDAY = walk.minute(datetime(2026, 8, 28, 15, 0, tzinfo=walk.ORIGIN.tzinfo))


def ms(minute: int) -> int:
    return milliseconds(walk.moment(minute))


def text(minute: int) -> str:
    return walk.moment(minute).strftime("%Y-%m-%d %H:%M")


@MANY
@given(START, st.integers(0, 40 * DAYS), st.integers(0, 12_000))
@example(TET, 12 * DAYS, 121)
@example(SWAP, 3 * DAYS, 31)
def test_minutes_between_and_later(start: int, span: int, minutes: int) -> None:
    assert TIME.minutes(ms(start), ms(start + span)) == walk.worked(start, start + span)
    assert TIME.later(ms(start), minutes) == ms(walk.later(start, minutes))


@MANY
@given(START, st.integers(1, 59_999), st.integers(0, 12_000))
def test_what_begins_within_a_minute_ends_within_one(start: int, rest: int, minutes: int) -> None:
    """Between what the minutes before and after give, and never on time that is not worked."""
    found = TIME.later(ms(start) + rest, minutes)
    assert ms(walk.later(start, minutes)) <= found <= ms(walk.later(start + 1, minutes))
    if minutes:
        before = walk.minute(datetime.fromtimestamp((found - 1) // 60_000 * 60, UTC))
        assert walk.WORKED[before]


def test_every_day_of_both_years() -> None:
    day = walk.ORIGIN.date()
    while day < date(2026, 11, 30):
        for steps in (1, 3):
            found = calendar_day(TIME.working_day(number(day), steps))
            assert found == walk.workday_after(day, steps), day
        if day > date(2025, 1, 20):
            noon = walk.minute(datetime.combine(day, datetime.min.time(), walk.ORIGIN.tzinfo)) + DAYS // 2
            assert TIME.soon(ms(noon)) == ms(walk.one_day_left(noon)), day
        day += timedelta(days=1)


Pauses = list[tuple[int, int]]


@st.composite
def dossiers(draw: st.DrawFn) -> tuple[int, int, Pauses, int | None, int]:
    """Received, promised, pauses (from, to), an extension, resolved."""
    received = draw(START)
    promised = received + draw(st.integers(1, 15 * DAYS))
    at, pauses = received, []
    for _ in range(draw(st.integers(0, 3))):
        begin = at + draw(st.integers(1, 6 * DAYS))
        at = begin + draw(st.integers(1, 8 * DAYS))
        pauses.append((begin, at))
    extended = promised + draw(st.integers(1, 10 * DAYS)) if draw(st.booleans()) else None
    return received, promised, pauses, extended, at + draw(st.integers(2, 10 * DAYS))


@MANY
@given(dossiers())
@example((HOLIDAY - 3 * DAYS, HOLIDAY + 120, [(HOLIDAY, HOLIDAY + 6 * DAYS)], None, HOLIDAY + 7 * DAYS))
@example((SWAP - 3 * DAYS, SWAP + 30, [(SWAP, SWAP + 3 * DAYS)], None, SWAP + 4 * DAYS))
def test_a_dossier(case: tuple[int, int, Pauses, int | None, int]) -> None:
    received, promised, pauses, extended, resolved = case
    found = only("dossier", told(*case))
    paused = sum(walk.worked(begin, end) for begin, end in pauses)
    due = extended if extended is not None else walk.later(promised, paused)
    assert found["paused_minutes"] == paused
    assert found["due_at"] == ms(due)
    assert found["on_time"] == (walk.date(resolved) <= walk.date(due))
    assert found["used_minutes"] == walk.worked(received, resolved) - paused
    stages = zip(*(found[f"stage_{name}"] for name in ("from", "due", "soon", "running")), strict=True)
    for begin, due_then, soon, running in stages:
        since = walk.minute(datetime.fromtimestamp(begin / 1000, UTC))
        expected, runs = standing(since, promised, pauses, extended, received)
        assert (due_then, running) == (expected if expected is None else ms(expected), int(runs))
        if expected is not None and expected > 30 * DAYS:
            assert soon == ms(walk.one_day_left(expected))


def standing(
    at: int, promised: int, pauses: Pauses, extended: int | None, received: int
) -> tuple[int | None, bool]:
    """What is due and whether time runs, just after an instant; nothing is due if it stopped in time."""
    now_extended = extended if at >= received + 1 else None
    done = sum(walk.worked(begin, end) for begin, end in pauses if end <= at)
    due = now_extended if now_extended is not None else walk.later(promised, done)
    stopped = [begin for begin, end in pauses if begin <= at < end]
    if not stopped:
        return due, True
    return (None if stopped[0] <= due else due), False


def told(received: int, promised: int, pauses: Pauses, extended: int | None, resolved: int) -> list[Any]:
    events = [
        event(
            "dossier.received", "r", text(received), source="motcua", dossier_ref="D", procedure_code="1.001",
            field_code="viec_lam", org="G09.915", channel="online", applicant_kind="citizen",
            submitted_at=text(received), received_at=text(received), due_at=text(promised), statutory_days=5,
            digitised_components=True, components_total=1, components_reused=0, vneid_verified=True,
            fee_required=False,
        )
    ]  # fmt: skip
    for number_, (begin, end) in enumerate(pauses):
        events.append(clock(f"p{number_}", "paused", begin, 2 * number_ + 3, reason="interagency"))
        events.append(clock(f"q{number_}", "running", end, 2 * number_ + 4, reason="resumed"))
    if extended is not None:
        # A minute after receipt: what was promised is moved before anything else happens.
        more = {"old_due_at": text(promised), "new_due_at": text(extended), "apology_issued": True}
        events.append(clock("x", "extended", received + 1, 2, reason="agency_delay", **more))
    last = text(resolved)
    done: dict[str, Any] = {"org": "G09.915", "resolved_at": last, "result": "approved", "e_result": True}
    events.append(event("dossier.resolved", "s", last, seqno=20, source="motcua", dossier_ref="D", **done))
    return events


def clock(id: str, state: str, at: int, seqno: int, **more: Any) -> Any:
    said = {"dossier_ref": "D", "state": state, "round": 1, "at": text(at), **more}
    return event("dossier.clock_changed", id, text(at), seqno=seqno, source="motcua", **said)


@MANY
@given(
    START, st.integers(0, 6 * DAYS), st.integers(0, 9 * DAYS), st.sampled_from(["normal", "khan", "hoa_toc"])
)
@example(TET, 10 * DAYS, 30, "khan")
@example(HOLIDAY + 2 * DAYS, 15, 15, "hoa_toc")
@example(SWAP, DAYS, 10, "normal")
def test_an_incoming_document(arrived: int, wait: int, assigned: int, urgency: str) -> None:
    received: dict[str, Any] = {
        "doc_ref": "R", "doc_type": "cong_van", "sender_org": "G12", "receiver_org": "G09.901",
        "urgency": urgency, "classification": "normal", "channel": "axis", "arrived_at": text(arrived),
        "registered_at": text(arrived + wait), "steering": False, "response_required": False,
    }  # fmt: skip
    step: dict[str, Any] = {
        "doc_ref": "R",
        "from_org": "G09.901",
        "to_org": "G09.902",
        "role": "lead",
        "step": 1,
    }
    step["assigned_at"] = text(arrived + assigned)
    found = only("document_in", [
        event("document.received", "a", text(arrived), **received),
        event("document.assigned", "b", text(arrived + assigned), seqno=2, **step),
    ])  # fmt: skip
    if urgency == "normal":
        limit = walk.workday_after(walk.date(arrived), 1)
        assert found["registered_ok"] == (walk.date(arrived + wait) <= limit)
        assert found["assign_minutes"] is None
        return
    assert found["registered_ok"] == (wait <= 30)
    if urgency == "hoa_toc":  # around the clock
        assert found["assign_minutes"] == assigned
        assert found["assign_due_at"] == ms(arrived + 15)
    else:
        assert found["assign_minutes"] == walk.worked(arrived, arrived + assigned)
        assert found["assign_due_at"] == ms(walk.later(arrived, 30))


@MANY
@given(START, st.integers(0, 9 * DAYS), st.booleans())
@example(SWAP, 2 * DAYS, False)
def test_an_outgoing_document(signed: int, sent: int, urgent: bool) -> None:
    issued: dict[str, Any] = {
        "doc_ref": "S", "issuer_org": "G09.901", "doc_type": "cong_van", "signed": True,
        "urgency": "khan" if urgent else "normal", "signature_kind": "both", "channel": "axis",
        "signed_at": text(signed), "issued_at": text(signed), "sent_at": text(signed + sent),
        "recipient_count": 1,
    }  # fmt: skip
    found = only("document_out", [event("document.issued", "i", text(signed), **issued)])
    morning = walk.workday_after(walk.date(signed), 1)
    noon = walk.minute(datetime.combine(morning, datetime.min.time(), walk.ORIGIN.tzinfo)) + DAYS // 2
    limit = signed + 30 if urgent else noon
    assert found["sent_ok"] == (signed + sent <= limit)


@MANY
@given(START, st.integers(0, 9 * DAYS), st.sampled_from(["system", "unit_entry"]))
@example(SWAP - 2 * DAYS, 3 * DAYS, "unit_entry")
def test_a_change_of_staff(completed: int, synced: int, origin: str) -> None:
    change: dict[str, Any] = {
        "change_ref": "C", "person_ref": "ab" * 32, "org": "G09.904", "change_group": "transfer",
        "effective_at": text(completed), "completed_at": text(completed), "origin": origin,
    }  # fmt: skip
    sync: dict[str, Any] = {
        "person_ref": "ab" * 32, "org": "G09.904", "change_ref": "C", "target": "national_db", "result": "ok",
        "fields_total": 3, "fields_filled": 3, "synced_at": text(completed + synced),
    }  # fmt: skip
    found = only("hr_change", [
        event("hr.change_recorded", "c", text(completed), source="hrm", **change),
        event("hr.record_synced", "s", text(completed + synced), source="csdlqg_cbccvc", **sync),
    ])  # fmt: skip
    in_a_day = synced <= DAYS
    third = walk.workday_after(walk.date(completed), 3)
    by_day = walk.date(completed + synced) <= third
    assert found["on_time"] == (in_a_day if origin == "system" else by_day)
