"""What a viewer may choose on a board: its variables and how far back it looks."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Choice(BaseModel):
    """What a variable stands for until somebody chooses."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    value: str


class Variable(BaseModel):
    """A hidden constant of the board, a list of its own, or a list that a query gives (code, name)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    type: Literal["constant", "custom", "query"]
    label: str = ""
    query: str
    current: Choice | None = None
    options: list[Choice] = []

    @property
    def value(self) -> str:
        """What stands in statements when nobody chose."""
        return self.query if self.current is None or self.type == "constant" else self.current.value


class Templating(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    list: list[Variable]


class TimeRange(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: Annotated[Literal["now-30d", "now-24h"], Field(alias="from")]
    to: Literal["now"]

    @property
    def span(self) -> timedelta:
        """How far back the board looks."""
        return {"now-30d": timedelta(days=30), "now-24h": timedelta(hours=24)}[self.start]
