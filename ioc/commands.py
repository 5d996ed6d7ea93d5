"""What an operator asks of an alert, as it travels on ioc.control, and how it is answered.

A command names the state that the operator saw; one that is not current is refused, so that two operators do
not overwrite each other. `actor` is the name of an account, never a person's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, Field, ValidationError

from ioc.alerts import CODE, Status
from ioc.errors import IocError
from ioc.words import NAME as _NAME
from ioc.words import Part

KEY = b"command"
"""The key of these records on ioc.control."""
Action = Literal["acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "step", "close"]

REFUSALS = frozenset({
    "unknown_alert", "stale", "illegal", "reason_needed", "step_unknown", "whom_needed", "unit_unknown",
    "role_unknown", "until_wrong", "not_permitted",
})  # fmt: skip
"""Why a command is refused; the words are `why.…` of the messages."""


class NotACommand(IocError):
    """A record on ioc.control is none of our commands."""


class Seen(Part):
    """The state of the alert that the operator looked at."""

    status: Status
    seqno: int = Field(ge=1)


class Command(Part):
    """One wish of one operator."""

    id: UUID = Field(default_factory=uuid4)
    alert_ref: str = Field(pattern=r"^[A-Za-z0-9._/\-]{1,64}$")
    action: Action
    role: str = Field(pattern=_NAME)
    actor: str = Field(pattern=r"^[a-z][a-z0-9_.\-]{0,63}$")
    to_role: str | None = Field(default=None, pattern=_NAME)
    to_unit: str | None = Field(default=None, pattern=r"^[A-Z][0-9]{2}(\.[0-9]{2,3}){0,3}$")
    reason_code: str | None = Field(default=None, pattern=CODE)
    step: str | None = Field(default=None, pattern=CODE)
    until: AwareDatetime | None = None
    seen: Seen
    at: AwareDatetime


def build(
    alert_ref: str, action: Action, *, role: str, actor: str, seen: Seen, at: datetime, **more: object
) -> Command:
    """A command from plain values. Raises `NotACommand` naming the field that is wrong."""
    given = {"alert_ref": alert_ref, "action": action, "role": role, "actor": actor, "seen": seen, "at": at}
    return _valid({**given, **{name: value for name, value in more.items() if value is not None}})


def encode(command: Command) -> bytes:
    """As it travels."""
    return command.model_dump_json(exclude_none=True).encode()


def decode(raw: bytes) -> Command:
    """Raises `NotACommand`."""
    try:
        return Command.model_validate_json(raw)
    except ValidationError as error:
        raise _refused(error) from error


def _valid(fields: Mapping[str, object]) -> Command:
    try:
        return Command.model_validate(fields)
    except ValidationError as error:
        raise _refused(error) from error


def _refused(error: ValidationError) -> NotACommand:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the command"
    return NotACommand(f"command: {where}: {first['msg']}")
