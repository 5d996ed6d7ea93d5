"""Lines of the audit trail and the state of their chain, as they are answered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ioc.audit_chain import Fault, Line, Report
from ioc.contracts.fields import UUID as WRITTEN
from ioc.contracts.fields import stamp

Row = dict[str, Any]
_AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z"
CURSOR = rf"^({_AT}~{_AT}~{WRITTEN.pattern})?$"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of the trail ended: the beginning of its time, and the time and id of its last line.

    The time goes with it, so that the pages of one reading are of the same days however long it takes.
    """

    since: datetime
    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{stamp(self.since)}~{stamp(self.at)}~{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Of its text. Raises `ValueError`."""
        since, at, id_ = text.split("~")
        return cls(datetime.fromisoformat(since), datetime.fromisoformat(at), UUID(id_))


def following(lines: Sequence[Line], limit: int, since: datetime) -> str | None:
    """The cursor behind the first `limit` lines; None: there are no more."""
    if len(lines) <= limit:
        return None
    last = lines[limit - 1].deed
    return str(Cursor(since, last.at, last.id))


def line(one: Line) -> Row:
    """A line with its place in the chain; a line from before it has number 0 and no link."""
    deed = {name: value for name, value in asdict(one.deed).items() if name != "detail"}
    place = {"writer": one.writer, "seqno": one.seqno, "after": list(one.after), "link": one.link}
    return {**deed, "detail": list(one.deed.detail), **place}


def chain(found: Report | None) -> Row | None:
    """`{lines, sound, ends, faults}`, the oldest fault first; None: too many lines to look at here."""
    if found is None:
        return None
    faults = [fault(each) for each in found.faults[:20]]
    return {"lines": found.lines, "sound": found.sound, "ends": list(found.ends), "faults": faults}


def fault(each: Fault) -> Row:
    """What does not fit, and which line it is."""
    one = each.line
    told = {"kind": each.kind.value, "id": one.deed.id, "at": one.deed.at, "action": one.deed.action}
    return {**told, "writer": one.writer, "seqno": one.seqno, "expected": each.expected}
