"""The indicators: numerator and denominator by unit, over any span of days, as of an instant.

`Oracle.table(kpi, first, last, t)` answers {(unit, dim): (numerator, denominator)}; unit "" is the whole
ministry. `first` and `last` are Vietnamese day numbers; `t` is the end of the last day, or now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.oracle import cases, people
from tests.oracle.calendar import day
from tests.oracle.reading import Written

Row = tuple[str, int, bool, bool]
"""(unit, instant whose day counts, in the numerator, in the denominator)."""
Table = dict[tuple[str, str], tuple[int, int]]


class Oracle:
    """All fourteen indicators over one file; `staff` is the headcount of each unit."""

    def __init__(self, path: Path, staff: dict[str, int]) -> None:
        self.written = Written(path)
        self._staff = staff
        self._incoming = cases.incoming(self.written)
        self._outgoing = cases.outgoing(self.written)
        self._dossiers = cases.dossiers(self.written)
        self._feedback = cases.feedback(self.written)
        self._changes = cases.changes(self.written)
        self._records = people.records(self.written)
        self._credentials = people.credentials(self.written)
        self._courses = people.courses(self.written)

    def table(self, kpi: str, first: int, last: int, t: int) -> Table:
        if kpi in COVERAGES:
            return self._coverage(COVERAGES[kpi](self), t)
        found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        rows = list(FLOWS[kpi](self, t)) if kpi in FLOWS else []
        rows = [row for row in rows if first <= day(row[1]) <= last]
        if kpi in STOCKS:
            rows += STOCKS[kpi](self, t)
        for unit, _, above, below in rows:
            for of in (unit, ""):
                found[of, ""][0] += above
                found[of, ""][1] += below
        return {of: (pair[0], pair[1]) for of, pair in found.items()}

    def _coverage(self, held: people.Held, t: int) -> Table:
        total = sum(self._staff.values())
        counted = people.count(held, t)
        return {(u, dim): (n, self._staff[u] if u else total) for (u, dim), n in counted.items()}

    def digital_exchange(self, _: int) -> Iterator[Row]:
        for each in self._outgoing:
            yield each.unit, each.issued, each.digital, True

    def registered(self, _: int) -> Iterator[Row]:
        for each in self._incoming:
            yield each.unit, each.arrived, each.registered_ok, True

    def documents_ended(self, _: int) -> Iterator[Row]:
        for each in self._incoming:
            if each.ended is not None and each.due is not None:
                yield each.unit, each.ended, day(each.ended) <= day(each.due), True

    def documents_late(self, t: int) -> Iterator[Row]:
        for each in self._incoming:
            open_at_t = each.arrived <= t and (each.ended is None or each.ended > t)
            if open_at_t and each.due is not None:
                yield each.unit, t, each.due < t, True

    def sent(self, _: int) -> Iterator[Row]:
        for each in self._outgoing:
            if each.axis:
                yield each.unit, each.issued, each.sent_ok, True

    def dossiers_resolved(self, _: int) -> Iterator[Row]:
        for each in self._dossiers:
            if each.resolved is not None:
                due = each.at(each.resolved)[0]
                yield each.unit, each.resolved, day(each.resolved) <= day(due), True

    def dossiers_open(self, t: int) -> Iterator[tuple[str, bool, bool]]:
        for each in self._dossiers:
            if each.received <= t and (each.ended is None or each.ended > t):
                yield each.unit, each.overdue(t), each.at(t)[1]

    def online(self, _: int) -> Iterator[Row]:
        for each in self._dossiers:
            yield each.unit, each.received, each.online, True

    def electronic(self, _: int) -> Iterator[Row]:
        for each in self._dossiers:
            if each.resolved is not None and each.approved:
                yield each.unit, each.resolved, each.electronic, True

    def feedback(self, t: int) -> Iterator[Row]:
        for each in self._feedback:
            handled = each.handled is not None and each.handled <= t
            if each.due < t or handled:
                in_time = handled and each.handled is not None and day(each.handled) <= day(each.due)
                yield each.unit, each.due, in_time, True

    def synced(self, t: int) -> Iterator[Row]:
        for each in self._changes:
            settled = each.limit if each.synced is None else min(each.limit, each.synced)
            if settled <= t:
                in_time = each.synced is not None and each.synced <= each.limit
                yield each.unit, settled, in_time, True

    def documents_overdue(self, t: int) -> list[Row]:
        return [(unit, t, False, late) for unit, _, late, _ in self.documents_late(t)]

    def dossiers_overdue(self, t: int) -> list[Row]:
        return [(unit, t, False, late) for unit, late, _ in self.dossiers_open(t)]


FLOWS: dict[str, Callable[[Oracle, int], Iterator[Row]]] = {
    "doc_digital_exchange_rate": Oracle.digital_exchange,
    "doc_registered_on_time_rate": Oracle.registered,
    "doc_on_time_rate": Oracle.documents_ended,
    "doc_sent_on_time_rate": Oracle.sent,
    "dossier_on_time_rate": Oracle.dossiers_resolved,
    "online_dossier_rate": Oracle.online,
    "e_result_rate": Oracle.electronic,
    "feedback_on_time_rate": Oracle.feedback,
    "hr_sync_sla_rate": Oracle.synced,
}
STOCKS: dict[str, Callable[[Oracle, int], list[Row]]] = {
    "doc_on_time_rate": Oracle.documents_overdue,
    "doc_overdue_open": lambda oracle, t: list(oracle.documents_late(t)),
    "dossier_on_time_rate": Oracle.dossiers_overdue,
    "dossier_overdue_open": lambda oracle, t: [
        (unit, t, late and running, True) for unit, late, running in oracle.dossiers_open(t)
    ],
}
COVERAGES: dict[str, Callable[[Oracle], people.Held]] = {
    "hr_record_coverage": lambda oracle: oracle._records,
    "hr_credential_coverage": lambda oracle: oracle._credentials,
    "dx_training_coverage": lambda oracle: oracle._courses,
}
ALL = tuple(sorted({*FLOWS, *STOCKS, *COVERAGES}))
