"""`ioc value`, `ioc explain`, `ioc rebuild`: the numbers, where they come from, and making them anew."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say


class WindowName(StrEnum):
    day = "day"
    week = "week"
    month = "month"
    ytd = "ytd"


Unit = Annotated[str, typer.Option("--unit", help="Code of the unit; default: the whole organisation.")]
Span = Annotated[WindowName, typer.Option("--window", help="The window that contains the date.")]
On = Annotated[str, typer.Option("--on", help="A date, YYYY-MM-DD; default: today.")]
Dim = Annotated[str, typer.Option("--dim", help="One of the KPI's kinds: credential, source.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(value)
    app.command()(explain)
    app.command()(rebuild)


def value(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI.")],
    unit: Unit = "",
    window: Span = WindowName.day,
    on: On = "",
    dim: Dim = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """One number, with what it was made from and whether it can be trusted."""
    asked = _Asked(data, kpi, unit, window, on, dim)
    document = asked.value()
    if json:
        print_json(document)
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
    asked = _Asked(data, kpi, unit, window, on, dim)
    document = asked.explained()
    if json:
        print_json(document)
        return
    say(f"{document['kpi']} {document['unit']}: {document['numerator']} / {document['denominator']}")
    for case in document["cases"]:
        numbers = f"{case['numerator']}/{case['denominator']}"
        say(f"{case['day']}  {case['unit']}  {numbers}  {case['subject']}  {' '.join(case['events'])}")


class _Asked:
    """A question checked against the catalogue, and a store to answer it from."""

    def __init__(self, data: Any, kpi: str, unit: str, window: WindowName, on: str, dim: str) -> None:
        from ioc.cli.attached import attached
        from ioc.clock import SystemClock
        from ioc.kpis import Kpis
        from ioc.reference import Catalogue
        from storage import values
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
        self.window = values.window(window.value, _date(on) or values.today(self.now), self.now)
        self.store = Store(self.settings.clickhouse)

    def value(self) -> dict[str, Any]:
        """The document of `ioc value`."""
        from storage import published, trust

        now, on = self.now, self.window.last
        found = self._found()
        sources = trust.heard(self.store, self.catalogue, self.settings.tenant)
        said = trust.trust(self.kpi, self.unit, sources, self.catalogue, on, now)
        tick = trust.last_tick(self.store)
        reach = published.reach(said, tick)
        fresh = published.fresh(said, tick, self.window, now)
        shown = found.value if found and reach is not None else None
        target = self.kpi.target(on)
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
        }

    def explained(self) -> dict[str, Any]:
        """The document of `ioc explain`."""
        from storage import explaining

        found = self._found()
        cases = explaining.explain(
            self.store,
            self.kpi,
            self.window,
            tenant=self.settings.tenant,
            unit=self.unit,
            dim=self.dim,
            now=self.now,
        )
        return {
            "kpi": self.kpi.id,
            "unit": self.unit,
            "window": self.window.name,
            "numerator": found.numerator if found else 0,
            "denominator": found.denominator if found else 0,
            "cases": [
                {
                    "subject": case.subject,
                    "unit": case.unit,
                    "day": case.day.isoformat(),
                    "numerator": case.numerator,
                    "denominator": case.denominator,
                    "events": list(case.events),
                }
                for case in cases
            ],
        }

    def _found(self) -> Any:
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
        fail(f"--on {text!r} is not a date; expected YYYY-MM-DD", 2)


def _iso(at: int | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _say_value(document: Mapping[str, Any]) -> None:
    shown = "không có dữ liệu" if document["value"] is None else f"{document['value']:.2f}".replace(".", ",")
    old = "" if document["fresh"] else "  DỮ LIỆU CŨ"
    parts = f"{document['numerator']} / {document['denominator']}, {document['cases']} hồ sơ, sự việc"
    say(f"{document['kpi']}  {document['unit']}  {document['window']}: {shown} ({parts}){old}")


REBUILD_POLL_S = 0.5
PATIENCE_S = 30.0


def rebuild(data: Data = None, json: Json = False) -> None:
    """Make all cases, cells and values anew from the ledger: the running reducer does it, this waits."""
    from ioc.cli.attached import attached
    from storage.client import Store
    from storage.rebuilds import ask, progress

    store = Store(attached(data).clickhouse)
    request = ask(store, round(time.time() * 1000))
    asked, last = time.monotonic(), -1
    while True:
        state = progress(store, request)
        if state.done:
            break
        if not state.running and time.monotonic() - asked > PATIENCE_S:
            fail("no reducer took up the rebuild within 30 s; is the stack running? see `ioc status`")
        if not json and state.events != last:
            say(f"đã dựng lại {state.events} sự kiện")
            last = state.events
        time.sleep(REBUILD_POLL_S)
    result = {"rebuilt": True, "events": state.events, "ticks": state.ticks, "kept": state.message}
    if json:
        print_json(result)
    else:
        say(f"xong: {state.events} sự kiện" + (f"; {state.message}" if state.message else ""))
