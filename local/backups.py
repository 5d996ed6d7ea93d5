"""A folder that holds a copy of the store: files with their checksums, and a manifest of what they hold."""

import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ioc.settings import Settings, read_json
from local.child import Child
from local.probes import is_free, wait_for
from local.rundir import write_atomically
from storage import backups
from storage.backups import BackupBroken, Counted, Where
from storage.client import Store
from storage.migrate import migrate, migrations

MANIFEST = "manifest.json"
FILES = "files"
FORMAT = 2
STAGING = "backup"
"""Beside the engine's folder; the only place that the embedded engine copies to and from."""
SERVER_DISK = "backups"
"""On a server: the disk of this name in its configuration (docs/runbook.md)."""
READY_S = 60.0


def make(settings: Settings, target: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the running store into `target` and return the manifest; `about` goes into it.

    Raises `BackupBroken` when `target` is not empty or the copy cannot be put back, `StoreRefused` when the
    store may not copy.
    """
    if target.exists() and any(target.iterdir()):
        raise BackupBroken(f"{target} is not empty: expected a new folder for the backup")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"ioc-{secrets.token_hex(6)}"
    staging = settings.data / STAGING / name
    where = _where(settings, staging, name)
    store = Store(settings.clickhouse, timeout=3600)
    try:
        if settings.clickhouse.embedded:
            staging.mkdir(mode=0o700, parents=True)
        tables = {group: list(names) for group, names in backups.groups(store)}
        backups.back_up(store, where)
        held = backups.checked(store, where)
        manifest = {
            "format": FORMAT,
            "tenant": settings.tenant,
            "migrations": [each for each, _ in migrations()],
            "groups": tables,
            "tables": {table: asdict(each) for table, each in held.items()},
            "server": "" if settings.clickhouse.embedded else name,
            "files": dict(_taken(staging, target / FILES)) if settings.clickhouse.embedded else {},
            **about,
        }
    finally:
        store.close()
        shutil.rmtree(staging, ignore_errors=True)
    write_atomically(target / MANIFEST, manifest, mode=0o600)
    return manifest


def manifest_of(source: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises `BackupBroken`."""
    manifest = read_json(source / MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BackupBroken(f"{source / MANIFEST}: expected a manifest of format {FORMAT}")
    unknown = set(manifest["migrations"]) - {name for name, _ in migrations()}
    if unknown:
        raise BackupBroken(
            f"{source}: made by a newer version (migration {min(unknown)}): install that first"
        )
    return manifest


def put_back(settings: Settings, source: Path) -> dict[str, Any]:
    """Restore into an empty store, and hold it against the manifest, which is returned.

    Embedded: nothing may run on the data directory, and it must hold no store yet. Raises `BackupBroken`.
    """
    manifest = manifest_of(source)
    if manifest["tenant"] != settings.tenant:
        raise BackupBroken(f"{source} holds the data of {manifest['tenant']}, not of {settings.tenant}")
    if not settings.clickhouse.embedded:
        _into(settings, manifest, _where(settings, source, manifest["server"]))
        return manifest
    if (settings.data / "clickhouse").exists():
        raise BackupBroken(f"{settings.data} holds a store already: expected a folder without `clickhouse`")
    staging = settings.data / STAGING / f"restore-{secrets.token_hex(6)}"
    try:
        _given(source, staging, manifest["files"])
        with _served(settings) as running:
            _into(running, manifest, _where(running, staging, ""))
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _into(settings: Settings, manifest: Mapping[str, Any], where: Where) -> None:
    store = Store(settings.clickhouse, timeout=3600)
    try:
        migrate(store, settings.clickhouse)
        if not backups.empty(store):
            raise BackupBroken("the store holds events already: expected an empty one")
        backups.restore(store, where, manifest["groups"])
        copied = {table: Counted(**said) for table, said in manifest["tables"].items()}
        wrong = list(backups.differences(copied, backups.counted(store, of=copied)))
        if wrong:
            raise BackupBroken("restored, but not as it was copied: " + "; ".join(wrong))
        backups.new_versions_only(store)
    finally:
        store.close()


def _where(settings: Settings, staging: Path, name: str) -> Where:
    if settings.clickhouse.embedded:
        return lambda group: f"File('{staging.absolute() / group}')"
    return lambda group: f"Disk('{SERVER_DISK}', '{name}/{group}')"


def _taken(staging: Path, target: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Move the files, and say of each how long it is and its SHA-256."""
    for file in sorted(path for path in staging.rglob("*") if path.is_file()):
        name = file.relative_to(staging)
        goal = target / name
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(file, goal)
        goal.chmod(0o600)
        yield str(name), {"bytes": goal.stat().st_size, "sha256": _digest(goal)}


def _given(source: Path, staging: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Copy the files that the manifest names, each as it says."""
    for name, said in files.items():
        file, goal = source / FILES / name, staging / name
        if not file.is_file() or _digest(file) != said["sha256"]:
            raise BackupBroken(f"{file}: missing or changed since the backup was made")
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(file, goal)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _served(settings: Settings) -> Iterator[Settings]:
    """The embedded store alone, on a port of its own, for as long as the block runs."""
    port = next(each for each in range(20_000, 60_000, 7) if is_free(each) and is_free(each + 1))
    moved = settings.clickhouse.model_copy(update={"port": port})
    log = settings.data / "logs" / "restore.log"
    command = [sys.executable, "-P", "-m", "ioc", "clickhouse", "--data", str(settings.data)]
    before = os.environ.get("IOC_CLICKHOUSE__PORT")
    os.environ["IOC_CLICKHOUSE__PORT"] = str(port)
    try:
        child = Child(command, log)
    finally:
        if before is None:
            del os.environ["IOC_CLICKHOUSE__PORT"]
        else:
            os.environ["IOC_CLICKHOUSE__PORT"] = before
    try:
        if not wait_for(lambda: not is_free(port + 1) or child.exit_code() is not None, READY_S):
            raise BackupBroken(f"the store did not start, see {log}")
        if child.exit_code() is not None:
            raise BackupBroken(f"the store did not start, see {log}")
        yield settings.model_copy(update={"clickhouse": moved})
    finally:
        child.terminate()
        if not child.wait(30):
            child.kill()


def size_of(manifest: Mapping[str, Any]) -> int:
    """Bytes of all files."""
    return sum(int(each["bytes"]) for each in manifest["files"].values())
