"""Lines of the audit trail and the state of their chain, as they are answered."""

from dataclasses import asdict
from typing import Any

from ioc.audit_chain import Fault, Line, Report

Row = dict[str, Any]


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
