"""INSERT of a client's blocks: collected as bytes, handed to the engine as one file in `Native` format.

The engine's streaming insert interface reports success for blocks that a CHECK, a view or the number of
parts refused, so it is not used; `INSERT … FROM INFILE` raises every error and keeps one block one part.
"""

import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from chdb.state.sqlitelike import Connection

from ioc import failpoints
from storage.embedded.statements import Statement

IN_MEMORY = 64 << 20
"""Bytes of one INSERT kept in memory; more goes to a temporary file."""


class Spool:
    """Bytes of one INSERT, readable by the engine under `path`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.size = 0
        self.rows = 0
        self._on_disk = sys.platform != "linux"
        self._name: str | None = None
        if self._on_disk:
            self._file = self._open_on_disk()
        else:
            self._file = os.memfd_create("insert", os.MFD_CLOEXEC)

    @property
    def path(self) -> str:
        return self._name or f"/proc/self/fd/{self._file}"

    def add(self, block: memoryview, rows: int) -> None:
        """Append one block."""
        if not self._on_disk and self.size + len(block) > IN_MEMORY:
            self._move_to_disk()
        self.size += len(block)
        self.rows += rows
        _write(self._file, block)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        if self._name is not None:
            Path(self._name).unlink(missing_ok=True)

    def _open_on_disk(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        number, self._name = tempfile.mkstemp(prefix="insert-", suffix=".native", dir=self._folder)
        self._on_disk = True
        return number

    def _move_to_disk(self) -> None:
        memory = self._file
        self._file = self._open_on_disk()
        os.lseek(memory, 0, os.SEEK_SET)
        while part := os.read(memory, 1 << 20):
            _write(self._file, memoryview(part))
        os.close(memory)


def _write(file: int, data: memoryview) -> None:
    while len(data):
        data = data[os.write(file, data) :]


def insert(connection: Connection, statement: Statement, spool: Spool, tag: str) -> None:
    """Store the spool's blocks. Raises whatever the engine raises; then nothing of a block is stored."""
    # One thread: a block becomes one part anyhow, and more of them cost a third more CPU. The client's own
    # settings come after it and win.
    settings = f"max_threads=1, {statement.settings}" if statement.settings else "max_threads=1"
    connection.query(
        f"{tag} INSERT INTO {statement.target} {statement.columns} "
        f"FROM INFILE '{spool.path}' SETTINGS {settings} FORMAT Native",
        "Null",
    )
    failpoints.hit(f"S1.{statement.target}")
