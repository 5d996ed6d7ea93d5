"""Events of one case, written shortly, and their fold."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from ioc.contracts import BY_NAME
from ioc.reference import Catalogue
from streams.reduce.facts import Event
from streams.reduce.kinds import KINDS
from streams.reduce.merging import gather, joined
from streams.reduce.payloads import instant
from streams.reduce.worktime import WorkTime

PERSON = "ab" * 32


@cache
def catalogue() -> Catalogue:
    return Catalogue.load()


@cache
def worktime() -> WorkTime:
    return WorkTime(catalogue().calendar)


def local(text: str) -> str:
    """`2026-03-02 08:00` in Vietnam, as the ledger writes it."""
    at = datetime.fromisoformat(text + ":00+07:00").astimezone(UTC)
    return at.isoformat().replace("+00:00", "Z")


def ms(text: str) -> int:
    found = instant(local(text))
    assert found is not None
    return found


def event(
    name: str, id: str, time: str, *, seqno: int = 1, source: str = "qlvb", corrects: str = "", **data: Any
) -> Event:
    """One event; fields that end in `_at` or `until` are Vietnamese hours."""
    written = {
        key: local(value) if value and (key.endswith(("_at", "until")) or key == "at") else value
        for key, value in data.items()
    }
    subject = str(written.get(BY_NAME[name].subject_field, ""))
    return Event(name, source, id, subject, ms(time), ms(time), "G09.901", seqno, corrects, written)


def fold(kind: str, events: Sequence[Event], *, batches: int = 1) -> dict[str, dict[str, Any]]:
    """The cases of a kind after these events, in this order, in so many batches: subject → column → value."""
    states = fold_states(kind, events, batches=batches)
    columns = KINDS[kind].table.columns
    return {
        subject: dict(zip(columns, orjson.loads(text)[2], strict=True)) for subject, text in states.items()
    }


def fold_states(kind: str, events: Sequence[Event], *, batches: int = 1) -> dict[str, str]:
    """The stored states, byte for byte. What a correction names is given again, as a tick does."""
    states: dict[str, str] = {}
    withdrawn: set[str] = set()
    size = max(len(events) // batches, 1)
    for start in range(0, len(events), size):
        batch = list(events[start : start + size])
        named = {f"{each.source}/{each.correctionof}" for each in batch if each.correctionof}
        withdrawn |= named
        batch += [each for each in events[: start + size] if each.identity in named]
        news = gather(batch, withdrawn, catalogue().sources)
        for subject, said in news.get(kind, {}).items():
            change = joined(kind, subject, states.get(subject), said, worktime())
            if change is not None:
                states[subject] = change.state
    return states


def only(kind: str, events: Sequence[Event]) -> dict[str, Any]:
    """The one case these events make."""
    (case,) = fold(kind, events).values()
    return case
