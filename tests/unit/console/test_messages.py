"""The catalogue of messages: both languages say the same things, all of them are said, none is missing."""

import ast
import asyncio
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ioc.messages import LANGUAGES, catalogue, chosen, either, kept, language, named, say, speaking
from ioc.messages.formats import age, day, moment, number, remaining, signed

ROOT = Path(__file__).parents[3]
ROOMS = ("dashboards", "ioc/messages")
NOW = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def sources() -> Iterator[ast.AST]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def called(node: ast.AST, name: str) -> ast.expr | None:
    """The first argument of a call of that name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
        return node.args[0]
    return None


def beginning(node: ast.expr) -> str | None:
    """What a formatted string begins with."""
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    return None


def test_both_languages_hold_the_same_keys_and_the_same_places() -> None:
    vi, en = (catalogue(each) for each in LANGUAGES)
    assert set(vi) == set(en)
    assert [key for key in vi if fields(vi[key]) != fields(en[key])] == []
    assert all(text.strip() for each in LANGUAGES for text in catalogue(each).values())


def test_no_key_is_missing_and_none_is_unused() -> None:
    keys = set(catalogue("vi"))
    said: set[str] = set()
    begun: set[str] = set()
    for node in sources():
        asked, kind = called(node, "say"), called(node, "named")
        if isinstance(asked, ast.Constant):
            assert asked.value in keys, asked.value
        if isinstance(asked, ast.JoinedStr) and (prefix := beginning(asked)) and prefix.endswith("."):
            begun.add(prefix)
        if isinstance(kind, ast.Constant):
            assert isinstance(kind.value, str)
            begun.add(f"{kind.value}.")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.add(node.value)
    assert [prefix for prefix in begun if not any(key.startswith(prefix) for key in keys)] == []
    assert sorted(key for key in keys - said if not key.startswith(tuple(begun))) == []


@pytest.mark.parametrize(
    ("asked", "before", "spoken"),
    [(None, None, "vi"), ("en", None, "en"), (None, "en", "en"), ("vi", "en", "vi"), ("xx", "en", "en")],
)
def test_who_asks_for_a_language_gets_it_and_keeps_it(asked: str, before: str, spoken: str) -> None:
    assert chosen(asked, before) == spoken


def test_numbers_and_times_are_written_as_each_language_does() -> None:
    assert (number(1234.5, 1), signed(-0.6, 1), age(7200)) == ("1.234,5", "−0,6", "2 giờ")
    with speaking("en"):
        assert (number(1234.5, 1), signed(-0.6, 1), age(7200)) == ("1,234.5", "−0.6", "2 h")
        assert remaining(-240) == "4 min over"
        assert day(NOW) == "Monday, 23/11/2026"
        assert moment(NOW - timedelta(days=1), NOW) == "22/11 10:42"
    assert say("alerts") == "Cảnh báo đang mở"
    assert named("status", "no such status") == "no such status"


def test_names_from_the_store_fall_back_to_vietnamese() -> None:
    with speaking("en"):
        assert either({"name_vi": "Hồ sơ", "name_en": "Dossier"}, "name") == "Dossier"
        assert either({"name_vi": "Hồ sơ", "name_en": ""}, "name") == "Hồ sơ"


def test_a_press_speaks_the_language_of_its_page() -> None:
    heard = []

    async def pressed() -> None:
        await press()

    with speaking("en"):
        press = kept(lambda: heard.append(language()))
    asyncio.run(pressed())
    assert heard == ["en"]
    assert language() == "vi"
