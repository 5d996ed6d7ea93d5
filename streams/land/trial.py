"""Records read in a process made for it, which may die of them: which ones nobody survives.

A worker's death costs all its partitions a restart; a forked reader's costs milliseconds. The process that
forks has one thread and no connections, so that a fork of it is whole.
"""

import asyncio
import os
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

from ioc.contracts import Rules
from ioc.errors import IocError
from streams.land.judge import Record, read_all
from streams.land.marks import DEATHS, IN_A_ROW

PATIENCE_S = 60.0
_INDEX = 4


class TrialFailed(IocError):
    """The trial itself could not be made: nothing is known of the records."""


class Wire(NamedTuple):
    """A Kafka record as it is handed to the trial."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


async def deadly(records: Sequence[Record], rules: Rules, topic: str) -> list[int]:
    """The offsets of those records of which a reader died three times, at most a few of them.

    Raises `TrialFailed`.
    """
    given = [Wire(each.offset, each.timestamp, each.key, each.value) for each in records]
    pipe = asyncio.subprocess.PIPE
    try:
        trial = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "streams.land.trial", stdin=pipe, stdout=pipe
        )
    except OSError as error:
        raise TrialFailed(f"no process for a trial of records: {error}") from error
    try:
        said, _ = await asyncio.wait_for(trial.communicate(pickle.dumps((given, rules, topic))), PATIENCE_S)
    except TimeoutError:
        raise TrialFailed(f"a trial of {len(given)} records took more than {PATIENCE_S:.0f} s") from None
    finally:
        if trial.returncode is None:
            trial.kill()
    if trial.returncode:
        raise TrialFailed(f"a trial of {len(given)} records ended with {trial.returncode}, expected 0")
    found: list[int] = orjson.loads(said)
    return found


def survived_by_none(records: Sequence[Record], read: Callable[[Record], object]) -> list[int]:
    """The offsets of those of which `DEATHS` forked readers died, one after another."""
    dead: list[int] = []
    deaths: Counter[int] = Counter()
    at = 0
    while at < len(records) and len(dead) <= IN_A_ROW:
        at = _forked(records, at, read)
        if at < len(records):
            deaths[at] += 1
            if deaths[at] == DEATHS:
                dead.append(records[at].offset)
                at += 1
    return dead


def _forked(records: Sequence[Record], first: int, read: Callable[[Record], object]) -> int:
    """Read on from there in a fork: where it died, or how many there are."""
    told, tell = os.pipe()
    reader = os.fork()
    if not reader:
        try:
            for at in range(first, len(records)):
                os.write(tell, at.to_bytes(_INDEX, "big"))
                read(records[at])
            os._exit(0)
        finally:  # an exception that nobody expected ends a worker as well
            os._exit(1)
    os.close(tell)
    with os.fdopen(told, "rb") as file:
        reached = file.read()
    _, status = os.waitpid(reader, 0)
    return int.from_bytes(reached[-_INDEX:], "big") if status and reached else len(records)


def main() -> None:
    """Records on standard input, offsets of the deadly ones on standard output."""
    records, rules, topic = pickle.load(sys.stdin.buffer)  # noqa: S301 (from the process that started this)
    dead = survived_by_none(records, lambda record: read_all([record], rules, topic))
    sys.stdout.buffer.write(orjson.dumps(dead))


if __name__ == "__main__":
    main()
