"""What every adapter shares: one piece of input becomes events or refusals; ids come from the content."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from ioc.clock import Clock
from ioc.contracts import (
    BY_NAME,
    SKEW,
    Envelope,
    EventRefused,
    Reason,
    Rules,
    build,
    decode,
    encode,
    mask_field,
)
from ioc.contracts.fields import EARLIEST, LARGEST, LATEST
from ioc.sources import Source


@dataclass(frozen=True, slots=True)
class Refused:
    """Something in the input that does not become an event.

    `where`: file, with line or item; `field`: as the source system names it; never a value of the input.
    """

    where: str
    field: str
    reason: Reason
    expected: str = ""

    @property
    def text(self) -> str:
        """The reason's code and, unless nothing may be said, what would have been accepted."""
        if self.reason.unmentionable or not self.expected:
            return self.reason.value
        return f"{self.reason.value}: expected {self.expected}"

    def as_json(self) -> dict[str, str]:
        return {"where": self.where, "field": self.field, "reason": self.text}

    @classmethod
    def of(cls, where: str, error: EventRefused, names: Mapping[str, str] | None = None) -> "Refused":
        """The refusal of an event, its field renamed to what the source system calls it."""
        pointer = mask_field(error.field) if error.field.startswith("/") else error.field
        parts = [part for part in pointer.split("/") if not part.isdigit()]  # an item of a list is the list's
        field = parts[-1] if parts else ""
        renamed = (names or {}).get(field, pointer.removeprefix("/"))
        return cls(where, renamed, error.reason, error.expected)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of input (a document, a row, a line): what it became."""

    where: str
    events: tuple[Envelope, ...] = ()
    refused: tuple[Refused, ...] = ()


class EventMaker:
    """Makes the events of one source, checked as landing will check them.

    The id is uuid5 of source and content: the same input makes the same event, however often it is read.
    """

    def __init__(self, source: Source, rules: Rules, clock: Clock) -> None:
        self.source = source
        self.urn = source.urn(rules.tenant)
        self.rules = rules
        self._clock = clock
        self._namespace = uuid.uuid5(uuid.NAMESPACE_URL, self.urn)

    def make(
        self,
        name: str,
        *,
        time: datetime,
        orgunit: str,
        data: Mapping[str, Any],
        seqno: int | None = None,
        nth: int = 0,
        salt: str = "",
    ) -> Envelope:
        """One event. `seqno` defaults to 16 × (epoch-ms(time) + nth) + number of the type; `nth`: how many of
        the type told of this subject and time before it; `salt` makes an id differ.

        Raises `EventRefused`.
        """
        plain = {key: _plain(f"/data/{key}", value) for key, value in data.items() if value is not None}
        at = _plain("/time", time)
        content = orjson.dumps([name, orgunit, at, plain, salt], option=orjson.OPT_SORT_KEYS)
        now = self._clock.now()
        if time > now + SKEW:
            raise EventRefused(Reason.future_time, "/time", "", "at most 5 minutes ahead of now")
        event = build(
            name,
            source=self.urn,
            id=str(uuid.uuid5(self._namespace, content.decode())),
            time=time,
            orgunit=orgunit,
            seqno=16 * (int(time.timestamp() * 1000) + nth) + rank(name) if seqno is None else seqno,
            producedat=now,
            data=plain,
            tenant=self.rules.tenant,
        )
        return decode(encode(event), rules=self.rules, now=now).envelope


def rank(name: str) -> int:
    """Where a type stands in its lifecycle: its number in the catalogue, within 0…15."""
    return BY_NAME[name].n % 16


def _plain(field: str, value: Any) -> Any:
    """Instants as one text, to the millisecond: the id must not depend on how a sender writes an offset.

    Raises `EventRefused` for what no event could hold, before it is too large for UTC or for JSON.
    """
    if isinstance(value, int) and abs(value) > LARGEST:
        raise EventRefused(Reason.schema, field, "", f"a number up to {LARGEST}")
    if not isinstance(value, datetime):
        return value
    if not EARLIEST <= value < LATEST:
        raise EventRefused(Reason.schema, field, "", "a date from 1990 to 2099")
    return value.astimezone(UTC).isoformat(timespec="milliseconds")
