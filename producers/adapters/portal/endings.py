"""How a dossier ends: resolved, closed, paid for."""

from datetime import datetime
from typing import Final, Literal

from producers.adapters.portal.dossier import Report, Step
from producers.adapters.portal.draft import Draft
from producers.adapters.portal.state import Closed, Paid, Resolved

Outcome = Literal["returned", "rejected_at_intake", "withdrawn", "cancelled"]
_OUTCOME: Final[dict[int, Outcome]] = {
    3: "rejected_at_intake",
    7: "withdrawn",
    8: "cancelled",
    10: "returned",
}
_FINISHED = (9, 10)


def ending(draft: Draft, report: Report) -> None:
    """The ending as a whole state tells it; its own dates replace those assumed before."""
    status, state = report.status, draft.state
    if status in _FINISHED:
        told = state.resolved.resolved_at if state.resolved else None
        at = report.finished or told or report.returned or draft.assume(None)
        _resolve(draft, at, "refused" if report.refused else "approved")
    else:
        draft.set(resolved=None)
    if not draft.habits.closes(status):
        draft.set(closed=None)
        return
    known = state.closed.closed_at if state.closed and status == state.status else None
    named = {3: report.refused, 10: report.returned}.get(status, report.returned or report.finished)
    _close(draft, status, named or known or draft.assume(None))


def ending_step(draft: Draft, step: Step) -> None:
    """The ending as one step tells it. A dossier that is returned was resolved first."""
    if step.status not in _FINISHED:
        draft.set(resolved=None)
    elif draft.state.resolved is None:
        _resolve(draft, step.at, "approved")
    if draft.habits.closes(step.status):
        _close(draft, step.status, step.at)
    else:
        draft.set(closed=None)
    payment(draft, online=False)


def _resolve(draft: Draft, at: datetime, result: Literal["approved", "refused"]) -> None:
    state = draft.state
    resolved = Resolved(
        org=state.org,
        resolved_at=at,
        result=result,
        e_result=state.e_result,
        store_returned=state.store_returned,
    )
    if resolved != state.resolved:
        draft.say("dossier.resolved", at, resolved.__dict__)
        draft.set(resolved=resolved)


def _close(draft: Draft, status: int, at: datetime) -> None:
    closed = Closed(outcome=_OUTCOME[status], closed_at=at)
    if closed != draft.state.closed:
        draft.say("dossier.closed", at, closed.__dict__)
        draft.set(closed=closed)


def payment(draft: Draft, *, online: bool) -> None:
    """A fee that a portal took was paid with the receipt; one that it did not, at the desk, by the end."""
    state = draft.state
    if not state.fee or state.intake is None:
        return
    if online:
        paid = Paid(method="online", amount_vnd=state.fee, paid_at=state.intake.received_at)
    elif state.resolved is not None and state.paid is None:
        paid = Paid(method="cash", amount_vnd=state.fee, paid_at=state.resolved.resolved_at)
    else:
        return
    if paid != state.paid:
        draft.say("payment.completed", paid.paid_at, paid.__dict__)
        draft.set(paid=paid)
