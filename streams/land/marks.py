"""What a worker is reading, in a file that outlives it, so that the record of which it dies is found.

One file per partition. Before records are read their range is noted, behind them it is taken back; a process
that dies in between leaves it there, because a page that was written is the kernel's and not the process's.
Whoever reads the partition next finds the range, reads it record by record, and counts a death only when it
happened on exactly one record. Written with `pwrite`, not mapped: a full or broken disk is then an error
that is told, where a mapped page would kill the process by SIGBUS.
"""

import logging
import os
import struct
from pathlib import Path
from typing import NamedTuple

import crc32c
from pydantic import BaseModel, ValidationError

from storage.ledger import Log

DEATHS = 3
"""A record on which so many attempts ended with the process's death is not read any more."""

IN_A_ROW = 10
"""After so many records set aside one behind the other the partition stands still: then it is not they that
are wrong but this program, and it would put a whole day into quarantine."""

_MAGIC = 0x696F636D61726B31
_RANGE = struct.Struct("<qqq")
_TABLE_AT = 64
_TABLE = struct.Struct("<II")
SIZE = 4096
_NOTHING = _RANGE.pack(-1, -1, _MAGIC)

_log = logging.getLogger("ioc.land")


class Range(NamedTuple):
    """Offsets first … last."""

    first: int
    last: int


class Left(BaseModel):
    """What is known of deaths in one log: kept in the file behind the mark."""

    log: str
    deaths: dict[int, int] = {}
    """Offset → attempts that ended with a death on exactly this record, and no success since."""
    doubtful: Range | None = None
    """In which somebody died, not known at which record."""


class Marks:
    """The marks of one partition's log. `file` None: they are kept in memory only, which protects nothing."""

    def __init__(self, log: Log, file: int | None = None) -> None:
        self._left = Left(log=f"{log.topic.name}/{log.partition}/{log.topic_id}")
        self._file = file
        if file is not None:
            self._take_over(os.pread(file, SIZE, 0))

    # Reading

    def begin(self, first: int, last: int) -> None:
        """These are read now."""
        self._write(0, _RANGE.pack(first, last, first ^ last ^ _MAGIC))

    def end(self) -> None:
        """They are read."""
        self._write(0, _NOTHING)

    def doubt(self, first: int, last: int) -> bool:
        """Whether somebody may have died of one of these."""
        doubtful = self._left.doubtful
        if doubtful is not None and first <= doubtful.last and last >= doubtful.first:
            return True
        return any(first <= offset <= last for offset in self._left.deaths)

    def deaths(self, offset: int) -> int:
        """Attempts on this record that the process did not survive, one after another."""
        return self._left.deaths.get(offset, 0)

    def died(self, offset: int) -> None:
        """All attempts on this record were made elsewhere, and nobody survived them."""
        self._left.deaths[offset] = DEATHS
        self._keep()

    def passed(self, offset: int) -> None:
        """This record can be read, or is to be tried from the beginning: its deaths count no more."""
        if self._left.deaths.pop(offset, None) is not None:
            self._keep()

    def through(self, last: int) -> None:
        """All up to this one has been read one by one, or set aside."""
        if self._left.doubtful is not None and self._left.doubtful.last <= last:
            self._left.doubtful = None
            self._keep()

    def aside_before(self, offset: int) -> int:
        """How many records directly before this one are not read any more."""
        at = offset
        while self.deaths(at - 1) >= DEATHS:
            at -= 1
        return offset - at

    def landed(self, upto: int) -> None:
        """All below `upto` has landed; a few deaths before it are remembered, for `aside_before`."""
        for offset in [each for each in self._left.deaths if each < upto - IN_A_ROW]:
            self.passed(offset)
        self.through(upto - 1)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    # The file

    def _take_over(self, page: bytes) -> None:
        """What the one before us left. Torn, foreign or of another log: nothing is known."""
        left = _left(page)
        if left is not None and left.log == self._left.log:
            self._left = left
            self._note_death(_range(page))
        self._keep()
        self.end()

    def _note_death(self, died: Range | None) -> None:
        if died is None:
            return
        left = self._left
        if died.first == died.last:
            left.deaths[died.first] = self.deaths(died.first) + 1
            said = f"record {died.first}, attempt {left.deaths[died.first]}"
        else:
            left.doubtful = died
            said = f"records {died.first} to {died.last}, which are now read one by one"
        _log.warning("%s: a process ended while it read %s", left.log, said)

    def _keep(self) -> None:
        text = self._left.model_dump_json().encode()
        if len(text) > SIZE - _TABLE_AT - _TABLE.size:  # hundreds of records: the oldest is tried again
            del self._left.deaths[min(self._left.deaths)]
            return self._keep()
        self._write(_TABLE_AT, _TABLE.pack(crc32c.crc32c(text), len(text)) + text)
        return None

    def _write(self, at: int, what: bytes) -> None:
        if self._file is None:
            return
        try:
            os.pwrite(self._file, what, at)
        except OSError as error:
            _log.warning(UNSAFE, self._left.log, error)
            self.close()


UNSAFE = "%s: a record that kills the process would not be found, its marks cannot be written: %s"


def opened(folder: Path | None, log: Log) -> Marks:
    """The marks of a partition in `folder`; without one that can be written, marks that keep nothing."""
    if folder is None:
        return Marks(log)
    path = folder / f"{log.topic.name}-{log.partition}.mark"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, SIZE)
            return Marks(log, file)
        except OSError:
            os.close(file)
            raise
    except OSError as error:
        _log.warning(UNSAFE, f"{log.topic.name}/{log.partition}", error)
        return Marks(log)


def _range(page: bytes) -> Range | None:
    """What was being read; None for nothing, and for a mark that was not written to its end."""
    first, last, check = _RANGE.unpack_from(page)
    return Range(first, last) if 0 <= first <= last and check == first ^ last ^ _MAGIC else None


def _left(page: bytes) -> Left | None:
    """What is known of earlier deaths; None when the page is not one that was written to its end."""
    if len(page) < SIZE:
        return None
    checksum, length = _TABLE.unpack_from(page, _TABLE_AT)
    text = page[_TABLE_AT + _TABLE.size :][:length]
    if crc32c.crc32c(text) != checksum:
        return None
    try:
        return Left.model_validate_json(text)
    except ValidationError:
        return None
