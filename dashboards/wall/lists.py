"""The lists that viewers choose from, read over the walls' one connection."""

from collections.abc import Sequence

from dashboards.wall.answers import Answers
from dashboards.wall.choices import Choice, Variable
from ioc.errors import StoreRefused, StoreUnavailable

EVERY_S = 60.0
"""Units change seldom; a new one may be chosen a minute later."""


class Lists:
    """`of` may be asked by all threads, `read` only by the one that reads."""

    def __init__(self) -> None:
        self._known: dict[str, Sequence[Choice]] = {}
        self._wanted: dict[str, float] = {}

    def of(self, variable: Variable) -> Sequence[Choice] | None:
        """The board's own list, or the one last read; None while there is none. It is read soon then."""
        if variable.type != "query":
            return variable.options
        self._wanted.setdefault(variable.query, float("-inf"))
        return self._known.get(variable.query)

    def read(self, answers: Answers, tick: float) -> None:
        """Read those that were asked for and are due; what cannot be read stays as it was."""
        for sql, read_at in list(self._wanted.items()):
            if tick - read_at < EVERY_S:
                continue
            try:
                table = answers.read(sql, since=tick).table
            except StoreUnavailable:
                return
            except StoreRefused:
                self._wanted[sql] = tick
                continue
            self._known[sql] = [Choice(text=str(row[1]), value=str(row[0])) for row in table.rows]
            self._wanted[sql] = tick
