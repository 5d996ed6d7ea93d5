"""The dossier's clock: pauses, resumptions, later dates of return, told by requests or by status alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from producers.adapters.portal.dossier import Supplement
from producers.adapters.portal.draft import CLOCK, Draft
from producers.adapters.portal.state import Pause

_REASON = {5: "supplement", 6: "financial_obligation", 8: "stopped"}


@dataclass(frozen=True, slots=True)
class _Wait:
    """Requests whose times overlap are one wait: it ends with the last answer."""

    keys: tuple[str, ...]
    start: datetime
    end: datetime | None
    new_due: datetime | None

    def joined(self, one: Supplement) -> "_Wait | None":
        """This wait and a later request as one, or `None` if the request came after its end."""
        if self.end is not None and self.end < one.asked:
            return None
        end = max(self.end, one.answered) if self.end and one.answered else None
        return _Wait((*self.keys, one.key), self.start, end, one.new_due or self.new_due)


def _waits(requests: Sequence[Supplement]) -> list[_Wait]:
    waits: list[_Wait] = []
    for one in requests:
        joined = waits[-1].joined(one) if waits else None
        if joined:
            waits[-1] = joined
        else:
            waits.append(_Wait((one.key,), one.asked, one.answered, one.new_due))
    return waits


def by_requests(draft: Draft, requests: Sequence[Supplement], status: int) -> None:
    """Requests for more papers, by time: pauses from asking to answering, later dates of return."""
    for wait in _waits(requests):
        index = _pause_of(draft, wait)
        if index is None:
            _pause(draft, wait.start, 5, wait.keys)
            index = len(draft.state.pauses) - 1
        pause = draft.state.pauses[index]
        other = pause.status != 5 and draft.habits.pauses(status)
        if wait.end and pause.end is None and not other:
            _resume(draft, index, wait.end)
        if wait.new_due and wait.new_due != pause.new_due:
            _change(draft, index, new_due=wait.new_due)
            extend(draft, wait.new_due, wait.end or wait.start, "supplement")


def _pause_of(draft: Draft, wait: _Wait) -> int | None:
    """The pause of a wait; one that the status told first, or that lasts still, becomes the wait's own."""
    pauses = draft.state.pauses
    index = next((n for n, each in enumerate(pauses) if set(each.requests) & set(wait.keys)), None)
    if index is None:  # a state that was rebuilt knows when, not for which request
        starts = (n for n, each in enumerate(pauses) if each.start == wait.start and not each.requests)
        index = next(starts, None)
    if index is None and pauses:
        last = pauses[-1]
        told = last.status == 5 and not last.requests and last.end is not None and last.end >= wait.start
        index = len(pauses) - 1 if told or last.end is None else None
    if index is not None:
        _change(draft, index, requests=tuple(dict.fromkeys((*pauses[index].requests, *wait.keys))))
    return index


def by_status(draft: Draft, status: int, at: datetime | None, ended: datetime | None) -> None:
    """The clock as the status alone tells it; `ended`: when the dossier ended, if it says so."""
    state = draft.state
    if draft.habits.pauses(status):
        if not state.paused and status != state.status:
            _pause(draft, draft.assume(at), status, ())
    elif state.paused and status in (2, 4):
        _resume(draft, len(state.pauses) - 1, draft.assume(at))
    elif state.paused and status != 1:
        _resume(draft, len(state.pauses) - 1, draft.assume(at or ended), ended=True)


def _pause(draft: Draft, at: datetime, status: int, requests: tuple[str, ...]) -> None:
    told = {"state": "paused", "reason": _REASON[status], "portal_status": status, "at": at}
    draft.say(CLOCK, at, {**told, "round": len(draft.state.pauses) + 1})
    draft.set(pauses=(*draft.state.pauses, Pause(start=at, status=status, requests=requests)))


def _resume(draft: Draft, index: int, at: datetime, *, ended: bool = False) -> None:
    """The clock runs again; also when the dossier ends, so that pauses and resumptions alternate for ever."""
    at = max(at, draft.state.pauses[index].start)
    status = None if ended else 4
    told = {"state": "running", "reason": "resumed", "portal_status": status, "round": index + 1, "at": at}
    draft.say(CLOCK, at, told)
    _change(draft, index, end=at)


def _change(draft: Draft, index: int, **changes: Any) -> None:
    pauses = list(draft.state.pauses)
    pauses[index] = pauses[index].model_copy(update=changes)
    draft.set(pauses=tuple(pauses))


def extend(draft: Draft, new_due: datetime, at: datetime, reason: str) -> None:
    """A later date of return; one that is not later says nothing. Whether an apology went out is not told."""
    due = draft.state.due
    if due is None or new_due <= due:
        return
    told = {"state": "extended", "reason": reason, "round": max(len(draft.state.pauses), 1), "at": at}
    dates = {"old_due_at": due, "new_due_at": new_due, "apology_issued": False}
    draft.say(CLOCK, at, told | dates)
    draft.set(due=new_due)
