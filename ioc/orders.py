"""What one post asks of another, in codes: a task, a comment, the correction of a number or a case.

A leader orders a unit to do something by a day, or comments; the head of a unit asks for the correction
of what is said about it; both are answered. Nobody writes a sentence: a text could name a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from ioc.contracts.fields import Ref
from ioc.words import Part

AHEAD = timedelta(days=366)
"""The furthest day by which something may be ordered."""


class Kind(StrEnum):
    """What is asked. All codes here are stored and answered, so never renamed."""

    order = "order"
    comment = "comment"
    correction = "correction"


class About(StrEnum):
    """What it refers to."""

    alert = "alert"
    kpi = "kpi"
    case = "case"


class State(StrEnum):
    """How far it is."""

    open = "open"
    taken = "taken"
    done = "done"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"


class Act(StrEnum):
    """What is done about it."""

    take = "take"
    finish = "finish"
    accept = "accept"
    decline = "decline"
    withdraw = "withdraw"


class Declined(StrEnum):
    """Why a correction is declined."""

    matches_source = "matches_source"
    corrected_already = "corrected_already"
    by_the_source = "by_the_source"
    by_the_rules = "by_the_rules"


CODES: Mapping[Kind, tuple[str, ...]] = {
    Kind.order: ("handle", "report", "verify", "explain", "prevent", "meet"),
    Kind.comment: ("noted", "well_done", "too_slow", "not_enough", "keep_watch"),
    Kind.correction: ("wrong_number", "wrong_unit", "wrong_time", "missing_case", "counted_twice"),
}
"""What is asked for, by kind."""
ABOUT: Mapping[Kind, frozenset[About]] = {
    Kind.order: frozenset({About.alert, About.kpi}),
    Kind.comment: frozenset({About.alert, About.kpi}),
    Kind.correction: frozenset({About.kpi, About.case}),
}
_WITHDRAWN = {Act.withdraw: State.withdrawn}
NEXT: Mapping[tuple[Kind, State], Mapping[Act, State]] = {
    (Kind.order, State.open): {Act.take: State.taken, Act.finish: State.done, **_WITHDRAWN},
    (Kind.order, State.taken): {Act.finish: State.done, **_WITHDRAWN},
    (Kind.comment, State.open): {Act.take: State.taken, **_WITHDRAWN},
    (Kind.correction, State.open): {Act.accept: State.accepted, Act.decline: State.declined, **_WITHDRAWN},
}
"""What may follow what; what is not here is over."""
ASKING: Mapping[Kind, str] = {
    Kind.order: "order_task",
    Kind.comment: "order_task",
    Kind.correction: "ask_correction",
}
"""The action of roles.yaml that each kind needs."""
ANSWERING: Mapping[Kind, str] = {
    Kind.order: "progress_order",
    Kind.comment: "progress_order",
    Kind.correction: "answer_correction",
}


class Wish(Part):
    """What is asked. `unit`: who is to act, or whose number or case it is; `due`: of an order only."""

    kind: Kind
    about: About
    ref: Ref
    window: Literal["day", "week", "month", "ytd"] | None = None
    unit: str = Field(pattern=r"^[A-Z][0-9]{2}(\.[0-9]{2,3}){0,3}$")
    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    due: date | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.code not in CODES[self.kind]:
            raise ValueError(f"code: expected one of {', '.join(CODES[self.kind])}")
        if self.about not in ABOUT[self.kind]:
            raise ValueError(f"about: expected one of {', '.join(sorted(ABOUT[self.kind]))}")
        if (self.about is About.kpi) != (self.window is not None):
            raise ValueError("expected window for a KPI, and for nothing else")
        if (self.kind is Kind.order) != (self.due is not None):
            raise ValueError("expected due for an order, and for nothing else")
        return self


class Step(Part):
    """What is done, and the number of the step that was seen. `event`: the correcting event's id."""

    act: Act
    seen: int = Field(ge=1)
    event: str = Field(default="", pattern=r"^[0-9A-Za-z._\-]{0,64}$")
    code: Declined | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.act is Act.accept) != bool(self.event):
            raise ValueError("expected event with accept, and with nothing else")
        if (self.act is Act.decline) != (self.code is not None):
            raise ValueError("expected code with decline, and with nothing else")
        return self


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked and the last step of it. `seqno`: of the step; `step`: its id; by whom and when."""

    id: UUID
    wish: Wish
    asked_by: str
    asked_role: str
    asked_at: datetime
    step: UUID
    seqno: int = 1
    state: State = State.open
    account: str = ""
    role: str = ""
    at: datetime | None = None
    event: str = ""
    answer: str = ""

    @property
    def over(self) -> bool:
        return (self.wish.kind, self.state) not in NEXT

    def after(self, done: Step, step: UUID, account: str, role: str, at: datetime) -> "Order | None":
        """The order with this done to it; None when it cannot be any more."""
        state = NEXT.get((self.wish.kind, self.state), {}).get(done.act)
        if state is None or done.seen != self.seqno:
            return None
        return replace(
            self, step=step, seqno=self.seqno + 1, state=state, account=account, role=role, at=at,
            event=done.event, answer=done.code.value if done.code else "",
        )  # fmt: skip

    def said(self) -> list[str]:
        """It in codes, for the trail; which case it is about is not the auditor's to read."""
        wish = self.wish
        told = [f"kind={wish.kind}", f"about={wish.about}", f"unit={wish.unit}", f"code={wish.code}"]
        told += [f"ref={wish.ref}"] if wish.about is not About.case else []
        more = {"window": wish.window, "due": wish.due, "event": self.event, "answer": self.answer}
        return [*told, *(f"{name}={value}" for name, value in more.items() if value), f"seqno={self.seqno}"]
