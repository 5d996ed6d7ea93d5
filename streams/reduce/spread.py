"""Which days' cells are to be looked at: of all cases of a view, and of what moves with the clock."""

from collections.abc import Iterable, Sequence

from ioc.formulas import uses_clock
from storage.cells import LIVE, ZONE, Formula
from storage.client import Store
from streams.reduce.kinds import KINDS
from streams.reduce.touched import STOCK
from streams.reduce.worktime import day_of, number

Days = tuple[str, str, Iterable[int]]
"""A view, a day column (`STOCK`: none) and days."""


def of_views(
    store: Store,
    formulas: Sequence[Formula],
    kinds: Iterable[str],
    tenant: str,
    now: int,
    database: str = LIVE,
) -> list[Days]:
    """All days on which these views have cases."""
    wanted = set(kinds)
    found: list[Days] = []
    for formula in formulas:
        if formula.view in wanted:
            column = formula.day or "opened_at"
            table = KINDS[formula.view].table.at(database).name
            rows = store.query(
                f"SELECT toDate(min({column}), {ZONE}), toDate(max({column}), {ZONE})"  # noqa: S608
                f" FROM {table} WHERE tenant = '{tenant}'"
            )
            if rows[0][0] is not None:
                last = number(rows[0][1]) if formula.day else day_of(now)
                found.append((formula.view, formula.day or STOCK, range(number(rows[0][0]), last + 1)))
    return found


def of_clock(formulas: Sequence[Formula], since: int, now: int, *, every: bool) -> list[Days]:
    """Today and all days that ended since, of formulas that speak of the clock; `every`: of all stocks."""
    days = range(day_of(since or now), day_of(now) + 1)
    return [
        (formula.view, formula.day or STOCK, days)
        for formula in formulas
        if moving(formula) or (formula.part == "stock" and every)
    ]


def moving(formula: Formula) -> bool:
    """Whether its cells change as the clock moves."""
    return uses_clock(formula.where, formula.numerator, formula.denominator, formula.cases)
