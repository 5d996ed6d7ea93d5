"""Markdown, as far as tables need it."""

from collections.abc import Iterable, Sequence
from datetime import date


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell's bar is escaped and its line breaks become `<br>`."""
    lines = [_line(header), _line(["---"] * len(header))]
    return "\n".join([*lines, *(_line([cell(each) for each in row]) for row in rows)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(text: str) -> str:
    """Text that stays inside its cell."""
    return "<br>".join(" ".join(line.split()) for line in text.splitlines() if line.strip()).replace(
        "|", r"\|"
    )


def code(text: str) -> str:
    """Inline code."""
    return f"`{text}`"


def codes(words: Iterable[str]) -> str:
    return ", ".join(code(each) for each in words)


def quoted(text: str) -> str:
    """The words of somebody else."""
    return f"“{text}”"


def day(on: date) -> str:
    """`31/12/2025`."""
    return f"{on.day}/{on.month}/{on.year}"


def number(value: float) -> str:
    """`99,5`, `80`."""
    return f"{value:g}".replace(".", ",")
