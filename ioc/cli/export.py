"""`ioc export`: what the centre gives away."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ioc.cli.output import Data, Json, fail, print_json, say

LONGEST_DAYS = 3 * 366


def register(app: typer.Typer) -> None:
    """Add the commands."""
    export = typer.Typer(no_args_is_help=True, help="Dữ liệu mở (open data): tổng hợp, không cá nhân.")
    export.callback()(lambda: None)
    export.command("values")(values)
    app.add_typer(export, name="export")


def values(
    first: Annotated[str, typer.Option("--from", help="Ngày đầu, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Ngày cuối, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="Tệp để ghi; từ điển dữ liệu: FILE.dictionary.json.")],
    form: Annotated[
        str, typer.Option("--format", help="csv, json hoặc parquet; mặc định: theo đuôi tệp.")
    ] = "",
    kpi: Annotated[list[str] | None, typer.Option(help="Chỉ những chỉ tiêu này; mặc định: tất cả.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Số liệu tổng hợp theo ngày và đơn vị, với từ điển dữ liệu bên cạnh."""
    span = _day(first, "--from"), _day(last, "--to")
    if span[0] > span[1]:
        fail(f"--from {first} is after --to {last}; expected the earlier day first", 2)
    if (span[1] - span[0]).days > LONGEST_DAYS:
        fail(f"{first} to {last} is more than {LONGEST_DAYS} days; expected a shorter span", 2)
    written = _written(data, span, out, form, tuple(kpi or ()))
    if json:
        print_json(written)
    else:
        say(f"{written['file']}: {written['rows']} dòng; từ điển dữ liệu: {written['dictionary']}")


def _written(
    data: Any, span: tuple[date, date], out: Path, form: str, asked: tuple[str, ...]
) -> dict[str, Any]:
    from dashboards.opendata.reading import rows
    from dashboards.opendata.writing import FORMATS, written
    from ioc.cli.attached import attached
    from ioc.kpis import Kpis
    from ioc.opendata import dictionary
    from storage import decisions
    from storage.client import Store

    chosen: Any = form or out.suffix.lstrip(".").lower()
    if chosen not in FORMATS:
        fail(f"format {chosen!r}; expected one of {', '.join(FORMATS)}, or a file with such a suffix", 2)
    settings = attached(data)
    every = Kpis.load(settings.catalogue)
    if missing := [each for each in asked if each not in every]:
        fail(f"no KPI {missing[0]!r}; expected one of {', '.join(every)}", 2)
    kpis = {kpi: every[kpi] for kpi in every if not asked or kpi in asked}
    store = Store(settings.clickhouse, role="reader", timeout=120)
    try:
        found = list(rows(store, kpis, settings.tenant, *span))
        held = decisions.decided(store, settings.tenant, every).on(span[1])
    finally:
        store.close()
    beside = out.with_name(f"{out.name}.dictionary.json")
    said = dictionary({kpi: held[kpi] for kpi in kpis}, *span)
    told = orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(written(found, chosen))
        beside.write_bytes(told)
    except OSError as error:
        fail(f"{out} cannot be written ({error.__class__.__name__})")
    return {"file": str(out), "dictionary": str(beside), "format": chosen, "rows": len(found)}


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text!r} is not a date; expected YYYY-MM-DD", 2)
