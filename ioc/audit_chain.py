"""The audit trail as a chain: each line carries the hash of the lines it follows and of what it says.

A writer is one process (or one command): it numbers its lines and each follows the one before it. Its first
line follows the ends of all other chains, as the store held them then, so that what is gone from the end of
one shows in the beginning of the next. Writers never share a chain, and so cannot fork one.

What the chain cannot show by itself: that lines are gone which no later line follows (the newest ones), and
that somebody who may write the store has written all of it anew. For both, a link must be kept elsewhere.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from ioc.accounts import Deed

BEFORE = "before:"
"""A first line of all follows this and the digest of the lines that are older than the chain."""
NOBODY = UUID(int=0)
COLUMNS = "id, at, account, role, action, object, outcome, detail, writer, seqno, after, link"
"""Of the store's table, in the order in which `Line.of` takes them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A deed in its place. `seqno` 0: written before there was a chain; then nothing else is set."""

    deed: Deed
    writer: UUID = NOBODY
    seqno: int = 0
    after: tuple[str, ...] = ()
    link: str = ""

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Line":
        """From `COLUMNS` as the store answers them."""
        id_, at, who, role, action, about, outcome, detail, writer, seqno, after, link = row
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        deed = Deed(UUID(str(id_)), at, who, role, action, about, outcome, tuple(detail))
        return cls(deed, UUID(str(writer)), int(seqno), tuple(after), link)


def said(tenant: str, line: Line) -> bytes:
    """The line's content in canonical form: JSON of its strings, times in UTC with milliseconds."""
    deed = line.deed
    at = deed.at.astimezone(UTC).isoformat(timespec="milliseconds")
    told = [str(deed.id), at, deed.account, deed.role, deed.action, deed.object, deed.outcome]
    return orjson.dumps([tenant, *told, [*deed.detail], str(line.writer), line.seqno, [*line.after]])


def link(tenant: str, line: Line) -> str:
    """SHA-256 of the content, which names the links before it; in hexadecimal."""
    return hashlib.sha256(said(tenant, line)).hexdigest()


def before(tenant: str, lines: Iterable[Line]) -> str:
    """What the first line of all follows: the digest of the lines that are older than the chain."""
    digest = hashlib.sha256()
    for each in sorted(said(tenant, line) for line in lines):
        digest.update(hashlib.sha256(each).digest())
    return BEFORE + digest.hexdigest()


def to_the_millisecond(at: datetime) -> datetime:
    """As the store keeps it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def linked(tenant: str, deed: Deed, writer: UUID, seqno: int, after: Sequence[str]) -> Line:
    """The line that this deed becomes."""
    kept = replace(deed, at=to_the_millisecond(deed.at))
    line = Line(kept, writer, seqno, tuple(after))
    return replace(line, link=link(tenant, line))


class Unfit(StrEnum):
    """Why a line does not fit. The codes are printed, so never renamed."""

    changed = "changed"
    gap = "gap"
    twice = "twice"
    order = "order"
    cut = "cut"
    before = "before"
    unchained = "unchained"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that does not fit. `expected`: the link or the number that should be there."""

    kind: Unfit
    line: Line
    expected: str = ""


@dataclass(slots=True)
class Report:
    """What a verification found. `ends`: links that no line follows yet; `missing`: of those to be found."""

    lines: int = 0
    before: int = 0
    writers: int = 0
    ends: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    missing: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.faults and not self.missing


def verify(tenant: str, lines: Iterable[Line], *, whole: bool = True, anchors: Sequence[str] = ()) -> Report:
    """Whether these lines are what was written, in the order of writer and number. The oldest fault first.

    `whole`: they are all there are; else each chain may begin later than its first line, and what it follows
    is not looked for. `anchors`: links that were kept elsewhere and must be among them.
    """
    found = Report()
    links: set[bytes] = set()
    ends: dict[UUID, str] = {}
    firsts: list[Line] = []
    old: list[Line] = []
    last: Line | None = None
    for line in lines:
        if line.seqno == 0:
            old.append(line)
            continue
        found.lines += 1
        links.add(bytes.fromhex(line.link) if len(line.link) == 64 else b"")
        found.faults += _unfit(tenant, last if last and last.writer == line.writer else None, line, whole)
        if line.seqno == 1:
            firsts.append(line)
        ends[line.writer] = line.link
        last = line
    found.before, found.writers = len(old), len(ends)
    followed = {name for first in firsts for name in first.after}
    found.ends = tuple(sorted(end for end in ends.values() if end not in followed))
    found.missing = tuple(each for each in anchors if bytes.fromhex(each) not in links)
    if whole:
        found.faults += _uprooted(tenant, firsts, old, links)
    found.faults.sort(key=lambda fault: (fault.line.deed.at, str(fault.line.writer), fault.line.seqno))
    return found


def _unfit(tenant: str, last: Line | None, line: Line, whole: bool) -> Iterable[Fault]:
    """What is wrong with a line, given the one before it of the same writer."""
    if link(tenant, line) != line.link:
        yield Fault(Unfit.changed, line, link(tenant, line))
    elif last is not None and line.seqno == last.seqno:
        yield Fault(Unfit.twice, line, str(last.seqno + 1))
    elif last is not None and line.seqno == last.seqno + 1 and line.after != (last.link,):
        yield Fault(Unfit.order, line, last.link)
    expected = last.seqno + 1 if last is not None else 1
    if line.seqno > expected and (whole or last is not None):
        yield Fault(Unfit.gap, line, str(expected))


def _uprooted(tenant: str, firsts: Iterable[Line], old: Sequence[Line], links: set[bytes]) -> Iterable[Fault]:
    """First lines that follow what is not there; lines without a link that are younger than the chain."""
    firsts = sorted(firsts, key=lambda line: line.deed.at)
    began = firsts[0].deed.at if firsts else None
    late = [line for line in old if began is not None and line.deed.at > began]
    yield from (Fault(Unfit.unchained, line) for line in late)
    held = before(tenant, (line for line in old if line not in late))
    for first in firsts:
        for name in first.after:
            if name.startswith(BEFORE):
                if name != held:
                    yield Fault(Unfit.before, first, name.removeprefix(BEFORE))
            elif len(name) != 64 or bytes.fromhex(name) not in links:
                yield Fault(Unfit.cut, first, name)
