"""A publisher in a process of its own: reads events from a spool, sends them by the SDK, keeps the receipts.

Started again it sends what has no receipt yet, under the same ids. One event at a time, so that the number
of copies can be foretold.
Usage: sdk_child.py SPOOL RECEIPTS BOOTSTRAP
"""

import json
import os
import sys
from pathlib import Path

from ioc.contracts.registry import ADAPTER
from ioc.settings import Kafka
from producers.sdk import Publisher


def main(spool: Path, receipts: Path, bootstrap: str) -> None:
    """Send all that has no receipt. A receipt is on the disk before the event counts as sent."""
    done = {json.loads(line)["id"] for line in _whole_lines(receipts)}
    lines = spool.read_text(encoding="utf-8").splitlines()
    waiting = [(name, line) for line in lines if (name := json.loads(line)["id"]) not in done]
    with Publisher(Kafka(bootstrap=bootstrap), client_id="proof") as publisher, receipts.open("ab") as out:
        for name, line in waiting:
            place = publisher.publish(ADAPTER.validate_json(line), 60)
            receipt = {"topic": place.topic, "partition": place.partition, "offset": place.offset}
            out.write(json.dumps({"id": name, **receipt}).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())


def _whole_lines(path: Path) -> list[bytes]:
    found = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [line for line in found if line.endswith(b"\n")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
