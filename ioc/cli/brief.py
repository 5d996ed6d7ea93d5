"""`ioc brief`: the document for the weekly meeting."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.cli.values import Unit
from ioc.messages import FIRST, LANGUAGES, chosen, speaking


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(brief)


def brief(
    week: Annotated[str, typer.Option(help="Tuần, 2026-W47; mặc định: tuần vừa qua.")] = "",
    on: Annotated[str, typer.Option("--date", help="YYYY-MM-DD: tuần có ngày này, đến hết ngày này.")] = "",
    unit: Unit = "",
    form: Annotated[str, typer.Option("--format", help="html, docx hoặc pdf; mặc định: theo đuôi tệp.")] = "",
    out: Annotated[Path | None, typer.Option(help="Tệp để ghi.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Lập các báo cáo đến kỳ mà chưa có.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Với --due: thư mục; mặc định: briefs/.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="vi hoặc en.")] = FIRST,
    data: Data = None,
    json: Json = False,
) -> None:
    """Báo cáo giao ban: số liệu tuần, thay đổi, việc cần xử lý, danh sách quá hạn, căn cứ."""
    if due:
        if week or on or unit or form or out or lang != FIRST:
            fail("--due makes what the schedule of brief.yaml names; expected only --dir with it", 2)
        _due(data, folder, json=json)
        return
    if week and on:
        fail("--week and --date name the same thing; expected one of them", 2)
    if folder is not None:
        fail("--dir belongs to --due; expected --out FILE", 2)
    if out is None:
        fail("no --out; expected a file such as giao-ban.pdf", 2)
    tongue = chosen(lang)
    if lang != tongue:
        fail(f"language {lang!r}; expected one of {', '.join(LANGUAGES)}", 2)
    with speaking(tongue):
        _one(data, week, on, unit, form, out, json=json)


def _one(data: Any, week: str, on: str, unit: str, form: str, out: Path, *, json: bool) -> None:
    from dashboards.brief.making import keep, make, written
    from dashboards.brief.reading import Desk
    from ioc.cli.attached import attached
    from ioc.clock import VIETNAM, SystemClock

    now = SystemClock().now()
    told = _week(week, on, now.astimezone(VIETNAM).date())
    chosen = _format(form, out)
    settings = attached(data)
    desk = Desk.open(settings)
    try:
        code = unit or settings.tenant
        if code not in desk.catalogue.units.codes:
            fail(f"no unit {code!r} in units.yaml; expected a code such as {settings.tenant}", 2)
        made = make(desk, code, told, round(now.timestamp() * 1000))
    finally:
        desk.close()
    try:
        keep(out, written(made, chosen))
    except OSError as error:
        fail(f"{out} cannot be written ({error.__class__.__name__})")
    document = {
        "file": str(out),
        "format": chosen,
        "unit": code,
        "week": told.code,
        "as_of": made.as_of.isoformat().replace("+00:00", "Z"),
        "matters": len(made.matters),
    }
    if json:
        print_json(document)
    else:
        say(f"{out}: {made.title}, {made.unit}, số liệu tính đến {made.as_of_said}")


def _week(week: str, on: str, today: date) -> Any:
    """The week to tell: as named, up to a date, or the last one that is over. Leaves with 2 if it is none."""
    from datetime import timedelta

    from ioc.briefing import NoSuchWeek, Week

    if on:
        try:
            until = date.fromisoformat(on)
        except ValueError:
            fail(f"{on!r} is not a date; expected YYYY-MM-DD", 2)
        told = Week.until(until)
    elif week:
        try:
            told = Week.parse(week)
        except NoSuchWeek as error:
            fail(str(error), 2)
    else:
        told = Week.of(today - timedelta(days=7))
    begun = told.last if on else told.start
    if begun > today:
        fail(f"{on or week} has not come yet; expected a week or a date up to today", 2)
    return told


def _format(form: str, out: Path) -> Any:
    from ioc.briefing import FORMATS

    chosen = form or out.suffix.lstrip(".").lower()
    if chosen not in FORMATS:
        fail(f"format {chosen!r}; expected one of {', '.join(FORMATS)}, or a file with such a suffix", 2)
    return chosen


def _due(data: Any, folder: Path | None, *, json: bool) -> None:
    from dashboards.brief.making import due, keep, make, written
    from dashboards.brief.reading import Desk
    from ioc.briefing import FOLDER
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock

    settings = attached(data)
    now = SystemClock().now()
    made: dict[Any, Any] = {}
    files = []
    desk = Desk.open(settings)
    try:
        for path, unit, week, form in due(desk, folder or settings.data / FOLDER, now):
            if (unit, week) not in made:
                made[unit, week] = make(desk, unit, week, round(now.timestamp() * 1000))
            try:
                keep(path, written(made[unit, week], form))
            except OSError as error:
                fail(f"{path} cannot be written ({error.__class__.__name__})")
            files.append(str(path))
    finally:
        desk.close()
    if json:
        print_json({"written": files})
    else:
        say("\n".join(files) if files else "không có báo cáo nào đến kỳ mà chưa lập")
