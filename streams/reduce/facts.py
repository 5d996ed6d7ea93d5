"""What an event states, as facts of cases: one event may state facts of more than one case.

A fact is a list `[type number, authority, seqno, time, …]`; times are milliseconds since 1970, UTC. Its key
within a case is the identity of its event, so that a case is the set of what was said about it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from streams.reduce import payloads
from streams.reduce.worktime import calendar_day, day_of

Fact = list[Any]
Facts = dict[str, Fact]
Payload = Callable[[Mapping[str, Any]], list[Any]]
HOUR = 3_600_000


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
    """Which case a type speaks about, and what of its data the case keeps.

    `placed`: the data name no unit, so the fact begins or ends with the one on the event's envelope; it ends
    with it where older programs made the fact without one.
    """

    kind: str
    number: int
    subject: Callable[[Mapping[str, Any]], str | None]
    payload: Payload
    placed: Literal["", "first", "last"] = ""


def _by(field: str) -> Callable[[Mapping[str, Any]], str | None]:
    return lambda data: data.get(field)


def _with(first: str, second: str) -> Callable[[Mapping[str, Any]], str | None]:
    return lambda data: f"{data[first]}/{data[second]}"


def _assessment(data: Mapping[str, Any]) -> str:
    """A dataset in a unit on a Vietnamese day."""
    day = calendar_day(day_of(payloads.known(data["assessed_at"])))
    return f"{data['dataset_code']}/{data['org']}/{day.isoformat()}"


def _system_hour(data: Mapping[str, Any]) -> str:
    """A system in an hour of UTC: sums by the minute would make a case without end."""
    hour = payloads.known(data["window_start"]) // HOUR
    return f"{data['system_code']}/{calendar_day(hour // 24).isoformat()}T{hour % 24:02}"


ROUTES: Mapping[str, tuple[Route, ...]] = {
    "document.received": (Route("document_in", 1, _by("doc_ref"), payloads.received),),
    "document.assigned": (Route("document_in", 2, _by("doc_ref"), payloads.assigned),),
    "document.completed": (Route("document_in", 3, _by("doc_ref"), payloads.completed),),
    "document.issued": (Route("document_out", 4, _by("doc_ref"), payloads.issued),),
    "document.exchange_changed": (
        Route("document_in", 5, _by("doc_ref"), payloads.exchanged),
        Route("document_out", 5, _by("doc_ref"), payloads.exchanged),
    ),
    "dossier.received": (Route("dossier", 6, _by("dossier_ref"), payloads.dossier),),
    "dossier.clock_changed": (Route("dossier", 7, _by("dossier_ref"), payloads.clock),),
    "dossier.portal_synced": (Route("dossier", 8, _by("dossier_ref"), payloads.portal, placed="last"),),
    "dossier.resolved": (Route("dossier", 9, _by("dossier_ref"), payloads.resolved),),
    "dossier.closed": (Route("dossier", 10, _by("dossier_ref"), payloads.closed, placed="last"),),
    "payment.completed": (Route("dossier", 11, _by("dossier_ref"), payloads.paid, placed="last"),),
    "satisfaction.rated": (Route("dossier", 12, _by("dossier_ref"), payloads.rated),),
    "feedback.changed": (
        Route("feedback", 13, _by("feedback_ref"), payloads.feedback),
        Route("dossier", 13, _by("dossier_ref"), payloads.complained),
    ),
    "procedure.published": (
        Route("procedure", 14, _by("procedure_code"), payloads.procedure, placed="first"),
    ),
    "hr.change_recorded": (Route("hr_change", 15, _by("change_ref"), payloads.changed),),
    "hr.record_synced": (
        Route("hr_record", 16, _by("person_ref"), payloads.record),
        Route("hr_change", 16, _by("change_ref"), payloads.change_synced),
    ),
    "hr.credential_issued": (Route("credential", 17, _with("person_ref", "kind"), payloads.credential),),
    "training.completed": (Route("training", 18, _with("person_ref", "course_group"), payloads.training),),
    "archive.batch_processed": (Route("archive", 19, _by("batch_ref"), payloads.archive),),
    "task.assigned": (Route("task", 20, _by("task_ref"), payloads.task),),
    "task.changed": (Route("task", 21, _by("task_ref"), payloads.progress, placed="first"),),
    "dataset.assessed": (Route("dataset", 22, _assessment, payloads.dataset),),
    "interop.recorded": (Route("interop", 23, _system_hour, payloads.interop, placed="first"),),
    "alert.transitioned": (Route("alert", 25, _by("alert_ref"), payloads.alert),),
}


def statements(event: Event, authority: int) -> list[Statement]:
    """The facts of one event. A type that no KPI needs yet states nothing but that its source is alive."""
    head = [authority, event.seqno, event.time]
    found = []
    for kind, number, subject_of, payload, placed in ROUTES.get(event.type, ()):
        subject = subject_of(event.data)
        if subject is not None:
            said = payload(event.data)
            if placed:
                said.insert(0 if placed == "first" else len(said), event.orgunit)
            fact = [number, *head, *said]
            found.append(Statement(kind, subject, f"{event.source}/{event.id}", fact))
    return found


def presence(event: Event) -> Statement:
    """That the source was alive at the event's time; the latest heartbeat and the latest event count."""
    data = event.data
    if event.type == "source.heartbeat":
        fact: Fact = [24, 0, 0, event.time, event.id, event.orgunit, data["status"], data["interval_s"]]
        fact += [data["backlog"], data["sent_total"], payloads.instant(data.get("sent_epoch"))]
        return Statement("source", data["system_code"], "heartbeat", fact)
    return Statement(
        "source", event.source, "event", [0, 0, 0, event.time, event.id, event.orgunit, event.type]
    )
