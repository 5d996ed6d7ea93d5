"""The columns that docs/adapters.md names are those of sources.yaml, required ones before the bar."""

import re
from pathlib import Path

from ioc.reference import Catalogue
from ioc.sources import Table
from producers.adapters.words import fold

PAGE = (Path(__file__).parents[3] / "docs" / "adapters.md").read_text(encoding="utf-8")
SOURCES = Catalogue.load(None).sources
TABLES = {table.name: table for source in SOURCES.values() for table in source.tables}


def columns(table: Table, *, required: bool) -> list[str]:
    return [fold(column.column[0]) for column in table.fields.values() if column.required == required]


def test_the_columns_of_each_table_are_named() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*) ∣(.*) \|$", PAGE, re.MULTILINE)
    without_persons = {name for name, table in TABLES.items() if "person" not in table.fields}
    assert {name for name, _, _ in rows} == without_persons
    for name, needed, optional in rows:
        for text, required in ((needed, True), (optional, False)):
            named = sorted(fold(word) for word in text.split(",") if word.strip())
            assert named == sorted(columns(TABLES[name], required=required)), name


def test_each_source_with_tables_is_listed_with_its_events() -> None:
    listed = re.findall(r"^\| (`.+`) \| bảng .+ \| (.+) \|$", PAGE, re.MULTILINE)
    told = {code: events for codes, events in listed for code in re.findall(r"\w+", codes)}
    for code, source in SOURCES.items():
        for table in source.tables:
            assert f"`{table.name}`" in told[code] or "`hr.*`" in told[code], code
