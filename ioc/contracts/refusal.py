"""Why an event is not taken: one reason, one field, one sentence, and never what the field held."""

from enum import StrEnum

from ioc.errors import IocError
from ioc.messages import named


class Reason(StrEnum):
    """Verdict codes of a refused event; stored in the ledger and answered to publishers, so never renamed."""

    undecodable = "undecodable"
    schema = "schema"
    unknown_type = "unknown_type"
    unauthorised_source = "unauthorised_source"
    unknown_unit = "unknown_unit"
    future_time = "future_time"
    personal_data = "personal_data"
    secret_marking = "secret_marking"  # noqa: S105 (a reason, not a credential)
    oversize = "oversize"
    lifecycle = "lifecycle"
    duplicate_conflict = "duplicate_conflict"
    store_refused = "store_refused"
    crash_loop = "crash_loop"

    @property
    def label(self) -> str:
        """The reason in words for a screen."""
        return named("refusal", self.value)

    @property
    def unmentionable(self) -> bool:
        """True when nothing of the event may be kept: no id, subject, payload or hash."""
        return self in _UNMENTIONABLE


_UNMENTIONABLE = frozenset({Reason.personal_data, Reason.secret_marking})


class EventRefused(IocError):
    """An event was not accepted.

    `field` is a JSON pointer ("" means the whole event), `value` a short description of what stood there
    ("" for personal data and secrets), `expected` what would have been accepted; `also` points at
    further bad fields.
    """

    def __init__(
        self, reason: Reason, field: str, value: str, expected: str, also: tuple[str, ...] = ()
    ) -> None:
        self.reason = reason
        self.field = field
        self.value = "" if reason.unmentionable else value
        self.expected = expected
        self.also = also
        found = f" is {self.value}" if self.value else ""
        super().__init__(f"{reason}: {field or 'the event'}{found}; expected {expected}")

    def __reduce__(self) -> tuple[type["EventRefused"], tuple[Reason, str, str, str, tuple[str, ...]]]:
        return EventRefused, (self.reason, self.field, self.value, self.expected, self.also)
