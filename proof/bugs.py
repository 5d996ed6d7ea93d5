"""The suite can fail: ten seeded bugs, each in a scratch copy of the source, each must turn its fault red.

A patch that has drifted from the code is an error, not a miss.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof.harness.stack import ROOT
from proof.harness.trees import copied
from proof.seeded import BUGS, Bug


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


@contextmanager
def tree_with(bug: Bug) -> Iterator[Path]:
    """A scratch copy of the source with this bug in it; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix=f"proof-{bug.id}-"))
    try:
        yield copied(ROOT, home, bug.edits, bug.id)
    finally:
        shutil.rmtree(home, ignore_errors=True)


__all__ = ["BUGS", "Bug", "Caught", "tree_with"]
