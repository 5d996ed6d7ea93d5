"""The SQL behind our own score by QĐ 766: which cases a line counts, and what its expressions may use.

See the head of `ioc/catalogue/qd766.yaml` for the words `on`, `during`, `end`, `now` and the names offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ioc.qd766 import Line, Own
from storage.cells import ZONE, instant
from storage.measuring import paths_sql

SPANS = ("active", "level", "eligible", "fee", "fee_offered", "citizen", "connected", "paper", "complete")
"""What a procedure's spans of time carry, as stage_*."""
BY_DATE = "toDate({}, " + ZONE + ")"


@dataclass(frozen=True)
class Span:
    """A period as far as it has gone: `t` its end, or now; `now` the instant of asking; ms since 1970."""

    start: date
    last: date
    t: int
    now: int


def counts_sql(shared: Sequence[Line], span: Span, tenant: str, unit: str | None) -> str:
    """Numerator and denominator of lines that share a scan, for every unit or for one."""
    owns = [own for line in shared if (own := line.metric.own) is not None]
    sums = ", ".join(f"toInt64({own.numerator}), toInt64({own.denominator})" for own in owns)
    only = f" AND p.ancestor = '{unit}'" if unit else ""
    return (
        f"SELECT p.ancestor, {sums} FROM ({_Scan(span, tenant, owns[0]).sql()}) AS c"  # noqa: S608
        f" INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.unit"
        f" WHERE c.path_day >= p.valid_from AND c.path_day < p.valid_to{only} GROUP BY p.ancestor"
    )


def cases_sql(line: Line, span: Span, tenant: str, unit: str) -> str:
    """The same counts case by case: subject, unit, day, numerator, denominator."""
    own = line.metric.own
    if own is None:
        raise ValueError(f"{line.metric.id} is counted from no case")
    return (
        f"SELECT c.subject, c.unit, c.path_day, toInt64({own.numerator}) AS n,"  # noqa: S608
        f" toInt64({own.denominator}) AS d FROM ({_Scan(span, tenant, own).sql()}) AS c"
        f" INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.unit"
        f" WHERE c.path_day >= p.valid_from AND c.path_day < p.valid_to AND p.ancestor = '{unit}'"
        " GROUP BY c.subject, c.unit, c.path_day HAVING n != 0 OR d != 0 ORDER BY c.path_day, c.subject"
    )


class _Scan:
    """One scan of a case view over a span."""

    def __init__(self, span: Span, tenant: str, own: Own) -> None:
        self._own = own
        self._tenant = tenant
        self._t = instant(span.now if own.taken == "now" else span.t)
        self._start = f"toDateTime64('{span.start.isoformat()} 00:00:00', 3, {ZONE})"
        # The last instant before t: at midnight t itself belongs to the next day.
        self._last_day = BY_DATE.format(f"({self._t} - INTERVAL 1 MILLISECOND)")

    def sql(self) -> str:
        """The scan with `t`, `last_day`, `path_day` (whose tree decides) and the names of its view."""
        if self._own.view == "procedure":
            return self._announced() if self._own.taken == "on" else self._standing()
        names = [f"{self._paper()} AS paper"] if self._own.view == "dossier" else []
        if self._own.taken == "on":
            day, held = str(self._own.day), self._inside(str(self._own.day))
        else:
            day, held = "opened_at", f"opened_at < t AND (isNull(ended_at) OR ended_at >= {self._start})"
            names.append(f"{self._in_time()} AS in_time")
        return self._select([f"assumeNotNull({BY_DATE.format(day)}) AS path_day", *names], held)

    def _select(self, names: Sequence[str], held: str, joined: str = "") -> str:
        return (
            f"SELECT *, {self._t} AS t, {self._last_day} AS last_day, {', '.join(names)}"  # noqa: S608
            f" FROM {self._cases(self._own.view)}{joined}"
            f" WHERE tenant = '{self._tenant}' AND isNotNull(opened_at) AND {held}"
        )

    def _cases(self, view: str) -> str:
        return f"ioc.cases_{view} FINAL"

    def _inside(self, column: str) -> str:
        return f"{column} >= {self._start} AND {column} < {self._t}"

    def _in_time(self) -> str:
        """Ended, or still open, within the limit, compared by date as the portal does.

        Of an open dossier the span says what is due: nothing while a pause lasts that began in time. An open
        supplement request counts as the end, also when it was sent in the evening of the last day; a second
        one makes late.
        """
        end, due = BY_DATE.format("ended_at"), BY_DATE.format("due_at")
        ended = "isNotNull(ended_at) AND ended_at < t"
        if self._own.view == "feedback":
            return f"ifNull(if({ended}, {end} <= {due}, {due} >= last_day), 1)"
        then = "stage_due[arrayFirstIndex((a, b) -> a < t AND b >= t, stage_from, stage_to)]"
        asked = BY_DATE.format("supplement_at")
        return (
            f"rounds < 2 AND ifNull(multiIf({ended}, {end} <= {due},"
            f" isNotNull(supplement_at) AND supplement_at < t AND {asked} <= {due}, 1,"
            f" {BY_DATE.format(then)} >= last_day), 1)"
        )

    def _paper(self) -> str:
        """Whether a paper result is due: as the dossier says, else as its procedure does now."""
        ending = (
            f"SELECT subject FROM {self._cases('procedure')}"  # noqa: S608
            f" WHERE tenant = '{self._tenant}' AND ifNull(stage_paper[-1], 0) = 1"
        )
        return f"ifNull(paper_result, toUInt8(procedure_code IN ({ending})))"

    def _announced(self) -> str:
        """Procedures with an announcement in the span; one that was late makes its procedure late."""
        column = str(self._own.day)
        flags = [
            f"arrayAll((a, ok) -> NOT ({self._inside('a')}) OR ok, {column}, {flag}) AS {name}"
            for flag, name in (
                ("announcements_in_time", "announced_in_time"),
                ("publications_in_time", "published_in_time"),
            )
        ]
        return self._select(
            ["last_day AS path_day", *flags], f"arrayExists(a -> {self._inside('a')}, {column})"
        )

    def _standing(self) -> str:
        """Procedures by the span that holds at t."""
        arrays = ", ".join(f"stage_{name} AS {name}" for name in SPANS)
        used = self._with_dossier("channel = 'online'", "opened_at")
        paid = self._with_dossier("payments_online > 0", "paid_at")
        return self._select(
            ["last_day AS path_day", f"{used} AS used_online", f"{paid} AS paid_online", *SPANS],
            "span_from < t AND span_to >= t",
            f" ARRAY JOIN stage_from AS span_from, stage_to AS span_to, {arrays}",
        )

    def _with_dossier(self, condition: str, column: str) -> str:
        return (
            f"subject IN (SELECT procedure_code FROM {self._cases('dossier')}"  # noqa: S608
            f" WHERE tenant = '{self._tenant}' AND {condition} AND {self._inside(column)})"
        )
