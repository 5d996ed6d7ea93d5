"""KPI as code: one YAML file per KPI says what is counted, for whom, on which day, and against which target.

How it is counted is one of the formulas of `ioc.formulas`, or made from other KPIs (`ioc.composites`).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ioc import yamlfiles
from ioc.composites import Composite, Score, ScorePart
from ioc.errors import SettingsError
from ioc.formulas import Distinct, Flow, Gauge, Quantile, Stock
from ioc.selection import chosen
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX, Sources
from ioc.words import NAME as _NAME
from ioc.words import Part, Words

PACKAGED = yamlfiles.PACKAGED / "kpis"
Kind = Literal["ratio", "stock", "mixed", "gauge", "distinct", "quantile", "composite"]
Measure = Literal["percent", "count", "minutes", "seconds", "ratio", "points"]
AMBER_WITHIN: Mapping[Measure, float] = MappingProxyType(
    {"percent": 5.0, "count": 5.0, "minutes": 5.0, "seconds": 5.0, "ratio": 0.05, "points": 5.0}
)
"""How far beyond its target a number is still amber, in its unit of measure: five points; of a ratio,
which is not shown in percent, five hundredths. Readers' SQL says the same (migration 0110)."""
PILLAR = "pillar"
FORMULAS = ("flow", "stock", "distinct", "gauge", "quantile", "composite")


class Legal(Part):
    """The document a KPI rests on, and its words."""

    document: str
    quote: str = ""


class Target(Part):
    """A value to reach; `by` = the last day to reach it, none: at all times.

    `dim`: the one kind that it is for (hỏa tốc among the urgent documents); none: the whole, and every kind
    that has no target of its own.
    """

    value: float
    by: date | None = None
    dim: str | None = Field(default=None, min_length=1)


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
    composite: Composite | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        parts = {"ratio": {"flow"}, "mixed": {"flow", "stock"}}
        needs = parts.get(self.kind, {self.kind})
        has = {part for part in FORMULAS if getattr(self, part) is not None}
        if needs != has:
            raise ValueError(f"kind {self.kind} needs {sorted(needs)}, the file has {sorted(has)}")
        if isinstance(self.composite, Score):
            if self.feeds:
                raise ValueError("feeds: a score is fed by what feeds its parts, leave it out")
        elif not self.feeds and self.kind not in ("gauge", "quantile"):
            raise ValueError("feeds: expected the event types that the KPI is made from")
        if self.flow and self.stock and bool(self.flow.dim) != bool(self.stock.dim):
            raise ValueError("flow and stock must both have a dim, or neither")
        if self.kind == "mixed" and self.baseline:
            raise ValueError("stock.baseline: only a kpi of kind stock has a baseline for denominator")
        if not self.dim and any(each.dim for each in self.targets):
            raise ValueError("targets: one is for a kind, but the kpi has no dim")
        return self

    @property
    def scale(self) -> int:
        """What numerator ÷ denominator is multiplied by to be shown."""
        return 100 if self.unit == "percent" else 1

    @property
    def amber_within(self) -> float:
        """How far beyond its target its value is still amber."""
        return AMBER_WITHIN[self.unit]

    @property
    def dim(self) -> str | None:
        """The expression of its dimension, if it has one; a score's kinds are its pillars."""
        if self.score:
            return PILLAR
        parts = (self.flow, self.stock, self.distinct, self.gauge, self.quantile)
        return next((part.dim for part in parts if part is not None and part.dim), None)

    @property
    def baseline(self) -> str | None:
        """The reference count that is its denominator, if it has one."""
        return self.distinct.baseline if self.distinct else self.stock.baseline if self.stock else None

    @property
    def score(self) -> Score | None:
        """Its pillars, if it is a score."""
        return self.composite if isinstance(self.composite, Score) else None

    def aims(self, dim: str = "") -> tuple[Target, ...]:
        """The targets of a kind: its own, else those of the whole."""
        own = tuple(each for each in self.targets if dim and each.dim == dim)
        return own or tuple(each for each in self.targets if each.dim is None)

    def target(self, on: date, dim: str = "") -> float | None:
        """The target of a kind that counts on a day: the next one to come, else the last that was due."""
        aims = self.aims(dim)
        dated = sorted((t for t in aims if t.by is not None), key=lambda each: each.by or on)
        for target in dated:
            if target.by is not None and on <= target.by:
                return target.value
        always = [target.value for target in aims if target.by is None]
        return always[-1] if always else (dated[-1].value if dated else None)


class Kpis(Mapping[str, Kpi]):
    """All KPIs, by id. `catalogue`: the folder whose files go before the packaged ones."""

    def __init__(self, kpis: Mapping[str, Kpi], catalogue: Path | None = None) -> None:
        self.catalogue = catalogue
        listed = dict(sorted(kpis.items()))
        self._kpis = {kpi: _fed(each, listed) if each.score else each for kpi, each in listed.items()}

    def __getitem__(self, kpi: str) -> Kpi:
        return self._kpis[kpi]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kpis)

    def __len__(self) -> int:
        return len(self._kpis)

    def on(self, day: date) -> "Kpis":
        """Those with the targets and weights of a day; `ioc.deciding.Decided` knows decisions."""
        return self

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Kpis":
        """The packaged KPIs, or those that `catalogue` keeps of them, and its own: see `ioc.selection`.

        Raises `SettingsError` naming file, key and what was expected.
        """
        kpis = (read(file, changes) for file, changes in chosen(PACKAGED, catalogue))
        return cls({kpi.id: kpi for kpi in kpis}, catalogue)


def _fed(kpi: Kpi, kpis: Mapping[str, Kpi]) -> Kpi:
    """A score with the feeds of all its parts. Raises `SettingsError` for a part that cannot be scored."""
    feeds: dict[str, None] = {}
    for part in kpi.score.parts if kpi.score else ():
        if part.kpi is not None:
            feeds |= dict.fromkeys(_scored(kpi, part, kpis).feeds)
    return kpi.model_copy(update={"feeds": tuple(feeds)})


def _scored(kpi: Kpi, part: ScorePart, kpis: Mapping[str, Kpi]) -> Kpi:
    found = kpis.get(part.kpi or "")
    wrong = ""
    if found is None:
        wrong = "is no KPI of the catalogue"
    elif found.score is not None:
        wrong = "is a score itself; expected a KPI that is measured"
    elif not found.aims():
        wrong = "has no target to be scored against"
    elif part.dim and not found.dim:
        wrong = f"has no kinds; leave dim {part.dim} out"
    if found is None or wrong:
        raise SettingsError(f"{kpi.id}.yaml: composite.pillars: {part.kpi} {wrong}")
    return found


def read(file: Path, changes: Mapping[str, Any] = MappingProxyType({})) -> Kpi:
    """One KPI file, with what a catalogue changes in it. Raises `SettingsError`."""
    kpi = yamlfiles.load(file, Kpi, changes)
    if kpi.id != file.stem:
        raise SettingsError(f"{file}: id: is {kpi.id}, expected the name of the file, {file.stem}")
    return kpi


def feeding(kpi: Kpi, sources: Sources) -> tuple[str, ...]:
    """System codes of the sources that may state what the KPI is made from."""
    if not kpi.feeds:
        return ()
    wanted = {TYPE_PREFIX + name + TYPE_SUFFIX for name in kpi.feeds}
    return tuple(code for code, source in sources.items() if wanted & source.types)
