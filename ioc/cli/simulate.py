"""`ioc simulate`: a ministry's events, seeded."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.cli import progress
from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.clock import VIETNAM, SystemClock

if TYPE_CHECKING:
    from ioc.settings import Settings
    from producers.simulator.journal import Journal
    from producers.simulator.sinks import Sink

LIVE_EVENTS = 36_000
LIVE_RATE = 20.0
DAYS = 30
FIRST_YEAR = 2020


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


@dataclass(frozen=True)
class _Run:
    """What every way of simulating needs."""

    settings: "Settings"
    sink: "Sink"
    journal: "Journal"
    clock: SystemClock
    seed: int
    rate: float | None


def simulate(
    seed: Annotated[int, typer.Option(help="The same seed makes the same ministry.")] = 1,
    rate: Annotated[
        float | None, typer.Option(min=0, help="Events a second; 0: as fast as it goes. Live: 20.")
    ] = None,
    events: Annotated[
        int | None, typer.Option(min=0, help="How many events of the past; live: 36000.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=1000, help="How many days they are spread over.")] = DAYS,
    start: Annotated[
        str | None, typer.Option(help="First day, YYYY-MM-DD; default: so that it ends now.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(min=FIRST_YEAR, help="A whole year instead, as far as it has passed.")
    ] = None,
    volume: Annotated[
        float | None,
        typer.Option(min=0.001, max=5, help="Of the year: 1 is 600 incoming documents a working day."),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="As fast as it goes, the same as --rate 0.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Then go on in real time until stopped.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the events to this ndjson file instead of Kafka.")
    ] = None,
    oracle: Annotated[
        Path | None, typer.Option(help="Append every record and its expected verdict to this file first.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Generate, but send nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Send simulated events of all sources straight into Kafka."""
    from producers.simulator.journal import Journal

    if fast and rate:
        fail(f"--fast: goes as fast as it can, expected no --rate {rate:g} beside it", 2)
    _agree(year, volume, others=live or events is not None or start is not None)
    count = events if events is not None else LIVE_EVENTS
    if year is None and events is None and not live:
        fail("--events: expected a number", 2)
    clock = SystemClock()
    found, sink = _place(data, out, dry_run=dry_run)
    began = clock.monotonic()
    with Journal(oracle) as journal:
        run = _Run(found, sink, journal, clock, seed, 0 if fast else rate)
        if year is not None:
            told = _year(run, year, volume)
        elif live:
            told = {"live": _live(run, count, start, days)}
        else:
            told = _past(run, count, start, days)
        seconds = round(clock.monotonic() - began, 2)
        summary = {"seed": seed, **journal.summary(), "live": 0, **told, "seconds": seconds}
    if as_json:
        print_json(summary)
    else:
        say(f"{summary['events']} sự kiện trong {seconds} giây: {summary['expected']}")


def _agree(year: int | None, volume: float | None, *, others: bool) -> None:
    if year is None and volume is not None:
        fail("--volume: is a share of a year, expected --year beside it", 2)
    if year is not None and others:
        fail("--year: is the whole year, expected none of --events, --start, --live beside it", 2)


def _place(data: Path | None, out: Path | None, *, dry_run: bool) -> "tuple[Settings, Sink]":
    """Where the catalogue is, and where the records go."""
    from ioc.cli.attached import attached
    from ioc.settings import load
    from producers.simulator.sinks import File, Nowhere, Stream

    if dry_run:
        return load(data), Nowhere()
    if out is not None:
        return load(data), File(out)
    found = attached(data)
    return found, Stream(found.kafka)


def _year(run: _Run, year: int, volume: float | None) -> dict[str, object]:
    """The year, until it ends or until now."""
    from ioc.reference import Catalogue
    from producers.simulator.run import run_backfill
    from producers.simulator.year import VOLUME, Span, Year

    span = Span(year, run.clock.now())
    if span.start >= span.now:
        fail(f"--year: {year} has not begun, expected a year of which some has passed", 2)
    share = VOLUME if volume is None else volume
    catalogue = Catalogue.load(run.settings.catalogue)
    told = Year(catalogue, run.settings.tenant, run.seed, span, share)
    tell = progress.bar(lambda _: told.reached)
    asyncio.run(run_backfill(told, run.sink, run.journal, run.clock, run.rate or 0, tell))
    progress.finished(run.journal.verdicts.total())
    ends = {"from": span.start.isoformat(), "to": span.end.isoformat()}
    return {"year": year, "volume": share, **ends}


def _past(run: _Run, count: int, start: str | None, days: int) -> dict[str, object]:
    """So many events of the last days."""
    from ioc.reference import Catalogue
    from producers.simulator.backfill import Backfill, Plan
    from producers.simulator.run import run_backfill

    begin, end = _span(start, days, run.clock.now())
    plan = Plan(seed=run.seed, events=count, start=begin, end=end)
    past = Backfill(Catalogue.load(run.settings.catalogue), run.settings.tenant, plan, run.clock)
    tell = progress.bar(lambda sent: sent / max(count, 1))
    asyncio.run(run_backfill(past, run.sink, run.journal, run.clock, run.rate or 0, tell))
    progress.finished(count)
    return {}


def _live(run: _Run, count: int, start: str | None, days: int) -> int:
    """The past, unless it is told already (started again after a fall), then the present until stopped."""
    from ioc.reference import Catalogue
    from producers.simulator.backfill import Backfill, Plan
    from producers.simulator.run import run_live
    from producers.simulator.standing import Stock

    marked = run.settings.data / f"simulated-{run.seed}"
    count = 0 if marked.exists() else count
    begin, end = _span(start, days, run.clock.now())
    plan = Plan(seed=run.seed, events=count, start=begin, end=end, stock=Stock())
    past = Backfill(Catalogue.load(run.settings.catalogue), run.settings.tenant, plan, run.clock)
    rate = LIVE_RATE if run.rate is None else run.rate

    def ready() -> None:
        progress.finished(count)
        if marked.parent.is_dir():
            marked.touch()
        say(f"Lịch sử đã nạp; phát trực tiếp {rate:g} sự kiện/giây. Ctrl-C để dừng.")

    tell = progress.bar(lambda sent: sent / max(count, 1))
    return asyncio.run(run_live(past, run.sink, run.journal, run.clock, rate, tell, ready))


def _span(start: str | None, days: int, now: datetime) -> tuple[datetime, datetime]:
    if start is None:
        return now - timedelta(days=days), now
    try:
        begin = datetime.strptime(start, "%Y-%m-%d").replace(tzinfo=VIETNAM).astimezone(UTC)
    except ValueError:
        fail(f"--start: {start!r} is not a date, expected YYYY-MM-DD", 2)
    if begin >= now:
        fail(f"--start: {start} lies ahead, expected a day in the past", 2)
    return begin, min(begin + timedelta(days=days), now)
