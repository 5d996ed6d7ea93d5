"""Rows of exported tables: CSV (UTF-8, `,` or `;`) and XLSX, as a header and numbered rows of text.

Cells of columns that nobody asked for are not looked at.
"""

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from ioc.contracts import EventRefused, Reason

MAX_UNPACKED = 256 * 1024 * 1024
MAX_BESIDES = 32 * 1024 * 1024
"""Unpacked bytes of what is no worksheet: the reader holds all of it in memory (shared strings above all)."""
MAX_ROW = 1_048_576
"""Rows of a worksheet. The reader fills gaps with empty rows: a row numbered 10¹¹ would keep it for days."""
MAX_CELL = 100_000
_EXCEL_ERRORS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""Whatever the readers of ZIP and XML raise for files that are damaged, encrypted or packed in a rare way."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `rows` yields (line number, cells); `label`: the number of its sheet, if the file has
    several (a title may name a person)."""

    label: str
    header: Sequence[str]
    rows: Iterator[tuple[int, Sequence[Any]]]


def _undecodable(expected: str) -> EventRefused:
    return EventRefused(Reason.undecodable, "", "", expected)


def text_of(cell: Any) -> str:
    """A cell as people wrote it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        return (
            cell.isoformat(sep=" ", timespec="seconds")
            if cell.time() != time.min
            else cell.date().isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def open_sheets(path: Path) -> Iterator[Sheet]:
    """The tables of a file by its extension. Raises `EventRefused` when it cannot be read."""
    return _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)


def _csv(path: Path) -> Iterator[Sheet]:
    csv.field_size_limit(MAX_CELL)
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        try:
            first = text.readline(MAX_CELL)
        except UnicodeDecodeError:
            raise _undecodable("UTF-8, with or without a byte order mark") from None
        if "\0" in first:
            raise _undecodable("UTF-8, with or without a byte order mark")
        delimiter = ";" if first.count(";") > first.count(",") else ","
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        rows = _csv_rows(reader)
        header = next(rows, None)
        if header is None:
            raise _undecodable("a header row")
        yield Sheet("", header[1], rows)


def _csv_rows(reader: Any) -> Iterator[tuple[int, Sequence[str]]]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise _undecodable(f"UTF-8 to the end (line {line})") from None
        except csv.Error:
            raise _undecodable(f"well-formed CSV to the end (line {line})") from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _xlsx(path: Path) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(path) as packed:
            _check_sizes(packed)
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _EXCEL_ERRORS:
        raise _undecodable("an XLSX workbook") from None
    try:
        several = len(book.worksheets) > 1
        for number, sheet in enumerate(book.worksheets, 1):
            rows = _xlsx_rows(sheet)
            header = next(rows, None)
            if header is not None:
                names = [text_of(cell) for cell in header[1]]
                yield Sheet(str(number) if several else "", names, rows)
    finally:
        book.close()


def _check_sizes(packed: zipfile.ZipFile) -> None:
    sizes = {member.filename: member.file_size for member in packed.infolist()}
    besides = sum(size for name, size in sizes.items() if not name.startswith("xl/worksheets/"))
    for size, limit in ((sum(sizes.values()), MAX_UNPACKED), (besides, MAX_BESIDES)):
        if size > limit:
            what = "unpacked" if limit == MAX_UNPACKED else "besides its worksheets"
            raise EventRefused(Reason.oversize, "", "", f"at most {limit >> 20} MB {what}")


def _xlsx_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    cells = sheet.iter_rows(max_row=MAX_ROW + 1, values_only=True)
    line = 0
    while True:
        line += 1
        try:
            row = next(cells)
        except StopIteration:
            return
        except _EXCEL_ERRORS:
            raise _undecodable(f"a whole worksheet (row {line})") from None
        if line > MAX_ROW:
            raise _undecodable(f"at most {MAX_ROW} rows in a worksheet")
        if any(cell is not None and str(cell).strip() for cell in row):
            yield line, row
