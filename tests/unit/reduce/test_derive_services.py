"""Dossiers and feedback, by hand. Working hours 8-12 and 13-17; March 2026 has no holiday."""

from typing import Any

import pytest

from streams.reduce.facts import Event, statements
from streams.reduce.kinds import KINDS
from streams.reduce.merging import folded
from streams.reduce.state import State
from streams.reduce.worktime import FAR
from tests.unit.reduce.cases import event, fold, ms, only, worktime


def received(due: str = "2026-03-06 17:00", **more: Any) -> Event:
    fields: dict[str, Any] = {
        "dossier_ref": "D",
        "procedure_code": "1.001",
        "field_code": "viec_lam",
        "org": "G09.915",
        "channel": "online",
        "applicant_kind": "citizen",
        "submitted_at": "2026-03-02 08:00",
        "received_at": "2026-03-02 09:00",
        "due_at": due,
        "statutory_days": 5,
        "digitised_components": True,
        "components_total": 3,
        "components_reused": 1,
        "vneid_verified": True,
        "fee_required": False,
    }
    return event("dossier.received", "r", "2026-03-02 09:00", source="motcua", **(fields | more))


def clock(state: str, at: str, seqno: int, new_due: str | None = None, *, apology: bool = True) -> Event:
    extra: dict[str, Any] = (
        {"old_due_at": "2026-03-06 17:00", "new_due_at": new_due, "apology_issued": apology}
        if new_due
        else {}
    )
    fields: dict[str, Any] = {
        "dossier_ref": "D",
        "state": state,
        "reason": "supplement",
        "round": 1,
        "at": at,
    }
    return event("dossier.clock_changed", f"k{seqno}", at, seqno=seqno, source="motcua", **fields, **extra)


def resolved(at: str, **more: Any) -> Event:
    fields: dict[str, Any] = {
        "dossier_ref": "D",
        "org": "G09.915",
        "resolved_at": at,
        "result": "approved",
        "e_result": True,
    }
    return event("dossier.resolved", "s", at, seqno=8, source="motcua", **(fields | more))


def closed(at: str, outcome: str) -> Event:
    fields: dict[str, Any] = {"dossier_ref": "D", "outcome": outcome, "closed_at": at}
    return event("dossier.closed", "z", at, seqno=9, source="motcua", **fields)


def test_a_pause_moves_the_due_date_by_its_working_time() -> None:
    # paused Tuesday 15:00 to Thursday 10:00 = 2 + 8 + 2 working hours; due Friday 17:00 → Tuesday 12:00
    events = [received(), clock("paused", "2026-03-03 15:00", 2), clock("running", "2026-03-05 10:00", 3)]
    case = only("dossier", events)
    assert case["paused_minutes"] == 12 * 60
    assert case["due_at"] == ms("2026-03-10 12:00")
    assert case["running"] == 1


def test_the_last_extension_is_what_is_due() -> None:
    events = [
        received(),
        clock("extended", "2026-03-05 09:00", 4, "2026-03-12 17:00"),
        clock("extended", "2026-03-04 09:00", 3, "2026-03-20 17:00"),
        clock("paused", "2026-03-03 15:00", 2),
    ]
    assert only("dossier", events)["due_at"] == ms("2026-03-12 17:00")


@pytest.mark.parametrize(("first", "second", "apologised"), [(True, False, 0), (False, True, 1)])
def test_the_extension_in_force_says_whether_there_was_an_apology(
    first: bool, second: bool, apologised: int
) -> None:
    events = [
        received(),
        clock("extended", "2026-03-04 09:00", 3, "2026-03-20 17:00", apology=first),
        clock("extended", "2026-03-05 09:00", 4, "2026-03-12 17:00", apology=second),
    ]
    for told in (events, events[::-1]):
        case = only("dossier", told)
        assert (case["extended"], case["apologised"]) == (1, apologised)


def test_an_extension_kept_by_an_older_program_says_nothing_of_an_apology() -> None:
    state = State()
    for each in statements(received(), 0):
        state.add(each.key, each.fact)
    (extension,) = statements(clock("extended", "2026-03-04 09:00", 3, "2026-03-20 17:00"), 0)
    state.add(extension.key, extension.fact[:8])
    row = dict(
        zip(KINDS["dossier"].table.columns, folded("dossier", "D", state, worktime()).after, strict=True)
    )
    assert (row["extended"], row["apologised"]) == (1, 0)


def paid(at: str) -> Event:
    fields: dict[str, Any] = {"dossier_ref": "D", "method": "online", "amount_vnd": 150_000, "paid_at": at}
    return event("payment.completed", "p", at, source="dvcqg", **fields)


def synced(at: str) -> Event:
    fields: dict[str, Any] = {"dossier_ref": "D", "result": "ok", "synced_at": at, "attempt": 1}
    return event("dossier.portal_synced", "y", at, source="dvcqg", **fields)


@pytest.mark.parametrize(
    "told",
    [paid("2026-03-03 10:00"), synced("2026-03-03 10:00"), closed("2026-03-03 10:00", "withdrawn")],
    ids=["paid", "synced", "closed"],
)
def test_a_dossier_of_which_no_receipt_is_known_counts_where_its_event_says(told: Event) -> None:
    case = only("dossier", [told])
    assert (case["unit"], case["gap"]) == ("G09.901", 1)
    assert only("dossier", [told, received()])["unit"] == "G09.915"
    assert only("dossier", [resolved("2026-03-04 10:00"), told])["unit"] == "G09.915"


def test_a_payment_kept_by_an_older_program_names_no_unit() -> None:
    state = State()
    (payment,) = statements(paid("2026-03-03 10:00"), 0)
    state.add(payment.key, payment.fact[:6])
    row = folded("dossier", "D", state, worktime()).after
    assert row[0] == ""


@pytest.mark.parametrize(("at", "on_time"), [("2026-03-06 23:00", 1), ("2026-03-07 00:00", 0)])
def test_resolved_on_the_date_due_is_on_time(at: str, on_time: int) -> None:
    case = only("dossier", [received("2026-03-06 09:00"), resolved(at)])
    assert (case["on_time"], case["open"]) == (on_time, 0)


@pytest.mark.parametrize("outcome", ["rejected_at_intake", "withdrawn", "cancelled"])
def test_closed_without_a_resolution_is_neither_open_nor_resolved(outcome: str) -> None:
    case = only("dossier", [received(), closed("2026-03-03 10:00", outcome)])
    assert (case["open"], case["resolved_at"], case["gap"]) == (0, None, 0)


def test_returned_without_a_resolution_is_a_gap() -> None:
    assert only("dossier", [received(), closed("2026-03-03 10:00", "returned")])["gap"] == 1


def test_what_was_due_at_any_past_instant() -> None:
    events = [
        received(),
        clock("paused", "2026-03-03 15:00", 2),
        clock("running", "2026-03-05 10:00", 3),
        resolved("2026-03-09 10:00"),
    ]
    case = only("dossier", events)
    names = ("stage_from", "stage_to", "stage_due", "stage_running")
    assert list(zip(*(case[name] for name in names), strict=True)) == [
        (ms("2026-03-02 09:00"), ms("2026-03-03 15:00"), ms("2026-03-06 17:00"), 1),
        (ms("2026-03-03 15:00"), ms("2026-03-05 10:00"), None, 0),
        (ms("2026-03-05 10:00"), ms("2026-03-09 10:00"), ms("2026-03-10 12:00"), 1),
    ]


def test_a_pause_does_not_hide_what_was_overdue_before_it() -> None:
    case = only("dossier", [received(), clock("paused", "2026-03-09 10:00", 2)])
    assert case["stage_due"] == [ms("2026-03-06 17:00")] * 2
    assert (case["stage_to"][-1], case["running"]) == (FAR, 0)


@pytest.mark.parametrize(
    ("due", "soon"),
    [
        ("2026-03-06 17:00", "2026-03-05 00:00"),  # Friday: from Thursday on
        ("2026-03-09 10:00", "2026-03-06 00:00"),  # Monday: from Friday on
        (
            "2026-03-14 10:00",
            "2026-03-12 00:00",
        ),  # Saturday: Friday is the last working day, from Thursday on
    ],
)
def test_from_when_one_working_day_is_left(due: str, soon: str) -> None:
    assert only("dossier", [received(due)])["stage_soon"] == [ms(soon)]


def test_beside_the_way() -> None:
    def beside(name: str, id: str, at: str, **data: Any) -> Event:
        return event(name, id, at, dossier_ref="D", **data)

    first, second = "2026-03-02 09:01", "2026-03-02 09:05"
    tried = {"portal_status": 2, "attempt": 1}
    events = [
        received(),
        beside("dossier.portal_synced", "p1", first, synced_at=first, result="failed", **tried),
        beside("dossier.portal_synced", "p2", second, synced_at=second, result="ok", **tried),
        beside("payment.completed", "m", second, method="online", amount_vnd=1, paid_at=second),
        beside(
            "satisfaction.rated", "q", second, score=2, dissatisfied=False, channel="online", rated_at=second
        ),
        feedback("received", "2026-03-03 09:00", 1, dossier_ref="D", dissatisfied=True),
    ]
    case = only("dossier", events)
    assert (case["synced_at"], case["payment_method"], case["score"]) == (ms("2026-03-02 09:05"), "online", 2)
    assert (case["dissatisfied"], case["digitised"], case["reused"]) == (1, 1, 1)


def feedback(state: str, at: str, seqno: int, *, due: str = "2026-03-20 17:00", **more: Any) -> Event:
    fields: dict[str, Any] = {
        "feedback_ref": "F",
        "kind": "complaint",
        "state": state,
        "org": "G09.912",
        "due_at": due,
        "at": at,
    }
    return event("feedback.changed", f"f{seqno}", at, seqno=seqno, source="pakn", **(fields | more))


def test_feedback_ends_when_it_is_first_handled_since_it_was_reopened() -> None:
    events = [
        feedback("received", "2026-03-02 09:00", 1),
        feedback("resolved", "2026-03-04 09:00", 2),
        feedback("reopened", "2026-03-05 09:00", 3, due="2026-03-24 17:00"),
        feedback("resolved", "2026-03-23 09:00", 4, due="2026-03-24 17:00"),
        feedback("resolved", "2026-03-26 09:00", 5, due="2026-03-24 17:00"),
    ]
    case = only("feedback", events)
    assert (case["ended_at"], case["due_at"]) == (ms("2026-03-23 09:00"), ms("2026-03-24 17:00"))
    assert (case["on_time"], case["reopened"], case["open"]) == (1, 1, 0)
    assert only("feedback", events[:3])["open"] == 1


def test_a_refusal_in_time_is_handled_in_time() -> None:
    case = only(
        "feedback", [feedback("received", "2026-03-02 09:00", 1), feedback("refused", "2026-03-03 09:00", 2)]
    )
    assert (case["on_time"], case["status"]) == (1, "refused")


def test_a_corrected_event_is_left_out_whichever_comes_first() -> None:
    wrong = resolved("2026-03-09 10:00")
    right = resolved("2026-03-06 10:00")._replace(id="s2", correctionof="s", source="motcua")
    for order in ([received(), wrong, right], [right, wrong, received()], [wrong, received(), right, wrong]):
        (case,) = fold("dossier", order).values()
        assert (case["resolved_at"], case["on_time"]) == (ms("2026-03-06 10:00"), 1)


def test_a_correction_under_another_subject_takes_the_case_away() -> None:
    other = received(dossier_ref="E")._replace(id="r2", correctionof="r")
    for order in ([received(), other], [other, received()]):
        cases = fold("dossier", order, batches=2)
        assert (cases["D"]["opened_at"], cases["D"]["open"]) == (None, 0)
        assert cases["E"]["open"] == 1


def test_time_used_and_allowed() -> None:
    events = [received(), clock("paused", "2026-03-03 15:00", 2), clock("running", "2026-03-05 10:00", 3)]
    case = only("dossier", [*events, resolved("2026-03-05 12:00")])
    # Monday 9:00 to Thursday 12:00 = 7 + 8 + 8 + 4 working hours, of which 12 were paused
    assert (case["used_minutes"], case["allowed_minutes"]) == (15 * 60, 5 * 480)
    assert only("dossier", events)["used_minutes"] == 0


@pytest.mark.parametrize(("at", "ok"), [("2026-03-02 09:15", 1), ("2026-03-02 09:16", 0)])
def test_on_the_portal_within_a_quarter_of_an_hour(at: str, ok: int) -> None:
    fields: dict[str, Any] = {
        "dossier_ref": "D",
        "portal_status": 2,
        "attempt": 1,
        "synced_at": at,
        "result": "ok",
    }
    assert only("dossier", [event("dossier.portal_synced", "p", at, **fields), received()])["sync_ok"] == ok


def test_payments_of_a_dossier_add_up() -> None:
    def paid(method: str, at: str, amount: int) -> Event:
        fields: dict[str, Any] = {"dossier_ref": "D", "method": method, "amount_vnd": amount, "paid_at": at}
        return event("payment.completed", method, at, **fields)

    first, second = paid("online", "2026-03-03 09:00", 5), paid("cash", "2026-03-04 09:00", 7)
    case = only("dossier", [second, first, paid("exempt", "2026-03-05 09:00", 0), first])
    assert (case["payments"], case["payments_online"], case["amount_paid"]) == (2, 1, 12)
    assert case["paid_at"] == ms("2026-03-03 09:00")


def test_requests_for_a_supplement_are_counted_and_the_open_one_is_known() -> None:
    events = [
        received(),
        clock("paused", "2026-03-03 09:00", 2),
        clock("running", "2026-03-04 09:00", 3),
        clock("paused", "2026-03-05 09:00", 4),
    ]
    case = only("dossier", events)
    assert (case["rounds"], case["supplement_at"]) == (2, ms("2026-03-05 09:00"))
    assert only("dossier", events[:3])["supplement_at"] is None
    last = clock("paused", "2026-03-05 09:00", 4)
    other = last._replace(data={**last.data, "reason": "interagency"})
    case = only("dossier", [*events[:3], other])
    assert (case["rounds"], case["supplement_at"]) == (1, None)


@pytest.mark.parametrize(
    ("reused", "returned", "used"), [(True, None, 1), (None, True, 1), (False, False, 0)]
)
def test_the_citizens_store(reused: bool | None, returned: bool | None, used: int) -> None:
    done = resolved("2026-03-05 09:00", store_returned=returned)
    case = only("dossier", [received(store_reused=reused, paper_result=False), done])
    assert (case["store_used"], case["paper_result"]) == (used, 0)
    assert only("dossier", [received()])["paper_result"] is None


def test_facts_of_an_older_program_are_folded_all_the_same() -> None:
    """They lack what was added since; a newer reading of the event takes their place, never the reverse."""
    new = {"motcua/r": [6, 20, 1, ms("2026-03-02 09:00"), "G09.915", *FACTS]}
    old = {"motcua/r": new["motcua/r"][:15]}
    for first, then in ((old, new), (new, old)):
        state = State(facts=dict(first))
        for key, fact in then.items():
            state.add(key, fact)
        assert state.facts == new
    columns = KINDS["dossier"].table.columns
    case = dict(zip(columns, folded("dossier", "D", State(facts=old), worktime()).after, strict=True))
    assert (case["allowed_minutes"], case["paper_result"], case["unit"]) == (0, None, "G09.915")


FACTS = [
    ms("2026-03-02 09:00"), ms("2026-03-06 17:00"), "1.001", "viec_lam", "online", "citizen", 1, 1, 1, 0,
    5, None, 0,
]  # fmt: skip
