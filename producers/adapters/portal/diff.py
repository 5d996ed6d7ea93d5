"""The difference between what was told of a dossier and what a call says now, as facts. Pure.

An equal state yields nothing, however often it is repeated; from A to B and back to A yields A's facts again.
A date of return that is later than before, and that no request explains, is the agency's own extension.
"""

from collections.abc import Sequence
from datetime import datetime

from producers.adapters.portal import endings, stops
from producers.adapters.portal.dossier import Report, Step, refuse
from producers.adapters.portal.draft import Draft, Fact, Habits
from producers.adapters.portal.state import Intake, State

_NEVER_RECEIVED = (1, 3)


def after_report(
    state: State | None, report: Report, seen_at: datetime, habits: Habits
) -> tuple[State, list[Fact]]:
    """The state after a whole dossier, and what is new. Raises `EventRefused` naming the member."""
    draft = Draft(state or State(dossier_ref=report.dossier_ref, org=report.org), seen_at, habits)
    draft.set(org=report.org, e_result=report.e_result, store_returned=report.store_returned, fee=report.fee)
    _intake(draft, report)
    stops.by_requests(draft, report.supplements, report.status)
    due = draft.state.due
    if due is not None and report.due is not None and report.due > due:
        stops.extend(draft, report.due, draft.assume(None), "agency_delay")
    ended = report.finished or report.refused or report.returned
    stops.by_status(draft, report.status, None, ended)
    endings.ending(draft, report)
    endings.payment(draft, online=report.paid_online)
    named = [at for at in (draft.state.as_of, report.latest) if at]
    undated = draft.assumed or (draft.state.undated and report.status == draft.state.status)
    draft.set(status=report.status, as_of=max(named, default=None), undated=undated)
    _synced(draft, state.status if state else 0)
    return draft.finish()


def after_steps(
    state: State, steps: Sequence[Step], seen_at: datetime, habits: Habits
) -> tuple[State, list[Fact]]:
    """The state after some steps of one dossier, and what is new: nothing of what is not later than known."""
    draft = Draft(state, seen_at, habits)
    for step in _news(draft, sorted(steps, key=lambda step: step.at)):
        if step.status != draft.state.status:
            stops.by_status(draft, step.status, step.at, None)
            endings.ending_step(draft, step)
        draft.set(status=step.status, as_of=step.at)
    _synced(draft, state.status)
    return draft.finish()


def _news(draft: Draft, steps: Sequence[Step]) -> Sequence[Step]:
    """Steps after what is known. One that dates a status known without date is known with all before it."""
    same = [index for index, step in enumerate(steps) if step.status == draft.state.status]
    if draft.state.undated and same:
        dated = steps[same[-1]].at
        draft.set(undated=False, as_of=max(dated, draft.state.as_of or dated))
        steps = steps[same[-1] + 1 :]
    as_of = draft.state.as_of
    return [step for step in steps if as_of is None or step.at > as_of]


def _intake(draft: Draft, report: Report) -> None:
    if report.received is None or report.status in _NEVER_RECEIVED:
        return
    if report.due is None:
        raise refuse("NgayHenTra", "the date of return of a dossier that was received")
    known = draft.state.intake
    first = next((each.old_due for each in report.supplements if each.old_due), report.due)
    due = min(known.due_at, report.due) if known else first
    days = draft.habits.calendar
    allowed = days.working_days_between(days.local_date(report.received), days.local_date(due))
    said = dict(report.intake)
    if known is not None and known.paper_result:
        said["paper_result"] = True  # it is the procedure that says so, whatever a later call leaves out
    intake = Intake(
        **said,
        org=report.org,
        submitted_at=report.submitted or report.received,
        received_at=report.received,
        due_at=due,
        statutory_days=float(max(allowed, 1)),
    )
    if intake == known:
        return
    draft.say("dossier.received", report.received, intake.__dict__)
    same_due = known is not None and known.due_at == due
    draft.set(intake=intake, due=draft.state.due if same_due else due)


def _synced(draft: Draft, before: int) -> None:
    """That the call came is itself a fact: the same call goes to the national portal."""
    if before != draft.state.status:
        at = draft.seen_at
        told = {"portal_status": draft.state.status, "result": "ok", "attempt": 1, "synced_at": at}
        draft.say("dossier.portal_synced", at, told)
