"""Scratch copies of the source with some places changed; a change that has drifted is an error."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOMS = ("ioc", "producers", "streams", "storage", "dashboards", "local")
Edit = tuple[str, str, str]
"""(file, what stands there once, what stands there instead)."""


class Drifted(Exception):
    """A change no longer fits the code."""


def patched(text: str, edits: Iterable[Edit], file: str, what: str) -> str:
    """The text of one file with the edits that are of it. `what` is changed by them. Raises `Drifted`."""
    for where, old, new in edits:
        if where == file:
            if text.count(old) != 1:
                raise Drifted(f"{what}: {file} has {text.count(old)} places like {old[:60]!r}, expected one")
            text = text.replace(old, new)
    return text


def copied(source: Path, into: Path, edits: Sequence[Edit], what: str) -> Path:
    """`into`, made a copy of `source` with these edits. Raises `Drifted`."""
    for room in ROOMS:
        shutil.copytree(source / room, into / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in {where for where, _, _ in edits}:
        path = into / file
        path.write_text(patched(path.read_text(encoding="utf-8"), edits, file, what), encoding="utf-8")
    return into
