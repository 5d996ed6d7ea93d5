"""The national portal's published scores (QĐ 766), kept beside our own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ioc.evaluations import UnitAnswer
from storage.client import Store

COLUMNS = (
    *("portal_id", "grp", "metric", "numerator", "denominator", "ratio", "score", "maximum"),
    *("quality_status", "quality_message"),
)


@dataclass(frozen=True)
class Official:
    """One published line; `metric` empty: the total of its group. `score` None: none was stated."""

    unit: str
    portal_id: str
    group: str
    metric: str
    numerator: Decimal | None
    denominator: Decimal | None
    ratio: Decimal | None
    score: Decimal | None
    maximum: Decimal | None
    quality_status: str
    quality_message: str
    imported_at: datetime


def write(
    store: Store,
    answers: Sequence[UnitAnswer],
    units: Mapping[int, str],
    *,
    tenant: str,
    period: str,
    now: int,
) -> int:
    """Keep answers of a period, in the place of what was there; gives the number of lines.

    `units`: the code under which the answer at an index is kept.
    """
    rows = [(units[index], *row) for index, answer in enumerate(answers) for row in _rows(answer)]
    if rows:
        names = ["unit", *COLUMNS, "tenant", "period", "imported_at", "version"]
        columns = [list(column) for column in zip(*rows, strict=True)]
        columns += [[value] * len(rows) for value in (tenant, period, now, now)]
        store.insert("ioc.qd766_official", names, columns)
    return len(rows)


def _rows(answer: UnitAnswer) -> Iterable[tuple[object, ...]]:
    place = answer.portal_id, answer.group.id
    if answer.scored:
        yield (*place, "", None, None, answer.ratio, answer.score, answer.maximum, "", "")
    for each in answer.stated:
        counts = each.numerator, each.denominator, each.ratio
        quality = each.quality_status, each.quality_message
        yield (*place, each.metric.id, *counts, each.score, each.maximum, *quality)


def of_unit(store: Store, tenant: str, period: str, unit: str) -> dict[tuple[str, str], Official]:
    """What the portal published of a unit for a period, by group and metric."""
    rows = store.query(
        f"SELECT unit, {', '.join(COLUMNS)}, imported_at FROM ioc.qd766_official FINAL"  # noqa: S608
        " WHERE tenant = %(tenant)s AND period = %(period)s AND unit = %(unit)s",
        {"tenant": tenant, "period": period, "unit": unit},
    )
    found = [Official(*row) for row in rows]
    return {(each.group, each.metric): each for each in found}


def known_units(store: Store, tenant: str) -> dict[str, str]:
    """The portal's keys of units, and the codes they were kept under before."""
    return dict(
        store.query(
            "SELECT portal_id, argMax(unit, version) FROM ioc.qd766_official"
            " WHERE tenant = %(tenant)s AND portal_id != '' AND unit != portal_id GROUP BY portal_id",
            {"tenant": tenant},
        )
    )
