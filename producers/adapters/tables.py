"""Exported tables → events, through the column maps of sources.yaml.

A person column becomes `person_ref` = HMAC-SHA-256 with the publisher's key here, before an event exists;
a column that is not in the map is never read. A row that fails is refused alone.
"""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ioc.contracts import BY_NAME, EventRefused, Reason
from ioc.sources import Column, Table
from producers.adapters.base import EventMaker, Item, Refused
from producers.adapters.sheets import Sheet, open_sheets, text_of
from producers.adapters.words import day_or_instant, end_of, fold, org_code, start_of

PERSON = "person"
TIME = "time"
UNIT = "unit"
_BETWEEN_CODES = re.compile(r"[;,\s]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
_YES_NO = {"1": True, "true": True, "x": True, "0": False, "false": False}


class _CellRefused(Exception):
    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def person_ref(key: bytes, identifier: str) -> str:
    """The pseudonym of a person: the same for every spelling of the identifier."""
    plain = "".join(sign for sign in identifier.upper() if sign.isalnum())
    return hmac.digest(key, plain.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class _Bound:
    """A column map laid over one header: field → (index, header as written, column)."""

    table: Table
    fields: Mapping[str, tuple[int, str, Column]]


def _bind(table: Table, header: Sequence[str]) -> _Bound | str:
    """The map laid over the header, or the first required column that is missing."""
    places: dict[str, int] = {}
    for index, name in enumerate(header):
        places.setdefault(fold(name), index)
    bound = {}
    for field, column in table.fields.items():
        found = [places[key] for name in column.column if (key := fold(name)) in places]
        if found:
            index = found[0]
            bound[field] = (index, header[index].strip(), column)
        elif column.required:
            return column.column[0]
    return _Bound(table, bound)


class TablesAdapter:
    """Reads the exported tables of one source."""

    def __init__(self, maker: EventMaker, key: bytes) -> None:
        if not key and maker.source.has_persons:
            raise ValueError("the publisher's pseudonym key is empty")
        self._maker = maker
        self._key = key

    def read(self, where: str, path: Path) -> Iterator[Item]:
        """One item a row, in order; a file that cannot be read further ends with one refusal."""
        try:
            for sheet in open_sheets(path):
                yield from self._sheet(f"{where}!{sheet.label}" if sheet.label else where, sheet)
        except EventRefused as error:
            yield Item(where, (), (Refused.of(where, error),))

    def _sheet(self, where: str, sheet: Sheet) -> Iterator[Item]:
        maps = [_bind(table, sheet.header) for table in self._maker.source.tables]
        fitting = [bound for bound in maps if isinstance(bound, _Bound)]
        if not fitting:
            missing = next((str(each) for each in maps), "")
            yield Item(where, (), (Refused(f"{where}:1", missing, Reason.schema, "this column"),))
            return
        chosen = max(fitting, key=lambda bound: len(bound.fields))
        for line, cells in sheet.rows:
            yield self._row(f"{where}:{line}", chosen, cells)

    def _row(self, where: str, bound: _Bound, cells: Sequence[Any]) -> Item:
        values: dict[str, Any] = dict(bound.table.constants)
        refused = []
        for field, (index, header, column) in bound.fields.items():
            try:
                values[field] = self._value(field, column, cells[index] if index < len(cells) else "")
            except _CellRefused as error:
                refused.append(Refused(where, header, Reason.schema, error.expected))
        for field, column in bound.table.fields.items():
            if values.get(field) is None:
                values[field] = [] if column.kind == "orgs" else column.default
        if refused:
            return Item(where, (), tuple(refused[:1]))
        try:
            return Item(where, (self._event(bound.table, values),))
        except EventRefused as error:
            return Item(where, (), (Refused.of(where, error, _names(bound)),))

    def _event(self, table: Table, values: dict[str, Any]) -> Any:
        data = {field: value for field, value in values.items() if field not in (TIME, UNIT, PERSON)}
        if PERSON in values:
            data["person_ref"] = values[PERSON]
        return self._maker.make(table.name, time=values[table.time], orgunit=values[table.orgunit], data=data)

    def _value(self, field: str, column: Column, cell: Any) -> Any:
        """The cell as the contract wants it. Raises `_CellRefused`; never repeats what the cell holds."""
        text = text_of(cell)
        if not text:
            if column.required:
                raise _CellRefused("a value")
            return None
        if field == PERSON:
            return person_ref(self._key, _with_zeros(cell, text))
        words = {fold(word): value for word, value in column.values.items()}
        if fold(text) in words:
            return words[fold(text)]
        if column.values and column.kind == "text":
            if text in column.values.values():
                return text
            raise _CellRefused("one of: " + ", ".join(column.values))
        return _typed(column, text)


def _names(bound: _Bound) -> dict[str, str]:
    """Fields of the event → headers as written."""
    names = {field: header for field, (_, header, _) in bound.fields.items()}
    names["person_ref"] = names.get(PERSON, "")
    names["subject"] = names.get(BY_NAME[bound.table.name].subject_field, "")
    return names | {"orgunit": names.get(bound.table.orgunit, ""), "time": names.get(bound.table.time, "")}


def _with_zeros(cell: Any, text: str) -> str:
    """A citizen number that a spreadsheet took for a number gets its zeros back: all of them begin with 0 and
    have 12 digits, so a number of 10 or 11 digits can be nothing else."""
    return text.zfill(12) if isinstance(cell, int | float) and 10 <= len(text) <= 11 else text


def _typed(column: Column, text: str) -> Any:
    match column.kind:
        case "instant" | "instant_end":
            return _instant(text, last=column.kind == "instant_end")
        case "integer" | "number":
            return _number(text, whole=column.kind == "integer")
        case "boolean":
            flag = _YES_NO.get(fold(text))
            if flag is None:
                raise _CellRefused("có or không")
            return flag
        case "org":
            return org_code(text) or text
        case "orgs":
            return [org_code(code) or code for code in _BETWEEN_CODES.split(text) if code]
        case "text":
            return text


def _instant(text: str, *, last: bool) -> datetime:
    found = day_or_instant(text)
    if found is None:
        raise _CellRefused("a date, dd/MM/yyyy or ISO")
    return end_of(found) if last else start_of(found)


def _number(text: str, *, whole: bool) -> int | float:
    """A number as Vietnam or the rest writes it; `1.234,5` is a thousand and some, as is a whole `1.234`."""
    plain = text.replace(" ", "").removesuffix("%")
    if whole and _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return int(plain) if whole else float(plain)
    except ValueError:
        raise _CellRefused("a whole number" if whole else "a number") from None
