"""Credentials of an embedded stack: made at random at the first start, readable by their owner only.

A source that joins the catalogue later gets its own at the next start; nothing is ever replaced.
"""

import fcntl
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ioc.settings import read_json
from local.rundir import write_atomically

OWNER_ONLY = 0o600


def _random() -> str:
    return secrets.token_urlsafe(24)


def completed(
    known: Mapping[str, Any], sources: Iterable[str], random: Callable[[], str] = _random
) -> dict[str, Any]:
    """`known` with whatever the store's users and the `sources` (system codes) still lack."""
    settings = dict(known.get("settings", {}))
    store = dict(settings.get("clickhouse", {}))
    for name in ("writer_password", "reader_password"):
        store.setdefault(name, random())
    entries = {code: dict(entry) for code, entry in known.get("sources", {}).items()}
    for code in sources:
        entry = entries.setdefault(code, {})
        entry.setdefault("username", f"ioc-{code}")
        for name in ("password", "key", "pseudonym_key"):
            entry.setdefault(name, random())
    return {**known, "settings": {**settings, "clickhouse": store}, "sources": entries}


def ensure(path: Path, sources: Iterable[str]) -> dict[str, Any]:
    """Create or complete the credentials file, mode 600, and return what it holds."""
    known = read_json(path)
    document = completed(known, sources)
    if document != known or not is_private(path):
        write_atomically(path, document, mode=OWNER_ONLY)
    return document


def rotated(path: Path, source: str, random: Callable[[], str] = _random) -> str:
    """A new key for a source, which is in the file when it is returned. Raises `OSError`."""
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        # Two keys asked for at once are both kept: the second one reads what the first has written.
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = completed(read_json(path), [source], random)
        key = random()
        entries = {**known["sources"], source: {**known["sources"][source], "key": key}}
        write_atomically(path, {**known, "sources": entries}, mode=OWNER_ONLY)
    return key


def is_private(path: Path) -> bool:
    """Nobody but the owner can read the file."""
    return path.exists() and not path.stat().st_mode & 0o077
