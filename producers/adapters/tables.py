"""Exported tables → events, through the column maps of sources.yaml.

A person column becomes `person_ref` = HMAC-SHA-256 with the publisher's key here, before an event exists;
a column that is not in the map is never read. A row that fails is refused alone.
"""

import hmac
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ioc.contracts import BY_NAME, Envelope, EventRefused, Reason
from ioc.sources import Column, Table
from producers.adapters.base import EventMaker, Item, Refused
from producers.adapters.sheets import Sheet, open_sheets, text_of
from producers.adapters.words import day_or_instant, end_of, fold, org_code, start_of

PERSON = "person"
TIME = "time"
UNIT = "unit"
_BETWEEN_CODES = re.compile(r"[;,\s]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
_SPREADSHEET_NUMBER = re.compile(r"\d([.,]\d+)?E\+?\d+|\d+\.0")
"""What a spreadsheet leaves of a long number: `1.1E+09` is that of many persons, `1096012345.0` of none."""
LEAST_DIGITS = 6
_YES_NO = {"1": True, "true": True, "x": True, "0": False, "false": False}


Told = Counter[int]
"""How many rows of a file told of one subject at one time (as its hash, to stay small): a date has no time of
day, and rows of one day follow each other as they stand."""


class _CellRefused(Exception):
    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def person_ref(key: bytes, identifier: str) -> str:
    """The pseudonym of a person: the same for every spelling of the identifier.

    Raises `ValueError` for what is not a number of one person: all who are written so would become one.
    """
    plain = "".join(sign for sign in identifier.upper() if sign.isalnum())
    digits = [sign for sign in plain if sign in "0123456789"]
    lost = _SPREADSHEET_NUMBER.fullmatch(identifier.strip().upper())
    if lost or len(digits) < LEAST_DIGITS or not any(sign != "0" for sign in digits):
        raise ValueError("no number of a person")
    if len(plain) == len(digits) in (10, 11):
        # Citizen numbers have 12 digits, of which a spreadsheet drops the zeros (one or two) they begin with.
        plain = plain.zfill(12)
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
        told: Told = Counter()
        try:
            for sheet in open_sheets(path):
                yield from self._sheet(f"{where}!{sheet.label}" if sheet.label else where, sheet, told)
        except EventRefused as error:
            yield Item(where, (), (Refused.of(where, error),))

    def _sheet(self, where: str, sheet: Sheet, told: Told) -> Iterator[Item]:
        maps = [_bind(table, sheet.header) for table in self._maker.source.tables]
        fitting = [bound for bound in maps if isinstance(bound, _Bound)]
        if not fitting:
            missing = next((str(each) for each in maps), "")
            yield Item(where, (), (Refused(f"{where}:1", missing, Reason.schema, "this column"),))
            return
        chosen = max(fitting, key=lambda bound: len(bound.fields))
        for line, cells in sheet.rows:
            yield self._row(f"{where}:{line}", chosen, cells, told)

    def _row(self, where: str, bound: _Bound, cells: Sequence[Any], told: Told) -> Item:
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
            return Item(where, (self._event(bound.table, values, told),))
        except EventRefused as error:
            return Item(where, (), (Refused.of(where, error, _names(bound)),))

    def _event(self, table: Table, values: dict[str, Any], told: Told) -> Envelope:
        data = {field: value for field, value in values.items() if field not in (TIME, UNIT, PERSON)}
        if PERSON in values:
            data["person_ref"] = values[PERSON]
        time, orgunit = values[table.time], values[table.orgunit]
        row = hash((table.name, data.get(BY_NAME[table.name].subject_field), time))
        event = self._maker.make(table.name, time=time, orgunit=orgunit, data=data, nth=told[row])
        told[row] += 1
        return event

    def _value(self, field: str, column: Column, cell: Any) -> Any:
        """The cell as the contract wants it. Raises `_CellRefused`; never repeats what the cell holds."""
        text = text_of(cell)
        if not text:
            if column.required:
                raise _CellRefused("a value")
            return None
        if field == PERSON:
            try:
                return person_ref(self._key, text)
            except ValueError:
                raise _CellRefused("a number of a person") from None
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
