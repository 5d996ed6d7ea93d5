"""Who may see and do what, as data: the roles of the centre in `catalogue/roles.yaml`.

A role never holds a unit: the account does. Whether something lies in the account's own unit is found out by
the caller (with the tree of the day) and handed in as `own`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from ioc import yamlfiles
from ioc.desk import Limits
from ioc.errors import SettingsError
from ioc.words import Part, Words

FILE = "roles.yaml"
_NAME = r"^[a-z][a-z0-9_]{0,31}$"

AlertAction = Literal["acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "step", "close"]
"""What can be asked of an alert; `streams.watch` decides by its state."""
OtherAction = Literal[
    "hand_over",
    "read_audit",
    "dry_run",
    "replay",
    "discard",
    "propose_change",
    "approve_change",
    "test_event",
    "rotate_key",
    "order_task",
    "progress_order",
    "ask_correction",
    "answer_correction",
    "approve_report",
]
Action = Literal[AlertAction, OtherAction]
ALERT_ACTIONS: frozenset[str] = frozenset(get_args(AlertAction))
ACTIONS: frozenset[str] = ALERT_ACTIONS | frozenset(get_args(OtherAction))
Scope = Literal["own", "all"]
Detail = Literal["none", "aggregate", "subject"]
Page = Literal[
    "wall",
    "alerts",
    "leader",
    "ranking",
    "briefing",
    "console",
    "publishers",
    "quality",
    "quarantine",
    "audit",
    "kpis",
    "configuration",
    "orders",
    "corrections",
]


class Sight(Part):
    """What a role sees. `detail`: none of the work, its numbers, or its cases by reference."""

    unit: Scope
    detail: Detail
    pages: frozenset[Page]


class Role(Part):
    """One role. `may`: an action and on which units; `only_while`: in which states of an alert, or any."""

    id: str = Field(pattern=_NAME)
    name: Words
    sees: Sight
    may: Mapping[Action, Scope]
    only_while: Mapping[AlertAction, frozenset[str]] = Field(default={}, alias="while")

    @model_validator(mode="after")
    def _limits_what_it_may(self) -> Self:
        if strangers := set(self.only_while) - set(self.may):
            raise ValueError(f"while names {sorted(strangers)[0]}, which the role may not do at all")
        return self

    @property
    def needs_unit(self) -> bool:
        """Whether it means nothing without a unit of its own."""
        return self.sees.unit == "own" or "own" in self.may.values()


class Note(Part):
    """What one shift may tell the next."""

    code: str = Field(pattern=_NAME)
    text: Words


class _File(Part):
    roles: tuple[Role, ...] = Field(min_length=1)
    shift_notes: tuple[Note, ...] = ()
    desk: Limits = Limits()


class Roles(Mapping[str, Role]):
    """All roles by id, in the order of the file, the codes of hand-overs, the limits of the desk."""

    def __init__(
        self, roles: tuple[Role, ...], notes: tuple[Note, ...] = (), desk: Limits | None = None
    ) -> None:
        self.desk = desk or Limits()
        self._roles = {role.id: role for role in roles}
        self.notes = {note.code: note for note in notes}
        if len(self._roles) != len(roles) or len(self.notes) != len(notes):
            raise SettingsError(f"{FILE}: expected every role and every note once")

    def __getitem__(self, role: str) -> Role:
        return self._roles[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roles)

    def __len__(self) -> int:
        return len(self._roles)

    def may(self, role: str, action: str, *, own: bool, status: str | None = None) -> bool:
        """Whether the role may do this to something of its own unit, or of another (`own` False).

        `status`: of the alert it is done to. An unknown role may nothing.
        """
        return self.refusal(role, action, own=own, status=status) is None

    def refusal(
        self, role: str, action: str, *, own: bool, status: str | None = None
    ) -> Literal["role", "unit", "status"] | None:
        """What stands against it: the role, the unit it is asked for, the alert's state; None: nothing."""
        held = self._roles.get(role)
        scope = held.may.get(action) if held else None  # type: ignore[call-overload]
        if held is None or scope is None:
            return "role"
        if scope == "own" and not own:
            return "unit"
        states = held.only_while.get(action)  # type: ignore[call-overload]
        if states is not None and status is not None and status not in states:
            return "status"
        return None

    def sees(self, role: str, page: str, *, own: bool) -> bool:
        """Whether what a page shows of the own unit, or of another, is for the role's eyes."""
        held = self._roles.get(role)
        return held is not None and page in held.sees.pages and (own or held.sees.unit == "all")

    @property
    def version(self) -> str:
        """Changes with everything that a role sees or may; not with names and notes."""
        said = [(role.id, role.sees.unit, role.sees.detail, sorted(role.sees.pages), sorted(role.may.items()),
                 sorted((action, sorted(states)) for action, states in role.only_while.items()))
                for role in self.values()]  # fmt: skip
        return hashlib.sha256(repr(sorted(said)).encode()).hexdigest()[:16]

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Roles":
        """The roles of the own catalogue, else the packaged ones. Raises `SettingsError` naming the entry."""
        found = yamlfiles.load(yamlfiles.find(catalogue, FILE), _File)
        return cls(found.roles, found.shift_notes, found.desk)
