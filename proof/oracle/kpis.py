"""Four indicators by unit and day, in plain Python from the journal; their meaning is docs/kpis.md."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from proof.oracle.journal import Told

VIETNAM = timezone(timedelta(hours=7))
KPIS = ("doc_digital_exchange_rate", "doc_on_time_rate", "e_result_rate", "online_dossier_rate")
Cells = dict[tuple[str, str, str], tuple[int, int]]
"""(kpi, unit, day) → numerator, denominator."""


def day(text: str) -> str:
    """The Vietnamese day of an instant."""
    return datetime.fromisoformat(text).astimezone(VIETNAM).date().isoformat()


def cells(events: Iterable[Told]) -> Cells:
    """The cells that these events make, each counted once."""
    by_subject: dict[str, dict[str, list[tuple[int, dict[str, Any]]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event in events:
        kind = event.type.removeprefix("vn.gov.ioc.").removesuffix(".v1")
        by_subject[event.subject][kind].append((event.seqno, json.loads(event.said)))
    found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for said in by_subject.values():
        for kpi, unit, on, above, below in _counted(said):
            found[kpi, unit, on][0] += above
            found[kpi, unit, on][1] += below
    return {at: (n, d) for at, (n, d) in found.items() if n or d}


def _counted(said: dict[str, list[tuple[int, dict[str, Any]]]]) -> Iterable[tuple[str, str, str, int, int]]:
    for _, data in said.get("document.issued", ()):
        digital = data["signed"] and data["channel"] in ("axis", "internal")
        yield "doc_digital_exchange_rate", data["issuer_org"], day(data["issued_at"]), digital, 1
    for _, start in said.get("dossier.received", ()):
        yield "online_dossier_rate", start["org"], day(start["received_at"]), start["channel"] == "online", 1
        for _, end in said.get("dossier.resolved", ()):
            approved = end["result"] == "approved"
            on = day(end["resolved_at"])
            yield "e_result_rate", start["org"], on, approved and end["e_result"], approved
    for _, start in said.get("document.received", ()):
        for _, end in said.get("document.completed", ()):
            due = start.get("due_at")
            on = day(end["completed_at"])
            yield "doc_on_time_rate", lead(said), on, due is not None and on <= day(due), due is not None


def lead(said: dict[str, list[tuple[int, dict[str, Any]]]]) -> str:
    """Whose an incoming document is: the latest lead assignee's, else the receiver's."""
    leads = [
        (seqno, data["to_org"]) for seqno, data in said.get("document.assigned", ()) if data["role"] == "lead"
    ]
    if leads:
        return str(max(leads)[1])
    ((_, start),) = said["document.received"][:1]
    return str(start["receiver_org"])
