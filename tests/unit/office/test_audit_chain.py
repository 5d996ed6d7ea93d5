"""The chain of the audit trail: whatever is done to it, the first line that does not fit is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.accounts import Deed
from ioc.audit_chain import Line, Report, Unfit, before, linked, verify

NOW = datetime(2026, 3, 10, 3, 0, 0, 123_456, tzinfo=UTC)
TENANT = "G09"


def deed(n: int) -> Deed:
    return Deed(
        UUID(int=n), NOW + timedelta(seconds=n), "truc_ca_1", "truc_ca_ioc", "assign", f"a-{n}", "done",
        (f"seen=raised.{n}",),
    )  # fmt: skip


class Book:
    """Several writers in turn, as the store would hold them."""

    def __init__(self, old: int = 0) -> None:
        self.lines = [Line(deed(n)) for n in range(old)]
        self._last: dict[int, Line] = {}

    def write(self, writer: int) -> Line:
        n, last = len(self.lines), self._last.get(writer)
        held = [line for line in self.lines if line.seqno]
        followed = {name for line in held for name in line.after}
        ends = [line.link for line in held if line.link not in followed] or [before(TENANT, self.lines)]
        after = [last.link] if last else sorted(ends)
        line = linked(TENANT, deed(n), UUID(int=writer), last.seqno + 1 if last else 1, after)
        self._last[writer] = line
        self.lines.append(line)
        return line


def checked(lines: list[Line], **more: Any) -> Report:
    placed = sorted(lines, key=lambda line: (line.writer, line.seqno))
    return verify(TENANT, placed, **more)


WRITERS = st.lists(st.integers(1, 3), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(WRITERS, st.integers(0, 3), st.data())
def test_whatever_is_done_to_a_line_shows(writers: list[int], old: int, data: st.DataObject) -> None:
    book = Book(old)
    for writer in writers:
        book.write(writer)
    sound = checked(book.lines)
    assert sound.sound and (sound.lines, sound.before) == (len(writers), old)
    at = data.draw(st.integers(0, len(book.lines) - 1))
    victim, rest = book.lines[at], [line for line in book.lines if line is not book.lines[at]]
    done = data.draw(st.sampled_from(["change", "delete", "reorder", "unchain", "repeat"]))
    match done:
        case "change":
            other = replace(victim, deed=replace(victim.deed, account="quan_tri"))
            found = checked([*rest, other])
            assert found.faults[0].kind is (Unfit.changed if victim.seqno else Unfit.before)
            assert not victim.seqno or found.faults[0].line == other
        case "delete":
            found = checked(rest, anchors=sound.ends)
            newest = victim.link in sound.ends
            assert found.missing == ((victim.link,) if newest else ())
            assert newest or found.faults
        case "reorder":
            second = data.draw(st.sampled_from(rest))
            swapped = [replace(victim, deed=second.deed), replace(second, deed=victim.deed)]
            found = checked([*(line for line in rest if line is not second), *swapped])
            assert not found.sound or not (victim.seqno or second.seqno)
        case "unchain":
            found = checked([*rest, Line(victim.deed)])
            assert not found.sound or not victim.seqno
        case "repeat":
            found = checked([*book.lines, replace(victim, deed=deed(99))])
            assert not found.sound


def test_the_tail_needs_a_link_that_was_kept_elsewhere() -> None:
    book = Book()
    for _ in range(4):
        book.write(1)
    cut = book.lines[:2]
    assert checked(cut).sound, "the chain alone cannot know of what came after"
    assert checked(cut, anchors=[book.lines[3].link]).missing == (book.lines[3].link,)
    book.write(2)
    without = [line for line in book.lines if line.seqno != 4]
    assert [each.kind for each in checked(without).faults] == [Unfit.cut], "another writer has seen it"


def test_a_line_rewritten_with_a_fitting_link_breaks_the_next_one() -> None:
    book = Book()
    lines = [book.write(1) for _ in range(3)]
    forged = linked(TENANT, replace(deed(1), account="quan_tri"), UUID(int=1), 2, lines[1].after)
    (fault,) = checked([lines[0], forged, lines[2]]).faults
    assert (fault.kind, fault.line) == (Unfit.order, lines[2])


def test_a_part_of_the_chain_is_looked_at_by_itself() -> None:
    book = Book()
    lines = [book.write(writer) for writer in (1, 1, 1, 2, 1)]
    assert checked(lines[2:], whole=False).sound
    assert not checked([lines[2], lines[3], replace(lines[4], seqno=6)], whole=False).sound
    assert not checked(lines[2:]).sound
