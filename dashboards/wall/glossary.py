"""What boards and answers say in Vietnamese, in English.

Boards are made once, in Vietnamese, and Grafana shows them so; statements are asked once for all who look.
So the wall translates what is shown: a board's texts once, the words in rows before they are drawn.
What nobody knows (names of units, what people wrote) stays as it was stated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dashboards.boards import parts
from dashboards.wall.board import Board
from dashboards.wall.poller import Frame, PanelData
from dashboards.wall.source import Table
from ioc.alerts import Rules
from ioc.kpis import Kpis

ENGLISH = Path(parts.__file__).with_name("english.yaml")
TEXTS = ("title", "description", "label", "noValue", "text", "content", "displayName")
"""Where a board says something to people."""
KEPT = 10_000
"""Words of rows that are remembered; what people write is without end."""
BETWEEN = (". ", "; ", ": ", " · ", "\n# ", "\n", "# ")
"""What a text is put together with."""
PLACES = {"{n}": r"(?P<n>[-−\d.,/]+)", "{text}": "(?P<text>.+)"}
_NUMBER = re.compile(r"[-−]?\d[\d.]*(?:,\d+)?")
_SWAP = str.maketrans(",.", ".,")


class Glossary:
    """`told` may be asked by any thread."""

    def __init__(self, words: Mapping[str, str], patterns: Mapping[str, str]) -> None:
        self._words = words
        self._patterns = [(_pattern(vi), en) for vi, en in patterns.items()]
        self._long = sorted((vi for vi in words if vi.endswith(".")), key=len, reverse=True)
        self.told: Callable[[str], str] = lru_cache(KEPT)(self._told)
        self._boards: dict[str, tuple[Board, Board]] = {}

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Glossary":
        """The words of the boards, with those of a catalogue. Raises `SettingsError`."""
        own = yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))
        kpis = Kpis.load(catalogue)
        named = [each.name for each in Rules.load(catalogue).about(kpis).values()]
        for each in kpis.values():
            named += [each.name, each.meaning]
        return cls({each.vi: each.en for each in named} | own["words"], own["patterns"])

    def _told(self, text: str) -> str:
        known = self._words.get(text)
        if known is not None:
            return known
        if _NUMBER.fullmatch(text):
            return text.translate(_SWAP) if "," in text else text
        for pattern, english in self._patterns:
            if found := pattern.fullmatch(text):
                return english.format(**{place: self.told(said) for place, said in found.groupdict().items()})
        for long in self._long:
            if text.startswith(long + " "):
                return f"{self._words[long]} {self.told(text.removeprefix(long + ' '))}"
        for between in BETWEEN:
            first, there, rest = text.partition(between)
            if there:
                return self._joined(first, between, rest)
        return self.told(text[:-1]) + "." if text.endswith(".") else text

    def _joined(self, first: str, between: str, rest: str) -> str:
        """Both sides; a sentence keeps its full stop while it is looked up."""
        end = "." if between == ". " else ""
        said = self.told(first + end) if first else ""
        return f"{said.removesuffix(end) if end else said}{between}{self.told(rest) if rest else ''}"

    def board(self, board: Board) -> Board:
        """The board in English: all that it says, and the columns that are called as people read them."""
        known = self._boards.get(board.uid)
        if known is None or known[0] is not board:
            known = board, Board.model_validate(self._document(board.model_dump(by_alias=True)))
            self._boards[board.uid] = known
        return known[1]

    def _document(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._document(each) for each in value]
        if not isinstance(value, dict):
            return value
        if value.get("id") == "displayName":
            return value | {"value": self.told(value["value"])}
        if value.get("id") == "byName":
            return value | {"options": self.told(value["options"])}
        return {
            key: self.told(each) if key in TEXTS and isinstance(each, str) else self._document(each)
            for key, each in value.items()
        }

    def frame(self, frame: Frame) -> Frame:
        """The same instant with its rows in English."""
        return replace(frame, panels={number: self.data(data) for number, data in frame.panels.items()})

    def data(self, data: PanelData) -> PanelData:
        return replace(data, tables={ref: self._table(table) for ref, table in data.tables.items()})

    def _table(self, table: Table) -> Table:
        rows = tuple(
            tuple(self.told(value) if isinstance(value, str) else value for value in row)
            for row in table.rows
        )
        return Table(tuple(map(self.told, table.columns)), rows)


def _pattern(text: str) -> re.Pattern[str]:
    """A text with places as an expression that finds what stands there: `{n}` a number, `{text}` anything."""
    for place, found in PLACES.items():
        text = text.replace(place, found)
    return re.compile(text)
