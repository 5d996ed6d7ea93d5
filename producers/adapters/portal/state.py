"""What the adapter told of one dossier last, so that it can tell what is new. Nothing personal."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Intake(Part):
    """What was told of the receipt (`dossier.received`)."""

    procedure_code: str
    field_code: str
    org: str
    channel: str
    applicant_kind: str
    submitted_at: datetime
    received_at: datetime
    due_at: datetime
    statutory_days: float
    digitised_components: bool
    components_total: int
    components_reused: int
    vneid_verified: bool
    fee_required: bool
    paper_result: bool | None = None
    store_reused: bool | None = None


class Pause(Part):
    """One time that the clock stood still, by which status, for which requests, moving the date to when."""

    start: datetime
    status: int
    end: datetime | None = None
    requests: tuple[str, ...] = ()
    new_due: datetime | None = None


class Resolved(Part):
    org: str
    resolved_at: datetime
    result: Literal["approved", "refused"]
    e_result: bool
    store_returned: bool | None = None


class Closed(Part):
    outcome: Literal["returned", "rejected_at_intake", "withdrawn", "cancelled"]
    closed_at: datetime


class Paid(Part):
    method: Literal["online", "transfer", "cash", "exempt"]
    amount_vnd: int
    paid_at: datetime


class State(Part):
    """A dossier as last acknowledged. `revision` rises with every change that was handed over.

    `as_of`: the latest instant that a call named; an older step is history that was told already. `undated`:
    no call has yet said since when the status holds.
    """

    dossier_ref: str
    org: str
    revision: int = 0
    status: int = 0
    as_of: datetime | None = None
    undated: bool = False
    intake: Intake | None = None
    due: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    e_result: bool = False
    store_returned: bool = False
    fee: int = 0
    paid: Paid | None = None
    resolved: Resolved | None = None
    closed: Closed | None = None

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None
