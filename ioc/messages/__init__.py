"""Every word that pages and documents show, by key, in Vietnamese first and in English second.

Who speaks decides the language once (`speaking`); all that is said within is said in it. Values from the
store and the names in catalogue files are not words: those that come in both languages are chosen with `of`.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from ioc.words import Words

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FIRST: Language = "vi"
FOLDER = Path(__file__).parent

_spoken: ContextVar[Language] = ContextVar("spoken", default=FIRST)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language by key."""
    # Ours, and hundreds of lines: the fast loader where it is there.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, str] = yaml.load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"), loader)  # noqa: S506
    return found


def language() -> Language:
    """The language that is spoken here."""
    return _spoken.get()


def chosen(asked: str | None, kept: str | None = None) -> Language:
    """What was asked for, else what was kept from before, else Vietnamese."""
    return next((each for wish in (asked, kept) for each in LANGUAGES if each == wish), FIRST)


@contextmanager
def speaking(tongue: Language) -> Iterator[None]:
    """Everything said within is said in this language."""
    token = _spoken.set(tongue)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak(tongue: Language) -> None:
    """From here on, for the task this runs in and those it begins."""
    _spoken.set(tongue)


def kept(do: Callable[..., object]) -> Callable[[], Awaitable[None]]:
    """`do` in the language that is spoken now, whenever it is called: a press comes from elsewhere."""
    tongue = language()

    async def done() -> None:
        with speaking(tongue):
            made = do()
            if inspect.isawaitable(made):
                await made

    return done


def say(key: str, **values: object) -> str:
    """The words of a key, with its values. Raises `KeyError` for a key that is not ours."""
    return catalogue(language())[key].format(**values)


def named(kind: str, code: str) -> str:
    """The words of a code of one kind; a code that has none is shown as it is."""
    return catalogue(language()).get(f"{kind}.{code}", code)


def of(words: Words) -> str:
    """What a catalogue file says in both languages, in the one that is spoken."""
    return words.en if language() == "en" else words.vi


def either(row: Mapping[str, Any], name: str) -> str:
    """`name_vi` or `name_en` of a row from the store; Vietnamese where the other is empty."""
    return str(row.get(f"{name}_{language()}") or row.get(f"{name}_{FIRST}") or "")
