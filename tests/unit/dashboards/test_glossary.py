"""The wall in English: every text of every board has its English one, and only names stay as they are."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from dashboards.boards.parts import _short_names as short_names
from dashboards.wall.answers import Answers
from dashboards.wall.around import AROUND
from dashboards.wall.board import GENERATED, Board, boards
from dashboards.wall.glossary import TEXTS, Glossary
from dashboards.wall.house import House
from dashboards.wall.inner import inner
from dashboards.wall.poller import Poller
from dashboards.wall.screen import Screen
from dashboards.wall.shared import Shared, Surroundings
from ioc.alerts import Rules
from ioc.clock import FixedClock
from ioc.kpis import Kpis
from ioc.messages import speaking
from ioc.reference import Catalogue
from streams.land.resume import Kind
from tests.unit.dashboards import twin_frame
from tests.unit.dashboards.twin import Twin

NAMES = (
    {unit.name for unit in Catalogue.load().units}
    | set(short_names()["units"].values())
    | {"QĐ 766", "hỏa tốc"}
)
"""Of units, of a decision, of a class of urgency: they have no other."""


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary.load()


def vietnamese(text: str) -> str:
    """What is left of a text in letters that English does not have, without names of units."""
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    marked = (sign for sign in text if "WITH" in unicodedata.name(sign, "") and sign.isalpha())
    return text if any(marked) else ""


def texts(value: Any, key: str = "") -> Iterator[str]:
    """All that a board's document says."""
    if isinstance(value, dict):
        shown = "value" if value.get("id") == "displayName" else None
        for name, each in value.items():
            yield from texts(each, "text" if name == shown else name)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, key)
    elif isinstance(value, str) and key in TEXTS:
        yield value


@pytest.mark.parametrize("path", sorted(GENERATED.glob("*.json")), ids=lambda path: path.stem)
def test_everything_a_board_says_is_said_in_english(glossary: Glossary, path: Any) -> None:
    said = set(texts(json.loads(path.read_text(encoding="utf-8"))))
    assert len(said) > 10
    assert {text: glossary.told(text) for text in said if vietnamese(glossary.told(text))} == {}


def test_what_statements_say_is_said_in_english(glossary: Glossary) -> None:
    said = {name for kind, names in short_names().items() if kind != "units" for name in names.values()}
    said |= {each.name.vi for each in Kpis.load().values()}
    said |= {each.name.vi for each in Rules.load().values()}
    for path in GENERATED.glob("*.json"):
        for sql in re.findall(r'"rawSql": "(.*)"', path.read_text(encoding="utf-8")):
            said |= {one for one in re.findall(r"'([^']*)'", sql) if one not in NAMES and one[:1].strip()}
    assert {text: glossary.told(text) for text in said if vietnamese(glossary.told(text))} == {}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("19/22 đơn vị", "19/22 units"),
        ("5 đơn vị khác", "5 other units"),
        ("96,2 %", "96.2 %"),
        ("1.284,5 điểm", "1,284.5 points"),
        ("12", "12"),
        ("Hỏa tốc trễ · Cục Việc làm", "Immediate document late · Cục Việc làm"),
        ("Xử lý văn bản đến đúng hạn: 30 ngày", "Documents completed on time: 30 days"),
        ("# Lãnh đạo\nBộ Nội vụ · Trung tâm điều hành thông minh",
         "# Leaders\nBộ Nội vụ · Intelligent operations centre"),
        ("một câu của ai đó", "một câu của ai đó"),
        ("", ""),
    ],
)  # fmt: skip
def test_texts_are_put_together_and_names_are_left(glossary: Glossary, said: str, told: str) -> None:
    assert glossary.told(said) == told


def frame(clock: FixedClock, twin: Twin, glossary: Glossary) -> Surroundings:
    around = Poller(AROUND, Answers(twin.open, clock), clock)
    around.viewer(+1)
    around.round()
    return Shared(around, House.load(boards()), clock, glossary).now()


def shown(html: str) -> str:
    """What people read or are read."""
    said = re.findall(r'(?:aria-label|title|data-say)="([^"]*)"', html)
    return " | ".join([re.sub(r"<[^>]*>", " ", html), *said])


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
def test_an_english_wall_says_nothing_in_vietnamese(
    board: Board, clock: FixedClock, glossary: Glossary, silent: bool, stopped: bool
) -> None:
    twin = Twin(clock, silent=silent)
    twin.alarms = lambda now: [twin_frame.urgent(now), *twin_frame.lesser(now)]
    screen = Screen(inner(board).board, Answers(twin.open, clock), clock, glossary=glossary)
    screen.poller.viewer(+1)
    screen.poller.round()
    since = clock.now() if stopped else None
    with speaking("en"):
        parts: list[str] = [each.html for each in screen.drawn("dark", since).values()]
        made = frame(clock, twin, glossary)
        parts += [made.level.html, made.clock.html, made.trust.html, made.strip.html if made.strip else ""]
    assert [found for part in parts if (found := vietnamese(shown(part)))] == []
    assert "Immediate document not assigned" in parts[-1] and "sources" in parts[-2].lower()
    assert ("OLD DATA" in " ".join(parts)) == (silent or stopped)


def test_the_same_wall_is_vietnamese_for_the_others(
    board: Board, clock: FixedClock, twin: Twin, glossary: Glossary
) -> None:
    screen = Screen(inner(board).board, Answers(twin.open, clock), clock, glossary=glossary)
    screen.poller.viewer(+1)
    screen.poller.round()
    with speaking("en"):
        english = screen.drawn("dark")
    first = screen.drawn("dark")
    assert first != english and first is screen.drawn("dark")
    tile = next(panel.id for panel in screen.board.panels if panel.title == "Hồ sơ giải quyết đúng hạn")
    assert "96,2" in first[tile].html and "22/22 đơn vị" in first[tile].html
    assert "96.2" in english[tile].html and "22/22 units" in english[tile].html


def test_a_boards_words_are_all_in_use(glossary: Glossary) -> None:
    every = {name for names in short_names().values() for name in names.values()}
    for path in GENERATED.glob("*.json"):
        document = path.read_text(encoding="utf-8")
        every |= set(texts(json.loads(document)))
        every |= {
            one for sql in re.findall(r'"rawSql": "(.*)"', document) for one in re.findall(r"'([^']*)'", sql)
        }
    looked: set[str] = set()
    spied = Glossary(Spy(glossary._words, looked), {})
    spied._patterns = glossary._patterns
    for text in every:
        spied.told(text)
    own = {each.name.vi for each in Kpis.load().values()} | {each.meaning.vi for each in Kpis.load().values()}
    own |= {each.name.vi for each in Rules.load().values()}
    assert sorted(set(glossary._words) - looked - own) == []


class Spy(dict[str, str]):
    """Words that note which of them were found."""

    def __init__(self, words: Any, looked: set[str]) -> None:
        super().__init__(words)
        self._looked = looked

    def get(self, key: str, default: Any = None) -> Any:
        self._looked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self._looked.add(key)
        return super().__getitem__(key)


def test_every_kind_of_standstill_has_its_words() -> None:
    assert set(short_names()["stops"]) == set(get_args(Kind))
