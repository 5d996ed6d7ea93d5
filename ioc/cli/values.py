"""`ioc value`, `ioc explain`: the numbers, as known and as shown, and where they come from."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from ioc.cli import explaining
from ioc.cli.output import Data, Json, fail, print_json, say


class WindowName(StrEnum):
    day = "day"
    week = "week"
    month = "month"
    ytd = "ytd"


Unit = Annotated[str, typer.Option("--unit", help="Code of the unit; default: the whole organisation.")]
Span = Annotated[WindowName, typer.Option("--window", help="The window that contains the date.")]
On = Annotated[str, typer.Option("--on", help="A date, YYYY-MM-DD; default: today.")]
AsPublished = Annotated[
    str,
    typer.Option(help="YYYY-MM-DD: what was shown when that day ended, beside what is known now."),
]
Dim = Annotated[str, typer.Option("--dim", help="One of the KPI's kinds: credential, source, pillar.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(value)
    app.command()(explain)


def value(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI.")],
    unit: Unit = "",
    window: Span = WindowName.day,
    on: On = "",
    dim: Dim = "",
    as_published: AsPublished = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """One number, with what it was made from and whether it can be trusted."""
    if as_published and on:
        fail("--as-published names the date itself; leave --on out", 2)
    asked = Asked(data, kpi, unit, window, as_published or on, dim)
    if as_published and asked.on > asked.today:
        asked.store.close()
        fail(f"--as-published {as_published} has not come yet; expected a date up to today", 2)
    document = asked.as_published() if as_published else asked.value()
    asked.store.close()
    if json:
        print_json(document)
    elif as_published:
        _say_published(document)
    else:
        _say_value(document)


def explain(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI.")],
    unit: Unit = "",
    window: Span = WindowName.day,
    on: On = "",
    dim: Dim = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """The cases and events behind a number."""
    asked = Asked(data, kpi, unit, window, on, dim)
    document = explaining.document(asked)
    if json:
        print_json(document)
    else:
        explaining.in_words(document)


class Asked:
    """A question checked against the catalogue, and a store to answer it from."""

    def __init__(self, data: Any, kpi: str, unit: str, window: WindowName, on: str, dim: str) -> None:
        from ioc.cli.attached import attached
        from ioc.clock import SystemClock
        from ioc.kpis import Kpis
        from ioc.reference import Catalogue
        from storage import decisions, values
        from storage.client import Store

        self.settings = attached(data)
        self.catalogue = Catalogue.load(self.settings.catalogue)
        self.kpis = Kpis.load(self.settings.catalogue)
        if kpi not in self.kpis:
            fail(f"no KPI {kpi!r}; expected one of {', '.join(self.kpis)}", 2)
        self.kpi = self.kpis[kpi]
        self.unit = unit or self.settings.tenant
        if self.unit not in self.catalogue.units.codes:
            fail(f"no unit {self.unit!r} in units.yaml; expected a code such as {self.settings.tenant}", 2)
        if dim and not self.kpi.dim:
            fail(f"{kpi} has no kinds; leave --dim {dim!r} out", 2)
        if not dim.replace("_", "").isalnum() and dim:
            fail(f"--dim {dim!r} is no kind; expected lower-case letters, digits and _", 2)
        self.dim = dim
        self.now = round(SystemClock().now().timestamp() * 1000)
        self.today = values.today(self.now)
        self.on = _date(on) or self.today
        self.window = values.window(window.value, self.on, self.now)
        self.store = Store(self.settings.clickhouse)
        self.kpis = decisions.decided(self.store, self.settings.tenant, self.kpis)
        self.kpi = self.kpis.on(self.window.last)[kpi]

    def value(self) -> dict[str, Any]:
        """The document of `ioc value`."""
        from storage import published, trust

        now, on = self.now, self.window.last
        found = self.found()
        sources = trust.heard(self.store, self.catalogue, self.settings.tenant)
        at = min(now, self.window.t)  # of a window that is over: whose sources still spoke when it ended
        said = trust.trust(self.kpi, self.unit, sources, self.catalogue, on, at, self.kpis)
        tick = trust.last_tick(self.store)
        reach = published.reach(said, tick)
        fresh = published.fresh(said, tick, self.window, now)
        shown = found.value if found and reach is not None else None
        target = self.kpi.target(on, self.dim)
        cases = found.cases if found else 0
        return {
            "kpi": self.kpi.id,
            "unit": self.unit,
            "window": self.window.name,
            "value": shown,
            "numerator": found.numerator if found else 0,
            "denominator": found.denominator if found else 0,
            "cases": cases,
            "target": target,
            "band": published.band(self.kpi, shown, cases, target, fresh=fresh),
            "as_of": _iso(reach),
            "fresh": fresh,
            "coverage": {"units": said.covered, "expected": said.expected},
            "restated": self._restated(),
        }

    def as_published(self) -> dict[str, Any]:
        """The document of `ioc value --as-published`: the window as it stood when that day ended."""
        day = self.on
        found = self._compared(day)
        then, known = found.then, found.known
        nothing = f"ngày {day:%d/%m/%Y} bảng không hiển thị con số này" if then is None else None
        return {
            "kpi": self.kpi.id,
            "unit": self.unit,
            "window": self.window.name,
            "as_published": day.isoformat(),
            **(_counts(then) if then else dict.fromkeys(COUNTS)),
            "shown_at": _iso(then.at) if then else None,
            "message": nothing,
            "now": _counts(known) if known else None,
            "restated": found.restated,
        }

    def _restated(self) -> bool:
        """Whether what is over of the window is known otherwise than it was shown when its last day ended."""
        from storage import history

        day = history.closed(self.window, self.now)
        return day is not None and self._compared(day).restated

    def _compared(self, day: date) -> Any:
        from storage import history

        return history.compare(
            self.store,
            self.kpi,
            self.kpis,
            self.window.name,
            day,
            self.now,
            tenant=self.settings.tenant,
            unit=self.unit,
            dim=self.dim,
        )

    def found(self) -> Any:
        from storage import published, values

        tenant = self.settings.tenant
        if self.kpi.gauge and self.window.t < self.now:
            return published.shown(self.store, self.kpi, self.window, tenant, self.unit, self.dim)
        found = values.compute(
            self.store, [self.kpi], [self.window], tenant=tenant, unit=self.unit, every=self.kpis
        )
        return next((each for each in found if each.dim == self.dim), None)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is not a date; expected YYYY-MM-DD", 2)


def _iso(at: int | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


COUNTS = ("value", "numerator", "denominator", "cases")


def _counts(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in COUNTS}


def _said(value: float | None) -> str:
    return "không có dữ liệu" if value is None else f"{value:.2f}".replace(".", ",")


def _say_published(document: Mapping[str, Any]) -> None:
    head = f"{document['kpi']}  {document['unit']}  {document['window']}, ngày {document['as_published']}"
    known = "không tính lại được" if document["now"] is None else _said(document["now"]["value"])
    mark = "  ☐ điều chỉnh" if document["restated"] else ""
    then = document["message"] or "đã hiển thị " + _said(document["value"])
    say(f"{head}: {then}; nay biết là {known}{mark}")


def _say_value(document: Mapping[str, Any]) -> None:
    shown = _said(document["value"])
    old = "" if document["fresh"] else "  DỮ LIỆU CŨ"
    old += "  ☐ điều chỉnh" if document["restated"] else ""
    parts = f"{document['numerator']} / {document['denominator']}, {document['cases']} hồ sơ, sự việc"
    say(f"{document['kpi']}  {document['unit']}  {document['window']}: {shown} ({parts}){old}")
