"""What the open data of the centre consist of: their columns and their dictionary, from the catalogue.

Aggregates only: counts of a unit on a day. No case, no person; a number made from fewer than five persons is
left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ioc.kpis import Kpi
from ioc.words import Words

Type = Literal["string", "date", "int64", "float64"]
LEAST_PERSONS = 5
VERSION = 1
"""Of the columns: raised when one changes its meaning or goes."""


@dataclass(frozen=True)
class Column:
    """One column of the data."""

    name: str
    type: Type
    nullable: bool
    meaning: Words


COLUMNS = (
    Column("kpi", "string", False, Words(vi="Mã chỉ tiêu, xem bảng chỉ tiêu", en="Id of the indicator")),
    Column("unit", "string", False, Words(vi="Mã đơn vị theo danh mục", en="Code of the unit")),
    Column(
        "scope",
        "string",
        False,
        Words(
            vi="own: chỉ việc của chính đơn vị, cộng được lên; total: cả các đơn vị bên dưới, không cộng",
            en="own: of the unit itself, may be added up; total: with all units beneath it, not to be added",
        ),
    ),
    Column("day", "date", False, Words(vi="Ngày, giờ Việt Nam", en="Vietnamese date")),
    Column("dim", "string", False, Words(vi="Loại của chỉ tiêu, nếu có; rỗng: chung", en="Its kind, if any")),
    Column(
        "numerator",
        "int64",
        True,
        Words(vi="Tử số; trống khi chỉ công bố giá trị", en="Null where only the value is published"),
    ),
    Column(
        "denominator",
        "int64",
        True,
        Words(vi="Mẫu số; trống khi chỉ công bố giá trị", en="Null where only the value is published"),
    ),
    Column("cases", "int64", False, Words(vi="Số hồ sơ, sự việc", en="Number of cases")),
    Column(
        "value",
        "float64",
        True,
        Words(
            vi="Giá trị theo đơn vị tính của chỉ tiêu; trống: mẫu số bằng 0, không phải là 0",
            en="In the unit of measure; null: nothing to divide, which is not zero",
        ),
    ),
    Column(
        "basis",
        "string",
        False,
        Words(
            vi="counted: đếm lại từ sự kiện, như biết hiện nay; shown: như đã hiển thị cuối ngày đó",
            en="counted: from the events as known now; shown: as it was shown at the end of that day",
        ),
    ),
)


def adds_up(kpi: Kpi) -> bool:
    """Whether its days can be counted again for each unit alone: what has cells that need no other count."""
    return (kpi.flow is not None or kpi.stock is not None) and not kpi.baseline


def dictionary(kpis: Mapping[str, Kpi], first: date, last: date) -> dict[str, Any]:
    """What a reader of the data needs to know, to stand beside them."""
    return {
        "version": VERSION,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "columns": [_column(each) for each in COLUMNS],
        "hidden": f"personal indicators made from fewer than {LEAST_PERSONS} persons",
        "kpis": [_kpi(kpi) for kpi in kpis.values()],
    }


def _column(column: Column) -> Mapping[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "nullable": column.nullable,
        "meaning": column.meaning.model_dump(),
    }


def _kpi(kpi: Kpi) -> Mapping[str, Any]:
    return {
        "kpi": kpi.id,
        "domain": kpi.domain,
        "name": kpi.name.model_dump(),
        "meaning": kpi.meaning.model_dump(),
        "unit_of_measure": kpi.unit,
        "direction": kpi.direction,
        "basis": "counted" if adds_up(kpi) else "shown",
        "personal": kpi.personal,
        "legal_source": kpi.source.document,
        "targets": [
            {"value": each.value, "by": each.by.isoformat() if each.by else None, "dim": each.dim}
            for each in kpi.targets
        ],
    }
