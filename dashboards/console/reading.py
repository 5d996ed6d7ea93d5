"""What the console reads of the store: views of `ioc_read` only, as the reader, one call at a time."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ioc.alerts import Rule
from ioc.errors import StoreUnavailable
from ioc.settings import ClickHouse
from storage.client import Store

TIMEOUT_S = 10.0
MOST = 200
"""Rows of a list on a page."""
T = TypeVar("T")
Row = dict[str, Any]

CASES: Mapping[str, str] = {
    "document_in": "cases_documents_in",
    "document_out": "cases_documents_out",
    "dossier": "cases_dossiers",
    "feedback": "cases_feedback",
    "procedure": "cases_procedures",
    "archive": "cases_archives",
    "task": "cases_tasks",
}
"""Cases that are shown one by one, by the name that rules use. Those of persons have no view and are not."""


class Asked(Protocol):
    """The part of a store that is used here."""

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]: ...

    def close(self) -> None: ...


class Reading:
    """One connection for all pages, asked in threads so that no page waits for another's drawing."""

    def __init__(self, connect: Callable[[], Asked], tenant: str) -> None:
        self._connect = connect
        self._tenant = tenant
        self._store: Asked | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, settings: ClickHouse, tenant: str) -> "Reading":
        """Over the store of these settings."""
        return cls(lambda: Store(settings, role="reader", timeout=TIMEOUT_S), tenant)

    async def rows(self, names: Sequence[str], sql: str, **params: object) -> list[Row]:
        """Rows of a SELECT by the names of its columns. Raises `StoreUnavailable`, `StoreRefused`."""
        given = {"tenant": self._tenant, **params}
        found = await asyncio.to_thread(self._do, sql, given)
        return [dict(zip(names, row, strict=True)) for row in found]

    def _do(self, sql: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._store is None:
                self._store = self._connect()
            try:
                return self._store.query(sql, params)
            except StoreUnavailable:
                self._store.close()
                self._store = None
                raise

    async def absences(self, units: Sequence[str] | None, most: int) -> list[Row]:
        """What is missing, documents that brook no delay (hỏa tốc) first, then the longest overdue.

        Of these units, None: of all. At most so many of each kind, so that none drives out another; each row
        says how many lines and cases there are of its kind.
        """
        names = ("kind", "subject", "unit", "since", "due", "cases", "detail")
        return await self.rows(
            (*names, "of_kind", "cases_of_kind"),
            f"SELECT {', '.join(names)}, count() OVER (PARTITION BY kind),"  # noqa: S608
            " sum(cases) OVER (PARTITION BY kind) FROM ioc_read.absences"
            " WHERE (%(all)s OR has(%(units)s, unit))"
            " ORDER BY detail = 'hoa_toc' DESC, due, kind, subject LIMIT %(most)s BY kind",
            **_within(units),
            most=most,
        )

    async def behind(self, rule: Rule, units: Sequence[str]) -> list[Row]:
        """The cases of units that breach a rule now, the oldest first; none for rules over other things."""
        if not shows_cases(rule) or rule.cases is None:
            return []
        where, breach, since = (
            text.replace("%", "%%") for text in (rule.cases.where, rule.cases.breach, rule.cases.since)
        )
        return await self.rows(
            ("subject", "since"),
            "WITH now64(3) AS t, t AS up SELECT subject, begun FROM"  # noqa: S608
            f" (SELECT subject, ({since}) AS begun, ifNull(({breach}), 0) AS wrong"
            f" FROM ioc_read.{CASES[rule.cases.view]}"
            f" WHERE tenant = %(tenant)s AND has(%(units)s, unit) AND ({where}))"
            " WHERE wrong AND isNotNull(begun) AND begun <= t ORDER BY begun, subject LIMIT %(most)s",
            units=list(units),
            most=MOST,
        )

    async def alert_history(self, ref: str) -> list[Row]:
        """The steps of an alert, as the ledger holds them."""
        names = ("seqno", "at", "state", "role", "to_role", "to_unit", "reason", "step")
        return await self.rows(
            names,
            f"SELECT {', '.join(names)} FROM ioc_read.alert_history"  # noqa: S608
            " WHERE alert_ref = %(ref)s ORDER BY seqno LIMIT %(most)s",
            ref=ref,
            most=MOST,
        )

    async def case_events(self, subject: str, units: Sequence[str] | None) -> list[Row]:
        """The events of a case in the order of their time; only if one of them is of these units."""
        names = ("at", "name", "source", "id", "unit", "corrects")
        found = await self.rows(
            names,
            "SELECT time, replaceRegexpOne(type, '^vn[.]gov[.]ioc[.](.*)[.]v[0-9]+$', '\\\\1'),"
            " source, id, unit, correctionof FROM ioc_read.case_events"
            " WHERE tenant = %(tenant)s AND subject = %(subject)s ORDER BY time, seqno, id LIMIT %(most)s",
            subject=subject,
            most=MOST,
        )
        mine = units is None or any(row["unit"] in units for row in found)
        return found if mine else []


def shows_cases(rule: Rule) -> bool:
    """Whether what breaches a rule can be shown case by case."""
    return rule.cases is not None and not rule.personal and rule.cases.view in CASES


def _within(units: Sequence[str] | None) -> dict[str, object]:
    # Never an empty list: it would have no type.
    return {"all": int(units is None), "units": list(units or ()) or ["-"]}
