"""KPI as code: one YAML file per KPI says what is counted, for whom, on which day, and against which target.

Expressions are ClickHouse aggregate expressions over one case view. They may use its columns and `t`, the
instant that a cell is valid for: the end of its day, or now for today.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ioc.errors import SettingsError
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX, Sources

PACKAGED = Path(__file__).parent / "catalogue" / "kpis"
Kind = Literal["ratio", "stock", "mixed", "gauge", "distinct", "quantile", "composite"]
Measure = Literal["percent", "count", "minutes", "seconds", "ratio", "points"]
Expression = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
_NAME = r"^[a-z][a-z0-9_]*$"
_CLOCK = re.compile(r"(?<![\w.])t(?!\w)")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Part):
    """The same text in Vietnamese and in English."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Legal(Part):
    """The document a KPI rests on, and its words."""

    document: str
    quote: str = ""


class Target(Part):
    """A value to reach; `by` = the last day to reach it, none: at all times."""

    value: float
    by: date | None = None


class Flow(Part):
    """What happened on a day: each case counts on the day of its instant `day`, for its `unit`."""

    view: str = Field(pattern=_NAME)
    day: str = Field(pattern=_NAME)
    unit: str = Field(default="unit", pattern=_NAME)
    where: str | None = None
    numerator: Expression
    denominator: Expression
    cases: Expression | None = None
    dim: str | None = None

    @cached_property
    def timed(self) -> bool:
        """Whether a cell of today changes without any event, as the clock moves."""
        return uses_clock(self.where, self.numerator, self.denominator, self.cases)


class Stock(Part):
    """What stood at the instant `t`: over the cases that were open then."""

    view: str = Field(pattern=_NAME)
    unit: str = Field(default="unit", pattern=_NAME)
    where: str | None = None
    numerator: Expression = "0"
    denominator: Expression = "0"
    cases: Expression | None = None
    dim: str | None = None


class Distinct(Part):
    """Different persons that a statement held of at `t`, over the unit's staff."""

    view: str = Field(pattern=_NAME)
    person: str = "person"
    where: str | None = None
    dim: str | None = None


class Gauge(Part):
    """A measurement of now: one row of the view a dimension; without a dimension, the worst of them."""

    view: str = Field(pattern=_NAME)
    numerator: Expression
    denominator: Expression
    dim: str


class Quantile(Part):
    """A quantile over the rows of a view in the window: `of` in units of 1 ÷ `per`, weighted."""

    view: str = Field(pattern=_NAME)
    day: str = Field(pattern=_NAME)
    level: float = Field(gt=0, lt=1)
    of: str
    weight: str = "1"
    per: int = Field(gt=0)
    where: str | None = None
    dim: str | None = None


class Kpi(Part):
    """One indicator.

    `feeds`: the event types it is made from (short names); none: the centre measures it by itself.
    `minimum_cases`: with fewer its band is grey. A plain count has no such minimum: 3 overdue are 3.
    """

    id: str = Field(pattern=_NAME)
    domain: str
    name: Words
    meaning: Words
    source: Legal
    unit: Measure
    direction: Literal["up", "down"]
    targets: tuple[Target, ...] = ()
    owner: str
    minimum_cases: int = Field(default=10, ge=0)
    personal: bool = False
    kind: Kind
    feeds: tuple[str, ...] = ()
    flow: Flow | None = None
    stock: Stock | None = None
    distinct: Distinct | None = None
    gauge: Gauge | None = None
    quantile: Quantile | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        parts = {"ratio": {"flow"}, "mixed": {"flow", "stock"}, "composite": set()}
        needs = parts.get(self.kind, {self.kind})
        has = {
            part
            for part in ("flow", "stock", "distinct", "gauge", "quantile")
            if getattr(self, part) is not None
        }
        if needs != has:
            raise ValueError(
                f"kind {self.kind} needs {sorted(needs) or 'no formula'}, the file has {sorted(has)}"
            )
        if not self.feeds and self.kind not in ("gauge", "quantile"):
            raise ValueError("feeds: expected the event types that the KPI is made from")
        if self.flow and self.stock and bool(self.flow.dim) != bool(self.stock.dim):
            raise ValueError("flow and stock must both have a dim, or neither")
        return self

    @property
    def scale(self) -> int:
        """What numerator ÷ denominator is multiplied by to be shown."""
        return 100 if self.unit == "percent" else 1

    @property
    def dim(self) -> str | None:
        """The expression of its dimension, if it has one."""
        parts = (self.flow, self.stock, self.distinct, self.gauge, self.quantile)
        return next((part.dim for part in parts if part is not None and part.dim), None)

    def target(self, on: date) -> float | None:
        """The target that counts on a day: the next one to come, else the last that was due."""
        dated = sorted((t for t in self.targets if t.by is not None), key=lambda each: each.by or on)
        for target in dated:
            if target.by is not None and on <= target.by:
                return target.value
        always = [target.value for target in self.targets if target.by is None]
        return always[-1] if always else (dated[-1].value if dated else None)


class Kpis(Mapping[str, Kpi]):
    """All KPIs, by id."""

    def __init__(self, kpis: Mapping[str, Kpi]) -> None:
        self._kpis = dict(sorted(kpis.items()))

    def __getitem__(self, kpi: str) -> Kpi:
        return self._kpis[kpi]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kpis)

    def __len__(self) -> int:
        return len(self._kpis)

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Kpis":
        """The packaged KPIs and those under `catalogue`/kpis; a file of the same id there takes its place.

        Raises `SettingsError` naming file, key and what was expected.
        """
        kpis: dict[str, Kpi] = {}
        for folder in (PACKAGED, catalogue / "kpis" if catalogue else None):
            for file in sorted(folder.glob("*.yaml")) if folder else ():
                kpi = read(file)
                kpis[kpi.id] = kpi
        return cls(kpis)


def uses_clock(*expressions: str | None) -> bool:
    """Whether one of the expressions speaks of `t`."""
    return any(_CLOCK.search(each) for each in expressions if each)


def read(file: Path) -> Kpi:
    """One KPI file. Raises `SettingsError`."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        kpi = Kpi.model_validate(document)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.__class__.__name__})") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{file}: is not YAML ({error.__class__.__name__})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(f"{file}: {where}: {first['msg']}") from error
    if kpi.id != file.stem:
        raise SettingsError(f"{file}: id: is {kpi.id}, expected the name of the file, {file.stem}")
    return kpi


def feeding(kpi: Kpi, sources: Sources) -> tuple[str, ...]:
    """System codes of the sources that may state what the KPI is made from."""
    if not kpi.feeds:
        return ()
    wanted = {TYPE_PREFIX + name + TYPE_SUFFIX for name in kpi.feeds}
    return tuple(code for code, source in sources.items() if wanted & source.types)
