"""`ioc simulate`: a ministry's events, seeded."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.clock import VIETNAM, SystemClock

LIVE_EVENTS = 36_000
LIVE_RATE = 20.0
DAYS = 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


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
    from ioc.cli.attached import attached
    from ioc.reference import Catalogue
    from ioc.settings import load
    from producers.simulator import sinks
    from producers.simulator.backfill import Backfill, Plan
    from producers.simulator.journal import Journal
    from producers.simulator.run import run_backfill, run_live
    from producers.simulator.standing import Stock

    clock = SystemClock()
    count = events if events is not None else LIVE_EVENTS if live else fail("--events: expected a number", 2)
    found = load(data) if dry_run or out is not None else attached(data)
    told = found.data / f"simulated-{seed}"
    if live and told.exists():
        count = 0  # started again after a fall: the past is told already
    begin, end = _span(start, days, clock.now())
    plan = Plan(seed=seed, events=count, start=begin, end=end, stock=Stock() if live else None)
    past = Backfill(Catalogue.load(found.catalogue), found.tenant, plan, clock)
    sink: sinks.Sink = sinks.Stream(found.kafka)
    if dry_run:
        sink = sinks.Nowhere()
    elif out is not None:
        sink = sinks.File(out)
    began = clock.monotonic()
    progress = _progress(count)
    with Journal(oracle) as journal:
        if live:
            steady = LIVE_RATE if rate is None else rate
            sent = asyncio.run(run_live(past, sink, journal, clock, steady, progress, _ready(steady, told)))
        else:
            sent = 0
            asyncio.run(run_backfill(past, sink, journal, clock, rate or 0, progress))
        summary = {
            "seed": seed,
            **journal.summary(),
            "live": sent,
            "seconds": round(clock.monotonic() - began, 2),
        }
    if as_json:
        print_json(summary)
    else:
        say(f"{summary['events']} sự kiện trong {summary['seconds']} giây: {summary['expected']}")


def _ready(rate: float, told: Path) -> Callable[[], None]:
    def ready() -> None:
        if told.parent.is_dir():
            told.touch()
        say(f"Lịch sử đã nạp; phát trực tiếp {rate:g} sự kiện/giây. Ctrl-C để dừng.")

    return ready


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


def _progress(total: int) -> Callable[[int], None]:
    """A bar on a terminal, else a line every tenth; always on stderr."""
    shown = -1

    def tell(done: int) -> None:
        nonlocal shown
        tenths = done * 10 // max(total, 1)
        if sys.stderr.isatty():
            share = done * 40 // max(total, 1)
            end = "\n" if done >= total else ""
            sys.stderr.write(f"\r[{'█' * share}{'·' * (40 - share)}] {done}/{total}{end}")
            sys.stderr.flush()
        elif tenths > shown:
            shown = tenths
            sys.stderr.write(f"{done}/{total}\n")
            sys.stderr.flush()

    return tell
