"""The suite can fail: ten seeded bugs, each in a scratch copy of the source, each must turn its fault red.

A replacement must match exactly once: a patch that has drifted from the code is an error, not a miss.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof.harness.stack import ROOT
from proof.seeded import BUGS, Bug

ROOMS = ("ioc", "producers", "streams", "storage", "dashboards", "local")


class Drifted(Exception):
    """A seeded bug no longer fits the code."""


@dataclass(frozen=True)
class Caught:
    """What became of one seeded bug: the invariants that turned red, and those that should have."""

    bug: Bug
    red: tuple[str, ...]
    said: str

    @property
    def found(self) -> bool:
        return bool(set(self.red) & set(self.bug.red))

    def entry(self) -> dict[str, object]:
        return {
            "bug": self.bug.id,
            "title": self.bug.title,
            "fault": self.bug.fault,
            "expected_red": list(self.bug.red),
            "red": list(self.red),
            "found": self.found,
            "said": self.said,
        }


def patched(text: str, bug: Bug, file: str) -> str:
    """The text of one file with this bug in it. Raises `Drifted`."""
    for where, old, new in bug.edits:
        if where == file:
            if text.count(old) != 1:
                raise Drifted(
                    f"{bug.id}: {file} has {text.count(old)} places like {old[:60]!r}, expected one"
                )
            text = text.replace(old, new)
    return text


@contextmanager
def tree_with(bug: Bug) -> Iterator[Path]:
    """A scratch copy of the source with this bug in it; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix=f"proof-{bug.id}-"))
    try:
        for room in ROOMS:
            shutil.copytree(ROOT / room, home / room, ignore=shutil.ignore_patterns("__pycache__"))
        for file in {where for where, _, _ in bug.edits}:
            path = home / file
            path.write_text(patched(path.read_text(encoding="utf-8"), bug, file), encoding="utf-8")
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


__all__ = ["BUGS", "Bug", "Caught", "Drifted", "patched", "tree_with"]
