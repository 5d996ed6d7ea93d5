"""`ioc adoption`: is the centre used? The same numbers as the page `/adoption`."""

import asyncio
from typing import Annotated

import typer

from ioc.cli.output import Data, Json, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(adoption)


def adoption(
    days: Annotated[int, typer.Option("--days", min=1, max=750, help="Số ngày, tính cả hôm nay.")] = 28,
    data: Data = None,
    json: Json = False,
) -> None:
    """Mức sử dụng: lượt xem theo ngày, vai trò, trang; cảnh báo được xử lý; báo cáo được mở."""
    from dashboards.console import adopting
    from dashboards.console.reading import Reading
    from ioc.alerts import Rules
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from ioc.reference import Catalogue

    settings = attached(data)
    reading = Reading.of(settings.clickhouse, settings.tenant)
    calendar, rules = Catalogue.load(settings.catalogue).calendar, Rules.load(settings.catalogue)
    found = asyncio.run(adopting.adoption(reading, rules, calendar, SystemClock().now(), days))
    if json:
        print_json(found.document())
        return
    for (page, role), views in found.by("page", "role"):
        say(f"{views:>8}  {page:<28} {role or '-'}")
    acted = found.alerts
    in_time = f"{acted.in_time}/{acted.limited} đúng hạn"
    say(f"{acted.raised} cảnh báo, {acted.acknowledged} được tiếp nhận, {in_time}.")
    say(f"{found.briefs} lượt mở báo cáo giao ban.")
