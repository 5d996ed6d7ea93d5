"""Commands of reference data and adapters as a person or a script calls them."""

import json
import subprocess
import sys
from pathlib import Path


def ioc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ioc", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_working_minutes_of_a_swapped_saturday() -> None:
    told = ioc("calendar", "minutes", "2026-08-21T16:00:00+07:00", "2026-08-24T09:00:00+07:00", "--json")
    assert (told.returncode, json.loads(told.stdout)) == (0, {"minutes": 600})


def test_an_instant_without_offset_is_wrong_use() -> None:
    told = ioc("calendar", "minutes", "2026-08-21T16:00:00", "2026-08-24T09:00:00+07:00", "--json")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.count("\n") == 1 and "offset" in told.stderr


def test_import_without_a_stack_says_so_in_one_sentence(tmp_path: Path) -> None:
    told = ioc("import", "vxp", str(tmp_path), "--data", str(tmp_path), "--json")
    assert told.returncode != 0 and told.stdout == ""
    assert told.stderr.startswith("ioc: ") and "Traceback" not in told.stderr
