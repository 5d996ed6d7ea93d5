"""A publishing system in a process of its own: tells its events through the SDK's spool.

Started again it tells all of them again, as a system does that knows nothing of the spool; what the spool
has already it does not take twice, and what has no receipt it sends by itself. Last it writes the receipts.
"""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ioc.contracts import Envelope
from ioc.contracts.registry import ADAPTER
from ioc.settings import Kafka
from producers.spool import SpooledPublisher, SpoolFull

PATIENCE_S = 90.0


def main() -> None:
    """Tell all events, wait for the last receipt, write all receipts."""
    asked = _arguments()
    events = [ADAPTER.validate_json(line) for line in asked.events.read_bytes().splitlines()]
    spool = SpooledPublisher(
        Kafka(bootstrap=asked.bootstrap), asked.spool, client_id="proof", limit_bytes=asked.limit,
        when_full="block" if asked.block else "raise",
    )  # fmt: skip
    with spool:
        if asked.resend:
            print("sent again", spool.resend(datetime(2000, 1, 1, tzinfo=UTC)), flush=True)
        for group in _groups(events, asked.group):
            _tell(spool, group)
            if asked.wait:
                spool.flush(PATIENCE_S)
        spool.flush(PATIENCE_S)
        lines = (_receipt_line(spool, event) for event in events)
        asked.receipts.write_text("".join(line for line in lines if line), encoding="utf-8")
        stands = spool.pending()
        print(f"done: {stands.count} wait, {stands.refused} refused, {stands.kept} kept", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("events", "spool", "receipts"):
        parser.add_argument(name, type=Path)
    parser.add_argument("bootstrap")
    parser.add_argument("--group", type=int, default=1, help="events of one put")
    parser.add_argument("--wait", action="store_true", help="for the receipts of each group")
    parser.add_argument("--limit", type=int, default=256 << 20)
    parser.add_argument("--block", action="store_true")
    parser.add_argument("--resend", action="store_true")
    return parser.parse_args()


def _groups(events: list[Envelope], size: int) -> Iterator[list[Envelope]]:
    for start in range(0, len(events), size):
        yield events[start : start + size]


def _tell(spool: SpooledPublisher, group: list[Envelope]) -> None:
    """Put, and when the spool is full say so, wait for Kafka and put the same again: nothing is dropped."""
    while True:
        try:
            spool.put_all(group)
            break
        except SpoolFull as full:
            print(f"SpoolFull at {spool.pending().count}: {full}", flush=True)
            spool.flush(PATIENCE_S)
    print("taken", spool.pending().count, flush=True)


def _receipt_line(spool: SpooledPublisher, event: Envelope) -> str:
    at = spool.receipt(event)
    if at is None:
        return ""
    place = {"topic": at.topic, "partition": at.partition, "offset": at.offset}
    return json.dumps({"id": event.id, **place}) + "\n"


if __name__ == "__main__":
    main()
