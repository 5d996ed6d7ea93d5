"""Cases as the oracle sees them: plain rows with the few instants and flags that the formulas need."""

from typing import Any, NamedTuple

from tests.oracle.calendar import DAY, HOUR, MINUTE, day, midnight, ms, work_on, workday_after, worked
from tests.oracle.reading import Written


class Incoming(NamedTuple):
    unit: str
    arrived: int
    due: int | None
    ended: int | None
    registered_ok: bool


class Outgoing(NamedTuple):
    unit: str
    issued: int
    digital: bool
    axis: bool
    sent_ok: bool


class Dossier(NamedTuple):
    unit: str
    received: int
    online: bool
    resolved: int | None
    ended: int | None
    approved: bool
    electronic: bool
    history: list[tuple[int, int, bool, int | None]]
    """(from instant, due then, running then, paused since) in order of time."""

    def at(self, t: int) -> tuple[int, bool, int | None]:
        """Due, running and paused-since as they stood at an instant."""
        past = [entry for entry in self.history if entry[0] <= t] or self.history[:1]
        return past[-1][1:]

    def overdue(self, t: int) -> bool:
        due, _, paused = self.at(t)
        return due < t and not (paused is not None and paused <= due)


class Feedback(NamedTuple):
    unit: str
    due: int
    handled: int | None


class Change(NamedTuple):
    unit: str
    limit: int
    synced: int | None


def incoming(written: Written) -> list[Incoming]:
    cases = []
    for ref in written.of("document.received"):
        start = written.one("document.received", ref) or {}
        leads = [e for e in written.of("document.assigned").get(ref, []) if e["data"]["role"] == "lead"]
        unit = max(leads, key=lambda e: e["seqno"])["data"]["to_org"] if leads else start["receiver_org"]
        end = written.one("document.completed", ref)
        arrived, registered = ms(start["arrived_at"]), ms(start["registered_at"])
        if start["urgency"] == "normal":
            ok = day(registered) <= workday_after(day(arrived), 1)
        else:
            ok = registered - arrived <= 30 * MINUTE
        due = ms(start["due_at"]) if start.get("due_at") else None
        cases.append(Incoming(unit, arrived, due, ms(end["completed_at"]) if end else None, ok))
    return cases


def outgoing(written: Written) -> list[Outgoing]:
    cases = []
    for ref in written.of("document.issued"):
        data = written.one("document.issued", ref) or {}
        issued = ms(data["issued_at"])
        signed = ms(data["signed_at"]) if data.get("signed_at") else issued
        if data["urgency"] == "normal":
            limit = midnight(workday_after(day(signed), 1)) + 12 * HOUR
        else:
            limit = signed + 30 * MINUTE
        digital = data["signed"] and data["channel"] in ("axis", "internal")
        sent_ok = bool(data.get("sent_at")) and ms(data["sent_at"]) <= limit
        cases.append(Outgoing(data["issuer_org"], issued, digital, data["channel"] == "axis", sent_ok))
    return cases


def dossiers(written: Written) -> list[Dossier]:
    cases = []
    for ref in written.of("dossier.received"):
        start = written.one("dossier.received", ref) or {}
        done = written.one("dossier.resolved", ref)
        closed = written.one("dossier.closed", ref)
        ends = [ms(done["resolved_at"])] if done else []
        ends += [ms(closed["closed_at"])] if closed else []
        ended = min(ends) if ends else None
        changes = [event["data"] for event in written.of("dossier.clock_changed").get(ref, [])]
        cases.append(
            Dossier(
                start["org"],
                ms(start["received_at"]),
                start["channel"] == "online",
                ms(done["resolved_at"]) if done else None,
                ended,
                bool(done and done["result"] == "approved"),
                bool(done and done["e_result"]),
                _history(start, changes, ended),
            )
        )
    return cases


def _history(
    start: dict[str, Any], changes: list[dict[str, Any]], ended: int | None
) -> list[tuple[int, int, bool, int | None]]:
    promised, received = ms(start["due_at"]), ms(start["received_at"])
    paused_since: int | None = None
    paused_ms = 0
    extended: int | None = None
    history: list[tuple[int, int, bool, int | None]] = [(received, promised, True, None)]
    for change in sorted(changes, key=lambda each: ms(each["at"])):
        at = ms(change["at"])
        if ended is not None and at >= ended:
            break
        if change["state"] == "paused":
            paused_since = at
        elif change["state"] == "running" and paused_since is not None:
            paused_ms += worked(paused_since, at) // MINUTE
            paused_since = None
        elif change["state"] == "extended":
            extended = ms(change["new_due_at"])
        due = extended if extended is not None else work_on(promised, paused_ms)
        history.append((at, due, paused_since is None, paused_since))
    if ended is not None and paused_since is not None:
        paused_ms += worked(paused_since, ended) // MINUTE
        due = extended if extended is not None else work_on(promised, paused_ms)
        history.append((ended, due, True, None))
    return history


def feedback(written: Written) -> list[Feedback]:
    cases = []
    for events in written.of("feedback.changed").values():
        last = max(events, key=lambda event: event["seqno"])["data"]
        ends = [ms(e["data"]["at"]) for e in events if e["data"]["state"] in ("resolved", "refused")]
        cases.append(Feedback(last["org"], ms(last["due_at"]), min(ends) if ends else None))
    return cases


def changes(written: Written) -> list[Change]:
    """Changes with a legal limit and when they were first synced to the national database."""
    synced: dict[str, int] = {}
    for events in written.of("hr.record_synced").values():
        for event in events:
            data = event["data"]
            if data.get("change_ref") and data["result"] == "ok" and data["target"] == "national_db":
                at = ms(data["synced_at"])
                synced[data["change_ref"]] = min(at, synced.get(data["change_ref"], at))
    cases = []
    for ref in written.of("hr.change_recorded"):
        data = written.one("hr.change_recorded", ref) or {}
        completed = ms(data["completed_at"])
        if data["origin"] == "system":
            cases.append(Change(data["org"], completed + DAY, synced.get(ref)))
        elif data["origin"] == "unit_entry":
            limit = midnight(workday_after(day(completed), 3) + 1) - 1
            cases.append(Change(data["org"], limit, synced.get(ref)))
    return cases
