"""What is written of a run says nothing of the machine's folders, and overwrites nothing."""

import json
from pathlib import Path

from proof import verdicts

SAID = {"at": "2026-11-23T04:00:00+07:00", "commit": "0123456789+", "kind": "run"}


def test_the_folder_of_a_run_is_not_named(tmp_path: Path) -> None:
    place = "/somewhere/proof-u8a_7a94"
    content = {**SAID, "findings": [f"data in {place}/data, logs in {place}/data/logs\nioc: refused"]}
    written = json.loads(verdicts.write(content, tmp_path).read_text(encoding="utf-8"))
    assert written["findings"] == ["data in RUN/data, logs in RUN/data/logs\nioc: refused"]


def test_an_earlier_verdict_stays(tmp_path: Path) -> None:
    first, second = verdicts.write(SAID, tmp_path), verdicts.write(SAID, tmp_path)
    assert (first.name, second.name) == ("2026-11-23-0123456789.json", "2026-11-23-0123456789-2.json")
