"""The rows of the open data as a file. The same rows give the same bytes."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import orjson
import pyarrow as pa
from pyarrow import parquet

from ioc.opendata import COLUMNS, VERSION, Type

Format = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "json", "parquet")
_ARROW: Mapping[Type, Any] = {
    "string": pa.string(),
    "date": pa.date32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
}

Rows = Iterable[tuple[Any, ...]]


def written(rows: Rows, form: Format) -> bytes:
    """The file's bytes."""
    return {"csv": _csv, "json": _json, "parquet": _parquet}[form](rows)


def _csv(rows: Rows) -> bytes:
    """RFC 4180, UTF-8: an empty field is nothing, not zero."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows(rows)
    return made.getvalue().encode()


def _json(rows: Rows) -> bytes:
    """One document: an array of objects."""
    names = [column.name for column in COLUMNS]
    return orjson.dumps(
        [dict(zip(names, row, strict=True)) for row in rows], option=orjson.OPT_APPEND_NEWLINE
    )


def _parquet(rows: Rows) -> bytes:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    schema = pa.schema(
        [pa.field(each.name, _ARROW[each.type], each.nullable) for each in COLUMNS],
        metadata={"version": str(VERSION)},
    )
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    made = io.BytesIO()
    parquet.write_table(pa.table(arrays, schema=schema), made, compression="zstd")
    return made.getvalue()
