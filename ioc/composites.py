"""Indicators made from other indicators: the service index of QĐ 766/QĐ-TTg, and a unit's digital score.

A score has pillars and each pillar has parts. Weights are points: those of a pillar's parts add up to the
pillar's, those of the pillars to 100, so that whoever reads the file sees what each part is worth at most.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ioc.words import NAME, Part, Words

WHOLE = 100
"""Points of a full score."""
MEASURED = "measured"
"""The kind under which a score stands without what units say of themselves; no pillar may be called so."""


class ServiceIndex(Part):
    """The index of QĐ 766/QĐ-TTg; its rules stand in a catalogue file of their own, with valid-from dates."""

    of: Literal["qd766"]
    rules: str = Field(default="qd766.yaml", pattern=r"^[\w.-]+\.yaml$")


class ScorePart(Part):
    """Points for one KPI (of one of its kinds, `dim`), or for what a unit declares of itself.

    `weight`: points at most. `minimum_cases`: with fewer the part is left out; default: the KPI's own.
    """

    kpi: str | None = Field(default=None, pattern=NAME)
    declared: str | None = Field(default=None, pattern=NAME)
    dim: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    weight: int = Field(gt=0, le=WHOLE)
    minimum_cases: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _is_either(self) -> Self:
        if (self.kpi is None) == (self.declared is None):
            raise ValueError("a part is either `kpi` or `declared`, exactly one of them")
        if self.declared is not None and (self.dim or self.minimum_cases is not None):
            raise ValueError(f"declared {self.declared} has neither dim nor minimum_cases")
        return self

    @property
    def name(self) -> str:
        """Unique within a score."""
        return self.declared or f"{self.kpi}{'/' if self.dim else ''}{self.dim}"


class Pillar(Part):
    """One side of a score."""

    id: str = Field(pattern=NAME)
    name: Words
    weight: int = Field(gt=0, le=WHOLE)
    parts: tuple[ScorePart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        points = sum(part.weight for part in self.parts)
        if points != self.weight:
            raise ValueError(
                f"the parts of pillar {self.id} weigh {points}, expected {self.weight} like the pillar"
            )
        return self


class Score(Part):
    """100 points over pillars, each part earning its weight by how near its KPI comes to its target."""

    of: Literal["dx_score"]
    pillars: tuple[Pillar, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if any(pillar.id == MEASURED for pillar in self.pillars):
            raise ValueError(f"pillar {MEASURED}: the name is taken by the score without declarations")
        points = sum(pillar.weight for pillar in self.pillars)
        if points != WHOLE:
            raise ValueError(f"the pillars weigh {points}, expected {WHOLE}")
        for what, names in (
            ("pillar", [pillar.id for pillar in self.pillars]),
            ("part", [part.name for part in self.parts]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]} stands twice")
        return self

    @property
    def parts(self) -> tuple[ScorePart, ...]:
        """All parts, in the order of the file."""
        return tuple(part for pillar in self.pillars for part in pillar.parts)

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs it is made from, each once."""
        return tuple(dict.fromkeys(part.kpi for part in self.parts if part.kpi is not None))


Composite = Annotated[ServiceIndex | Score, Field(discriminator="of")]
