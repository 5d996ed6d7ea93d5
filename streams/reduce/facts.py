"""What an event states, as facts of cases: one event may state facts of more than one case.

A fact is a list `[type number, authority, seqno, time, …]`; times are milliseconds since 1970, UTC. Its key
within a case is the identity of its event, so that a case is the set of what was said about it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

Fact = list[Any]
Facts = dict[str, Fact]
Payload = Callable[[Mapping[str, Any]], list[Any]]


class Event(NamedTuple):
    """A counted row of the ledger. `type` is the short name, `source` the system code."""

    type: str
    source: str
    id: str
    subject: str
    time: int
    producedat: int
    orgunit: str
    seqno: int
    correctionof: str
    data: Mapping[str, Any]

    @property
    def identity(self) -> str:
        return f"{self.source}/{self.id}"


class Statement(NamedTuple):
    """One fact on its way to its case."""

    kind: str
    subject: str
    key: str
    fact: Fact


class Route(NamedTuple):
    """Which case a type speaks about, and what of its data the case keeps."""

    kind: str
    number: int
    subject: Callable[[Mapping[str, Any]], str | None]
    payload: Payload


def instant(text: str | None) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 time."""
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


def _by(field: str) -> Callable[[Mapping[str, Any]], str | None]:
    return lambda data: data.get(field)


def _with(first: str, second: str) -> Callable[[Mapping[str, Any]], str | None]:
    return lambda data: f"{data[first]}/{data[second]}"


def _received(d: Mapping[str, Any]) -> list[Any]:
    return [
        d["receiver_org"],
        instant(d["arrived_at"]),
        instant(d["registered_at"]),
        instant(d.get("due_at")),
        d["urgency"],
        d["channel"],
        d["doc_type"],
        int(d["steering"]),
        int(d["response_required"]),
    ]


def _assigned(d: Mapping[str, Any]) -> list[Any]:
    return [d["to_org"], int(d["role"] == "lead"), instant(d["assigned_at"]), instant(d.get("due_at"))]


def _completed(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], instant(d["completed_at"]), d["outcome"]]


def _issued(d: Mapping[str, Any]) -> list[Any]:
    return [
        d["issuer_org"],
        instant(d["issued_at"]),
        instant(d.get("signed_at")),
        instant(d.get("sent_at")),
        int(d["signed"]),
        d["signature_kind"],
        d["urgency"],
        d["channel"],
        d["doc_type"],
        d["recipient_count"],
    ]


def _exchanged(d: Mapping[str, Any]) -> list[Any]:
    return [d["status"], instant(d["at"])]


def _dossier(d: Mapping[str, Any]) -> list[Any]:
    return [
        d["org"],
        instant(d["received_at"]),
        instant(d["due_at"]),
        d["procedure_code"],
        d["field_code"],
        d["channel"],
        d["applicant_kind"],
        int(d["digitised_components"]),
        int(d["components_reused"] > 0),
        int(d["vneid_verified"]),
        int(d["fee_required"]),
    ]


def _clock(d: Mapping[str, Any]) -> list[Any]:
    return [d["state"], instant(d["at"]), instant(d.get("new_due_at"))]


def _portal(d: Mapping[str, Any]) -> list[Any]:
    return [int(d["result"] == "ok"), instant(d["synced_at"])]


def _resolved(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], instant(d["resolved_at"]), d["result"], int(d["e_result"])]


def _closed(d: Mapping[str, Any]) -> list[Any]:
    return [d["outcome"], instant(d["closed_at"])]


def _paid(d: Mapping[str, Any]) -> list[Any]:
    return [d["method"], instant(d["paid_at"])]


def _rated(d: Mapping[str, Any]) -> list[Any]:
    return [d["score"], int(d["dissatisfied"])]


def _complained(d: Mapping[str, Any]) -> list[Any]:
    return [int(bool(d.get("dissatisfied")))]


def _feedback(d: Mapping[str, Any]) -> list[Any]:
    return [
        d["state"],
        instant(d["at"]),
        d["org"],
        instant(d["due_at"]),
        int(bool(d.get("dissatisfied"))),
        d["kind"],
    ]


def _changed(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], instant(d["completed_at"]), d["origin"], d["change_group"]]


def _change_synced(d: Mapping[str, Any]) -> list[Any]:
    return [int(d["result"] == "ok" and d["target"] == "national_db"), instant(d["synced_at"]), d["org"]]


def _record(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], d["result"], instant(d["synced_at"])]


def _credential(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], d["action"], instant(d.get("valid_until"))]


def _training(d: Mapping[str, Any]) -> list[Any]:
    return [d["org"], int(d["passed"]), instant(d["completed_at"]), int(d["level"] == "proficient")]


ROUTES: Mapping[str, tuple[Route, ...]] = {
    "document.received": (Route("document_in", 1, _by("doc_ref"), _received),),
    "document.assigned": (Route("document_in", 2, _by("doc_ref"), _assigned),),
    "document.completed": (Route("document_in", 3, _by("doc_ref"), _completed),),
    "document.issued": (Route("document_out", 4, _by("doc_ref"), _issued),),
    "document.exchange_changed": (
        Route("document_in", 5, _by("doc_ref"), _exchanged),
        Route("document_out", 5, _by("doc_ref"), _exchanged),
    ),
    "dossier.received": (Route("dossier", 6, _by("dossier_ref"), _dossier),),
    "dossier.clock_changed": (Route("dossier", 7, _by("dossier_ref"), _clock),),
    "dossier.portal_synced": (Route("dossier", 8, _by("dossier_ref"), _portal),),
    "dossier.resolved": (Route("dossier", 9, _by("dossier_ref"), _resolved),),
    "dossier.closed": (Route("dossier", 10, _by("dossier_ref"), _closed),),
    "payment.completed": (Route("dossier", 11, _by("dossier_ref"), _paid),),
    "satisfaction.rated": (Route("dossier", 12, _by("dossier_ref"), _rated),),
    "feedback.changed": (
        Route("feedback", 13, _by("feedback_ref"), _feedback),
        Route("dossier", 13, _by("dossier_ref"), _complained),
    ),
    "hr.change_recorded": (Route("hr_change", 15, _by("change_ref"), _changed),),
    "hr.record_synced": (
        Route("hr_record", 16, _by("person_ref"), _record),
        Route("hr_change", 16, _by("change_ref"), _change_synced),
    ),
    "hr.credential_issued": (Route("credential", 17, _with("person_ref", "kind"), _credential),),
    "training.completed": (Route("training", 18, _with("person_ref", "course_group"), _training),),
}


def statements(event: Event, authority: int) -> list[Statement]:
    """The facts of one event. A type that no KPI needs yet states nothing but that its source is alive."""
    head = [authority, event.seqno, event.time]
    found = []
    for kind, number, subject_of, payload in ROUTES.get(event.type, ()):
        subject = subject_of(event.data)
        if subject is not None:
            fact = [number, *head, *payload(event.data)]
            found.append(Statement(kind, subject, f"{event.source}/{event.id}", fact))
    return found


def presence(event: Event) -> Statement:
    """That the source was alive at the event's time; the latest heartbeat and the latest event count."""
    data = event.data
    if event.type == "source.heartbeat":
        fact: Fact = [24, 0, 0, event.time, event.id, event.orgunit, data["status"], data["interval_s"]]
        fact += [data["backlog"], data["sent_total"], instant(data.get("sent_epoch"))]
        return Statement("source", data["system_code"], "heartbeat", fact)
    return Statement(
        "source", event.source, "event", [0, 0, 0, event.time, event.id, event.orgunit, event.type]
    )
