"""What every result carries: the machine, the commit, the moment."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and max, rounded to milliseconds."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {
        "n": len(values),
        "p50": round(cuts[49], 3),
        "p95": round(cuts[94], 3),
        "p99": round(cuts[98], 3),
        "max": round(max(values), 3),
    }


def commit() -> str:
    """The commit that was measured; a `+` says the tree had changes."""
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    dirty = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def write(folder: Path, name: str, result: Mapping[str, Any]) -> Path:
    """Keep a result as <name>-<day>-<commit>.json."""
    now = datetime.now(UTC)
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{now:%Y%m%d}-{commit().rstrip('+')}.json"
    document = {"at": now.isoformat(timespec="seconds"), "commit": commit(), "machine": machine, **result}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
