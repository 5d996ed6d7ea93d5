"""Verdict files: what really ran, on which commit, with which seed, and what came of it."""

import json
import os
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from proof.harness.stack import ROOT
from proof.results import FAIL, INVARIANTS, PASS, SKIPPED, UNVERIFIED, Result

FOLDER = ROOT / "verdicts"
VIETNAM = timezone(timedelta(hours=7))
_PLACE = re.compile(r"[^\s\"'(=]*/proof-\w+")
"""Where a run had its files: of no use to a reader on another machine, and no business of theirs."""
_MARKS = {PASS: "·", FAIL: "✗", UNVERIFIED: "?", SKIPPED: "-"}


def commit() -> str:
    """The commit that was proved, with a plus when files differ from it."""
    name = _git("rev-parse", "--short=10", "HEAD") or "unknown"
    return name + ("+" if _git("status", "--porcelain") else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def document(kind: str, results: Sequence[Result], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole verdict. `kind`: what was asked for (chaos, run F05, bugs, soak …)."""
    return {
        "kind": kind,
        "at": datetime.now(VIETNAM).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "outcome": dict(Counter(result.outcome for result in results)),
        "runs": [_entry(result) for result in results],
        **(more or {}),
    }


def _entry(result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "fault": result.fault,
        "title": result.title,
        "seed": result.seed,
        "load": result.load,
        "outcome": result.outcome,
        "seconds": result.seconds,
    }
    if result.skipped:
        return {**entry, "skipped": result.skipped}
    entry |= {"invariants": result.invariants, "evidence": result.evidence, "numbers": result.numbers}
    if result.findings:
        entry |= {"findings": result.findings, "again": result.again}
    return entry


def write(content: Mapping[str, Any], folder: Path = FOLDER) -> Path:
    """Write it as `<date>-<commit>[-n].json`; an earlier verdict is never overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{content['at'][:10]}-{content['commit'].rstrip('+')}"
    path = folder / f"{stem}.json"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.json"
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(_PLACE.sub("RUN", text) + "\n", encoding="utf-8")
    return path


def line(result: Result) -> str:
    """One line of the table on the screen."""
    marks = " ".join(_MARKS[result.invariants.get(each, SKIPPED)] for each in INVARIANTS)
    told = result.skipped or "; ".join(result.evidence[:2])
    name = f"{result.fault:<5} {result.seed:>4}  {result.outcome:<10}"
    return f"{name} {marks}  {result.seconds:6.1f} s  {told[:70]}"


HEADER = f"{'fault':<5} {'seed':>4}  {'outcome':<10} 1 2 3 4 5 6 7 8 9 10 {'time':>7}  evidence"
