"""A dossier's state rebuilt from the events told of it, for the day the engine's memory is lost. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from producers.adapters.portal.state import Closed, Intake, Paid, Part, Pause, Resolved, State

REVISION = 16
"""`seqno` = 16 × revision + rank."""
_Part = TypeVar("_Part", bound=Part)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a dossier as the ledger keeps it. `name`: the short type name."""

    name: str
    seqno: int
    orgunit: str
    data: Mapping[str, Any]


class Recovery(Protocol):
    """Another memory than the engine's own. Both may raise an `IocError`: then nothing is taken for now."""

    def any(self, urn: str) -> bool:
        """Whether anything was ever told for this source."""

    def told(self, urn: str, ref: str) -> Iterable[Told]:
        """What was told of a dossier."""


class NoRecovery:
    """No other memory."""

    def any(self, urn: str) -> bool:
        return False

    def told(self, urn: str, ref: str) -> Iterable[Told]:
        return ()


def rebuilt(ref: str, told: Iterable[Told]) -> State | None:
    """The state that these events add up to, or `None` without any."""
    state: State | None = None
    for one in sorted(told, key=lambda each: each.seqno):
        state = (state or State(dossier_ref=ref, org=one.orgunit)).model_copy(
            update={"org": one.orgunit, "revision": one.seqno // REVISION}
        )
        state = state.model_copy(update=_changes(state, one.name, one.data))
    return state


def _part(kind: type[_Part], data: Mapping[str, Any]) -> _Part:
    """A part of the state, of the members it knows: an event may say more."""
    return kind.model_validate({name: data[name] for name in kind.model_fields if name in data})


def _changes(state: State, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    match name:
        case "dossier.received":
            intake = _part(Intake, data)
            return {"intake": intake, "due": intake.due_at, "as_of": _later(state, intake.received_at)}
        case "dossier.clock_changed":
            at = datetime.fromisoformat(data["at"])
            return {"as_of": _later(state, at), **_clock(state, data, at)}
        case "dossier.portal_synced":
            return {"status": data["portal_status"]}
        case "dossier.resolved":
            resolved = _part(Resolved, data)
            as_of = _later(state, resolved.resolved_at)
            stored = bool(resolved.store_returned)
            told = {"e_result": resolved.e_result, "store_returned": stored}
            return {"resolved": resolved, "as_of": as_of, **told}
        case "dossier.closed":
            closed = _part(Closed, data)
            return {"closed": closed, "as_of": _later(state, closed.closed_at)}
        case "payment.completed":
            paid = _part(Paid, data)
            return {"paid": paid, "fee": paid.amount_vnd}
    return {}


def _later(state: State, at: datetime) -> datetime:
    return max(at, state.as_of or at)


def _clock(state: State, data: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    pauses = list(state.pauses)
    if data["state"] == "paused":
        pauses.append(Pause(start=at, status=data.get("portal_status") or 5))
    elif data["state"] == "running" and pauses:
        pauses[-1] = pauses[-1].model_copy(update={"end": at})
    elif data["state"] == "extended":
        due = datetime.fromisoformat(data["new_due_at"])
        if data["reason"] == "supplement" and pauses:
            pauses[-1] = pauses[-1].model_copy(update={"new_due": due})
        return {"due": due, "pauses": tuple(pauses)}
    return {"pauses": tuple(pauses)}
