"""`ioc forecast`: will a dated target be met?"""

import os
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.cli.values import Dim, Unit

LOWEST_PRIORITY = 19


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forecast)


def forecast(
    kpi: Annotated[str, typer.Argument(help="Mã chỉ tiêu (id of the KPI).")] = "",
    unit: Unit = "",
    dim: Dim = "",
    every: Annotated[bool, typer.Option("--all", help="Mọi chỉ tiêu có mốc, mọi đơn vị.")] = False,
    keep: Annotated[
        bool, typer.Option("--write", help="Với --all: lưu cho bảng; hằng ngày tự chạy.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Dự báo đến hạn: có kịp mục tiêu không, giá trị dự kiến và khoảng tin cậy, sai số kiểm trên quá khứ."""
    if bool(kpi) == every:
        fail("expected the id of one KPI, or --all", 2)
    if keep and not every:
        fail("--write keeps the forecasts of a whole day; expected --all with it", 2)
    if keep:
        os.nice(LOWEST_PRIORITY)  # numbers that are needed now go first
    documents = _all(data, keep=keep) if every else [_one(data, kpi, unit, dim)]
    if json:
        print_json(documents if every else documents[0])
    else:
        for document in documents:
            say(in_words(document))


def _one(data: Any, kpi: str, unit: str, dim: str) -> dict[str, Any]:
    from ioc.cli.values import Asked, WindowName
    from ioc.forecast.outlook import document
    from storage import forecasts

    asked = Asked(data, kpi, unit, WindowName.week, "", dim)
    tenant = asked.settings.tenant
    found = forecasts.forecast(
        asked.store, asked.kpi, asked.kpis, tenant=tenant, unit=asked.unit, dim=asked.dim, now=asked.now
    )
    asked.store.close()
    return document(found.kpi, found.unit, found.dim, found.outlook)


def _all(data: Any, *, keep: bool) -> list[dict[str, Any]]:
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from ioc.forecast.outlook import document
    from ioc.kpis import Kpis
    from ioc.reference import Catalogue
    from storage import decisions, forecasts
    from storage.client import Store
    from storage.windows import today

    settings = attached(data)
    now = round(SystemClock().now().timestamp() * 1000)
    units = sorted(each.code for each in Catalogue.load(settings.catalogue).units.valid(today(now)))
    store, tenant = Store(settings.clickhouse), settings.tenant
    kpis = decisions.decided(store, tenant, Kpis.load(settings.catalogue))
    found = list(forecasts.everything(store, kpis, tenant=tenant, units=units, now=now))
    if keep:
        forecasts.write(store, found, tenant=tenant, now=now)
    store.close()
    return [document(each.kpi, each.unit, each.dim, each.outlook) for each in found]


def in_words(document: Mapping[str, Any]) -> str:
    """One line for a person."""
    head = f"{document['kpi']}  {document['unit']}: {document['message']}"
    observed, backtest = document["observed"], document["backtest"]
    now = f"; tuần gần nhất {_said(observed['value'])}" if observed else ""
    if document["expected"] is None:
        return head + now
    span = f"{document['level']:.0%}: {_said(document['low'])} – {_said(document['high'])}"
    error = f"{_said(backtest['error'])} ở {backtest['horizon_days']} ngày"
    return (
        f"{head} {_said(document['target'])} vào {_day(document['deadline'])};"
        f" dự kiến {_said(document['expected'])} ({span}){now}; sai số kiểm trên quá khứ {error}"
    )


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"


def _said(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
