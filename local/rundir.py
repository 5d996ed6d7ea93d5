"""What a running stack writes under its data directory: a lock, its addresses, the state of its processes."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ioc.errors import IocError, StackNotFound


class StackRunning(IocError):
    """Another stack holds the data directory."""


def write_atomically(path: Path, document: Mapping[str, Any], *, mode: int = 0o644) -> None:
    """Replace a JSON file in one step, so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
    ) as out:
        json.dump(document, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    scratch.replace(path)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data directory; the kernel lets go of it when the process ends, however it ends.

    Raises `StackRunning` when another process holds it.
    """
    (data / "run").mkdir(parents=True, exist_ok=True)
    with (data / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StackRunning(
                f"a stack is already running on {data} (process {lock.read().strip() or 'unknown'}): "
                "stop it, or choose another --data and --port-base"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_held(data: Path) -> bool:
    """A supervisor is alive on this directory."""
    try:
        with (data / "run" / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def read_stack(data: Path) -> dict[str, Any]:
    """The stack file of the running stack. Raises `StackNotFound` when none is running."""
    path = data / "run" / "stack.json"
    if is_held(data):
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise StackNotFound(f"the stack on {data} is still starting: try again in a moment") from None
        return document
    raise StackNotFound(f"no running stack under {data}: start one with `ioc up --data {data}`")
