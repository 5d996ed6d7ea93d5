"""Alert rules as code: one YAML file a rule says what is wrong, for how long, who must act, and what to do.

A rule looks at cases, sources or the ledger (`Seen` through one view, `Cases`) or at the values of a KPI
(`Values`). Everything that decides is data; `streams/watch` holds the machine that follows it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from ioc import yamlfiles
from ioc.errors import SettingsError
from ioc.formulas import Expression
from ioc.kpis import Kpi
from ioc.words import NAME as _NAME
from ioc.words import Part, Words

PACKAGED = yamlfiles.PACKAGED / "alerts"
SPACE = UUID("b6f1d9a2-0c55-5d0e-9a3e-6f9f0c2e4b11")
WATCH = "watch"
"""The role that the centre itself acts in."""
KPI_OWNER = "kpi_owner"
SEEN = "t"
"""The instant of the look."""
CODE = r"^[a-z][a-z0-9_]{0,31}$"

Severity = Literal["info", "minor", "major", "critical"]
Status = Literal["raised", "acknowledged", "assigned", "escalated", "shelved", "resolved", "closed"]
ENDS: frozenset[str] = frozenset({"resolved", "closed"})


class Cases(Part):
    """What breaches a rule, as expressions over the rows of one view.

    They may use the view's columns, `t` (now) and `up` (since when the pipeline has worked without a break).
    `where`: which rows count at all; `breach`: which of them are wrong from `since` on; `having`: how many
    must be, from `breaches` and `total` of a unit. Without `since` a row is a state: wrong while it is seen
    so, and nobody asks when that began.
    """

    view: str = Field(pattern=_NAME)
    where: Expression = "1"
    breach: Expression = "1"
    since: Expression = SEEN
    having: Expression = "breaches > 0"


class Values(Part):
    """A KPI on the wrong side of a limit at the end of each of the last `days` days, and now.

    `window_days`: the span that each of these values covers. `clear`: the limit on the way back.
    """

    kpi: str = Field(pattern=_NAME)
    window_days: int = Field(ge=1, le=366)
    below: float | None = None
    above: float | None = None
    clear: float | None = None
    days: int = Field(default=0, ge=0, le=31)
    cases: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise ValueError("expected either below or above")
        return self


class Escalation(Part):
    """Who is told next, so long after the alert was raised; `when`: nobody took it up, or it is still open.

    `unit`: the code of a unit, or `kpi_owner`; none: the role in the unit that the alert is about.
    """

    role: str = Field(pattern=_NAME)
    unit: str | None = None
    after_minutes: int | None = Field(default=None, ge=0)
    after_working_minutes: int | None = Field(default=None, ge=0)
    when: Literal["untouched", "open"] = "untouched"
    severity: Severity | None = None

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if (self.after_minutes is None) == (self.after_working_minutes is None):
            raise ValueError("expected either after_minutes or after_working_minutes")
        return self


class Step(Part):
    """One step of the procedure."""

    id: str = Field(pattern=CODE)
    text: Words


class Reason(Part):
    """A code that an operator may explain an alert with."""

    code: str = Field(pattern=CODE)
    text: Words


class Rule(Part):
    """One alert rule.

    `feeds`: event types whose sources must be speaking for the rule to judge; none: what is known suffices.
    `after_minutes`: how long a breach must last; `clear_minutes`: how long it must be gone. `renew`: what
    breaches after somebody took the alert up raises it again. `again_minutes`: how long an operator's word
    that it is resolved counts for what had breached by then; for a state, unless it was gone meanwhile.
    `notify_at`: local times at which it is told, none: at once. `personal`: made from persons, so that
    counts are not told.
    """

    id: str = Field(pattern=_NAME)
    name: Words
    over: Literal["cases", "values", "sources", "ledger"]
    kpi: str | None = Field(default=None, pattern=_NAME)
    cases: Cases | None = None
    values: Values | None = None
    feeds: tuple[str, ...] = ()
    severity: Severity
    every_seconds: int = Field(default=30, ge=1, le=3600)
    after_minutes: int = Field(default=0, ge=0)
    clear_minutes: int = Field(default=0, ge=0)
    group: Literal["unit"] = "unit"
    quiet: Literal["working_time", "never"] = "working_time"
    renew: bool = False
    again_minutes: int = Field(default=1440, ge=1)
    shelve_max_minutes: int = Field(default=2880, ge=0)
    notify_at: tuple[str, ...] = ()
    personal: bool = False
    owner: str = Field(pattern=_NAME)
    escalate: tuple[Escalation, ...] = ()
    procedure: tuple[Step, ...] = Field(min_length=1)
    reasons: tuple[Reason, ...] = Field(min_length=1)
    source: str = ""

    @model_validator(mode="after")
    def _has_what_it_looks_at(self) -> Self:
        if (self.values is not None) != (self.over == "values") or (self.cases is None) == (
            self.values is None
        ):
            raise ValueError(f"over {self.over} needs {'values' if self.over == 'values' else 'cases'}, only")
        if self.renew and self.lasting:
            raise ValueError("renew needs cases.since: a state that goes on has no newer case")
        return self

    @property
    def lasting(self) -> bool:
        """Whether what breaches is a state of the unit and not cases, each with an instant of its own."""
        return self.cases is None or self.cases.since == SEEN

    @property
    def about(self) -> str | None:
        """The KPI that the alert speaks of."""
        return self.values.kpi if self.values else self.kpi

    @property
    def steps(self) -> frozenset[str]:
        return frozenset(step.id for step in self.procedure)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(reason.code for reason in self.reasons)


class Rules(Mapping[str, Rule]):
    """All rules, by id; `load` as KPIs are: files of the own catalogue go before packaged ones."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = dict(sorted(rules.items()))

    def __getitem__(self, rule: str) -> Rule:
        return self._rules[rule]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Rules":
        """Raises `SettingsError` naming file, key and what was expected."""
        return cls({file.stem: read(file) for file in files(catalogue)})

    def about(self, kpis: Mapping[str, Kpi]) -> "Rules":
        """Those that can be followed with these KPIs, `kpi_owner` replaced by the owner's code."""
        return Rules({rule.id: _owned(rule, kpis) for rule in self.values() if _known(rule, kpis)})


def _known(rule: Rule, kpis: Mapping[str, Kpi]) -> bool:
    return rule.about is None or rule.about in kpis


def _owned(rule: Rule, kpis: Mapping[str, Kpi]) -> Rule:
    owner = kpis[rule.about].owner if rule.about else None
    steps = (
        step.model_copy(update={"unit": owner}) if step.unit == KPI_OWNER else step for step in rule.escalate
    )
    return rule.model_copy(update={"escalate": tuple(steps)})


def files(catalogue: Path | None = None) -> list[Path]:
    """The rule files: packaged ones, and those of the catalogue under alerts/ instead of or beside them."""
    own = sorted((catalogue / "alerts").glob("*.yaml")) if catalogue else []
    chosen = {file.stem: file for file in [*sorted(PACKAGED.glob("*.yaml")), *own]}
    return [chosen[name] for name in sorted(chosen)]


def read(file: Path) -> Rule:
    """One rule file. Raises `SettingsError`."""
    rule = yamlfiles.load(file, Rule)
    if rule.id != file.stem:
        raise SettingsError(f"{file}: id: is {rule.id}, expected the name of the file, {file.stem}")
    return rule


def alert_ref(rule: str, unit: str, first: datetime) -> str:
    """The name of an alert: from its rule, its unit and the first instant of the breach."""
    return str(uuid5(SPACE, f"{rule}/{unit}/{first.astimezone(UTC).isoformat(timespec='milliseconds')}"))
