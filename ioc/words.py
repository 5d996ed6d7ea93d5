"""What the models of catalogue files share: frozen, closed, and texts in two languages."""

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[a-z][a-z0-9_]*$"
"""Identifiers: of KPIs, columns, counts, parts."""


class Part(BaseModel):
    """A piece of a catalogue file: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Part):
    """The same text in Vietnamese and in English."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)
