"""What all verdict files together say: how each fault and each seeded bug stands, and what ran when.

`verdicts/README.md` is made of this, and the link in the README to the newest verdict; a test notices when
either is older than the files.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof.faults import FAULTS
from proof.faults.absent import WHY
from proof.harness.stack import ROOT
from proof.results import FAIL, PASS, SKIPPED, UNVERIFIED
from proof.seeded import BUGS
from proof.verdicts import FOLDER

README = ROOT / "README.md"
LINK = re.compile(r"\[verdicts/[^\]]+\.json\]\(verdicts/[^)]+\.json\)")
_ORDER = (PASS, FAIL, UNVERIFIED, SKIPPED)


@dataclass(frozen=True)
class File:
    """One verdict file."""

    name: str
    said: dict[str, Any]

    @property
    def at(self) -> str:
        return str(self.said["at"])[:16].replace("T", " ")

    @property
    def what(self) -> str:
        """What was asked for; a long list of names is counted."""
        kind = str(self.said["kind"])
        names = kind.split()[1:]
        return kind if len(names) <= 6 else f"run of {len(names)} faults: {' '.join(names[:3])} …"

    @property
    def outcome(self) -> str:
        if "score" in self.said:
            return f"{self.said['score']} seeded bugs found"
        told = self.said["outcome"]
        whole = sum(told.values())
        asked = self.said.get("asked_for", whole)
        ended = f", ended after {whole} of {asked}" if asked > whole else ""
        return ", ".join(f"{told[each]} {each}" for each in _ORDER if each in told) + ended

    def link(self) -> str:
        return f"[{self.name.removesuffix('.json')}]({self.name})"


def files(folder: Path = FOLDER) -> list[File]:
    """All verdicts, the newest first."""
    found = [File(each.name, json.loads(each.read_text(encoding="utf-8"))) for each in folder.glob("*.json")]
    return sorted(found, key=lambda file: (str(file.said["at"]), file.name), reverse=True)


def page(found: Sequence[File]) -> str:
    """The whole page."""
    return "\n".join(
        (
            "# Verdicts",
            "Made by `python -m proof index` from the files beside it; how to read one and what the outcomes",
            "mean: [docs/proof.md](../docs/proof.md). Failed runs stay; a later one shows what was mended.",
            "",
            "## Each fault, as it last ran",
            "Seeds: how many of those that ever ran passed when they last ran.",
            "",
            "| fault | what | last outcome | seeds passed | verdict |",
            "|---|---|---|---|---|",
            *_faults(found),
            "",
            "## Each seeded bug, as it was last sown",
            "| bug | under | found by | verdict |",
            "|---|---|---|---|",
            *_bugs(found),
            "",
            "## Each run, newest first",
            "| when (Việt Nam) | what | outcome | verdict |",
            "|---|---|---|---|",
            *(f"| {each.at} | {each.what} | {each.outcome} | {each.link()} |" for each in found),
            "",
        )
    )


def _faults(found: Sequence[File]) -> Iterator[str]:
    ran: dict[str, dict[int, tuple[str, File]]] = {}
    for file in found:
        for run in file.said["runs"]:
            ran.setdefault(run["fault"], {}).setdefault(run["seed"], (run["outcome"], file))
    titles = {each.id: each.title for each in FAULTS.values()}
    titles.update({name: _title(found, name) for name in ran if name not in titles})
    for name, title in titles.items():
        if name not in ran:
            # Not what this machine lacks: the page is the same wherever it is made.
            said = f"cannot be made: {WHY[name][1]}" if name in WHY else "never ran"
            yield f"| {name} | {title} | {said} | | |"
            continue
        seeds = list(ran[name].values())
        outcome, file = max(seeds, key=lambda one: str(one[1].said["at"]))
        passed = sum(outcome == PASS for outcome, _ in seeds)
        yield f"| {name} | {title} | {outcome} | {passed} of {len(seeds)} | {file.link()} |"


def _title(found: Iterable[File], name: str) -> str:
    return next(str(run["title"]) for file in found for run in file.said["runs"] if run["fault"] == name)


def _bugs(found: Sequence[File]) -> Iterator[str]:
    sown: dict[str, tuple[dict[str, Any], File]] = {}
    for file in found:
        for bug in file.said.get("bugs", ()):
            sown.setdefault(bug["bug"], (bug, file))
    for each in BUGS:
        if each.id not in sown:
            yield f"| {each.title} | {each.fault} | never sown | |"
            continue
        bug, file = sown[each.id]
        said = ", ".join(bug["red"]) if bug["found"] else "**nothing**"
        yield f"| {bug['title']} | {bug['fault']} | {said} | {file.link()} |"


def linked(readme: str, found: Sequence[File]) -> str:
    """The README with its link to the newest verdict. Raises `ValueError` when it has no such link."""
    name = f"verdicts/{found[0].name}"
    text, links = LINK.subn(f"[{name}]({name})", readme)
    if links != 1:
        raise ValueError(f"README.md has {links} links to a verdict file, expected 1")
    return text


def write() -> None:
    """Bring the page and the README's link up to the files."""
    found = files()
    (FOLDER / "README.md").write_text(page(found), encoding="utf-8")
    README.write_text(linked(README.read_text(encoding="utf-8"), found), encoding="utf-8")
