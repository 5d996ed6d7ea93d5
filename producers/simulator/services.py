"""Lives of dossiers and of citizens' feedback."""

from datetime import datetime
from typing import Any

from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life
from producers.simulator.procedures import Procedure
from producers.simulator.world import World

APPLICANTS = ("citizen", "business", "agency", "organisation", "other")


def dossier(world: World, at: datetime, unit: str | None = None) -> Life:
    """Received → synced (→ paid, paused and running again, extended) → resolved → closed (→ rated)."""
    rng = world.rng
    online = world.online(at)
    procedure = world.offer.pick(rng, online=online, unit=unit)
    unit = procedure.unit
    ref = world.ref(f"{unit}-{at:%y%m%d}")
    due = world.due(at, procedure.days)
    received = _received(world, ref, procedure, at, due, online=online and procedure.level != "none")
    at = yield Draft("dossier.received", "motcua", ref, unit, at, received), world.after(at, 1, 12)
    at = yield from _synced(world, ref, unit, at, 2)
    if rng.random() < 0.035:
        at = yield from _turned_away(world, ref, unit, at)
        return
    if procedure.fee and rng.random() < 0.9:
        at = yield _paid(world, ref, unit, at), world.after(at, 30, 300)
    if rng.random() < 0.12:
        at = yield from _paused(world, ref, unit, at)
    on_time = world.in_time(unit, at)
    if not on_time and rng.random() < 0.4:
        at, due = yield from _extended(world, ref, unit, at, due)
    ends = world.between(at, due, 0.2, 0.95) if on_time and due > at else world.after(due, 1440, 6 * 1440)
    at = yield _clock_free(world, ref, unit, at), world.at_work(max(ends, world.after(at, 5, 60)))
    yield from _finished(world, ref, unit, received["channel"], at)


def _received(
    world: World, ref: str, procedure: Procedure, at: datetime, due: datetime, *, online: bool
) -> dict[str, Any]:
    rng = world.rng
    total = rng.randint(2, 8)
    reused = rng.randint(0, total) if rng.random() < 0.25 else 0
    return {
        "dossier_ref": ref,
        "procedure_code": procedure.code,
        "field_code": procedure.field,
        "org": procedure.unit,
        "channel": "online" if online else rng.choices(("direct", "postal"), (85, 15))[0],
        "applicant_kind": rng.choices(APPLICANTS, (62, 27, 4, 5, 2))[0],
        "submitted_at": stamp(world.before(at, 1, 480 if online else 20)),
        "received_at": stamp(at),
        "due_at": stamp(due),
        "statutory_days": float(procedure.days),
        "digitised_components": rng.random() < (0.93 if online else 0.45),
        "components_total": total,
        "components_reused": reused,
        "vneid_verified": online and rng.random() < 0.62,
        "fee_required": procedure.fee,
        "paper_result": procedure.paper,
        "store_reused": reused > 0 and rng.random() < 0.3,
    }


def _portal(world: World, ref: str, unit: str, at: datetime, status: int, *, ok: bool, attempt: int) -> Draft:
    data = {
        "dossier_ref": ref,
        "portal_status": status,
        "result": "ok" if ok else "failed",
        "attempt": attempt,
        "synced_at": stamp(at),
    }
    return Draft("dossier.portal_synced", "dvcqg", ref, unit, at, data)


def _synced(world: World, ref: str, unit: str, at: datetime, status: int) -> Any:
    attempt = 1
    while world.rng.random() < 0.04:
        failed = _portal(world, ref, unit, at, status, ok=False, attempt=attempt)
        at = yield failed, world.after(at, 5, 30)
        attempt += 1
    return (yield _portal(world, ref, unit, at, status, ok=True, attempt=attempt), world.after(at, 10, 240))


def _clock_free(world: World, ref: str, unit: str, at: datetime) -> Draft:
    """The portal hears that the dossier is being worked on."""
    return _portal(world, ref, unit, at, 4, ok=True, attempt=1)


def _turned_away(world: World, ref: str, unit: str, at: datetime) -> Any:
    outcome = world.rng.choices(("rejected_at_intake", "withdrawn", "cancelled"), (60, 30, 10))[0]
    data = {"dossier_ref": ref, "outcome": outcome, "closed_at": stamp(at)}
    return (yield Draft("dossier.closed", "motcua", ref, unit, at, data), None)


def _paid(world: World, ref: str, unit: str, at: datetime) -> Draft:
    method = world.rng.choices(("online", "transfer", "cash", "exempt"), (52, 15, 26, 7))[0]
    amount = 0 if method == "exempt" else world.rng.choice((50_000, 100_000, 150_000, 300_000, 1_200_000))
    data = {"dossier_ref": ref, "method": method, "amount_vnd": amount, "paid_at": stamp(at)}
    return Draft("payment.completed", "dvcqg", ref, unit, at, data)


def _clock(ref: str, unit: str, at: datetime, state: str, reason: str, **more: Any) -> Draft:
    data = {"dossier_ref": ref, "state": state, "reason": reason, "at": stamp(at), **more}
    return Draft("dossier.clock_changed", "motcua", ref, unit, at, data)


def _paused(world: World, ref: str, unit: str, at: datetime) -> Any:
    reason, status = world.rng.choice((("supplement", 5), ("financial_obligation", 6)))
    paused = _clock(ref, unit, at, "paused", reason, round=1, portal_status=status)
    at = yield paused, world.at_work(world.after(at, 600, 5 * 1440))
    running = _clock(ref, unit, at, "running", "resumed", round=1, portal_status=4)
    return (yield running, world.at_work(world.after(at, 30, 600)))


def _extended(world: World, ref: str, unit: str, at: datetime, due: datetime) -> Any:
    later = world.due(max(due, at), world.rng.choice((3, 5, 7)))
    extended = _clock(
        ref,
        unit,
        at,
        "extended",
        "agency_delay",
        round=1,
        old_due_at=stamp(due),
        new_due_at=stamp(later),
        apology_issued=world.rng.random() < 0.7,
    )
    at = yield extended, world.after(at, 30, 600)
    return at, later


def _finished(world: World, ref: str, unit: str, channel: str, at: datetime) -> Life:
    rng = world.rng
    approved = rng.random() < 0.96
    data: dict[str, Any] = {
        "dossier_ref": ref,
        "org": unit,
        "resolved_at": stamp(at),
        "result": "approved" if approved else "refused",
        "e_result": rng.random() < (0.74 if channel == "online" else 0.41),
    }
    data["store_returned"] = approved and data["e_result"] and rng.random() < 0.4
    resolved = Draft("dossier.resolved", "motcua", ref, unit, at, data)
    at = yield resolved, world.at_work(world.after(at, 10, 2 * 1440))
    closed = {
        "dossier_ref": ref,
        "outcome": "returned",
        "closed_at": stamp(at),
        "return_channel": channel if rng.random() < 0.8 else "direct",
    }
    rates = rng.random() < 0.3
    wake = world.after(at, 30, 3 * 1440) if rates else None
    at = yield Draft("dossier.closed", "motcua", ref, unit, at, closed), wake
    if rates:
        score = rng.choices((1, 2, 3, 4, 5), (2, 3, 10, 35, 50))[0]
        rated = {
            "dossier_ref": ref,
            "score": score,
            "dissatisfied": score <= 2,
            "channel": "online",
            "rated_at": stamp(at),
        }
        yield Draft("satisfaction.rated", "dvcqg", ref, unit, at, rated), None


def feedback(world: World, at: datetime) -> Life:
    """Received → assigned → resolved or refused; 92 % in time."""
    rng = world.rng
    unit = world.unit(at)
    ref = world.ref(f"PA-{at:%y%m%d}")
    due = world.due(at, 15)
    kind = rng.choices(("complaint", "suggestion", "question"), (55, 25, 20))[0]

    def said(state: str, at: datetime, **more: Any) -> Draft:
        data = {
            "feedback_ref": ref,
            "kind": kind,
            "state": state,
            "org": unit,
            "due_at": stamp(due),
            "at": stamp(at),
            **more,
        }
        return Draft("feedback.changed", "pakn", ref, unit, at, data)

    at = yield said("received", at), world.at_work(world.after(at, 30, 600))
    in_time = rng.random() < 0.92 and due > at
    ends = world.between(at, due, 0.1, 0.9) if in_time else world.at_work(world.after(due, 1440, 5 * 1440))
    at = yield said("assigned", at), max(ends, world.after(at, 10, 60))
    if rng.random() < 0.08:
        yield said("refused", at), None
    else:
        yield said("resolved", at, dissatisfied=rng.random() < 0.09), None
