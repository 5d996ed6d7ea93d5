"""`ioc wall` and `ioc boards`: the pages people look at, and the boards they are drawn from."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from dashboards.boards.lint import Complaint
    from ioc.kpis import Kpis
    from ioc.settings import ClickHouse, Settings

ASKED_S = 3.0
"""How long the wall waits for the store before it begins with the targets of the files."""
boards = typer.Typer(help="The Grafana boards, generated from the KPI catalogue.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(boards, name="boards")

    @app.command()
    def wall(
        data: Data = None,
        host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    ) -> None:
        """Serve the wall page (Vietnamese), drawn from the generated boards."""
        from dashboards.wall.app import run
        from ioc.settings import Http, load

        settings = load(data)
        where = Http(host=host or settings.wall.host, port=port or settings.wall.port)
        settings = settings.model_copy(update={"wall": where})
        kpis = _decided(settings)
        if settings.catalogue is None and kpis is None:
            run(settings)
            return
        # Another organisation has other names, targets and another root, and two persons may have changed a
        # target: such boards are made here and now.
        from dashboards.boards.generate import write

        boards = settings.data / "boards"
        write(boards, settings.catalogue, kpis=kpis)
        run(settings, boards)


def _decided(settings: "Settings") -> "Kpis | None":
    """The KPIs of today if two persons changed one; None: nobody did, or the store is not there."""
    from ioc.clock import VIETNAM, SystemClock
    from ioc.errors import StoreRefused, StoreUnavailable
    from ioc.kpis import Kpis
    from storage import decisions
    from storage.client import Store

    files = Kpis.load(settings.catalogue)
    store = Store(settings.clickhouse, role="reader", timeout=ASKED_S)
    try:
        decided = decisions.decided(store, settings.tenant, files)
    except (StoreRefused, StoreUnavailable):  # a stack that begins: nothing was decided, or it is asked later
        return None
    finally:
        store.close()
    held = decided.on(SystemClock().now().astimezone(VIETNAM).date())
    return held if {**held} != {**files} else None


@boards.command()
def generate(
    console: Annotated[str, typer.Option(help="Address of the console, for links out of Grafana.")] = "",
    folder: Annotated[
        Path | None, typer.Option(help="Where to write, instead of the project's folder.")
    ] = None,
    catalogue: Annotated[Path | None, typer.Option(help="A ministry's own catalogue.")] = None,
) -> None:
    """Write the boards anew: dashboards/generated/*.json, or a ministry's own in another folder."""
    from dashboards.boards.generate import GENERATED, write

    if folder is None and (console or catalogue is not None):
        fail("--console and --catalogue need --folder: the project's own boards are made without them", 2)
    for path in write(folder or GENERATED, catalogue, console):
        say(f"{path.name} written")


@boards.command()
def check(
    asking: Annotated[
        Path | None, typer.Option("--data", help="Also run every statement on the stack of this directory.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Exit 1 when a board differs from what the code makes, lacks something, or asks the unanswerable."""
    from dashboards.boards.generate import GENERATED, boards, drifted
    from dashboards.boards.lint import Complaint, complaints
    from ioc.kpis import Kpis
    from ioc.settings import load

    settings = load(asking) if asking is not None else None
    own = settings is not None and settings.catalogue is not None
    documents = boards(Kpis.load(settings.catalogue if settings else None))
    drift = [] if own else drifted(GENERATED)
    found = complaints(documents)
    found += [
        Complaint(name, "", "drift", "differs from the code: run `ioc boards generate`") for name in drift
    ]
    took: list[dict[str, Any]] = []
    if settings is not None:
        wrong, took = _asked(settings.clickhouse, documents)
        found += wrong
    if as_json:
        listed = [each.as_json() for each in found]
        print_json({"ok": not found, "boards": sorted(documents), "complaints": listed, "statements": took})
    else:
        for each in found:
            say(f"{each.board}{' · ' + each.panel if each.panel else ''}: {each.rule}: {each.message}")
        slowest = max(took, key=lambda one: one["ms"], default=None)
        if slowest:
            said = f"{slowest['ms']:.0f} ms ({slowest['board']} · {slowest['panel']})"
            say(f"{len(took)} statements ran, the slowest in {said}")
        say(
            f"{len(documents)} boards: "
            + (f"{len(found)} complaints" if found else "nothing to complain about")
        )
    if found:
        raise typer.Exit(1)


def _asked(
    store: "ClickHouse", documents: Mapping[str, Mapping[str, Any]]
) -> "tuple[list[Complaint], list[dict[str, Any]]]":
    from dashboards.boards.asking import asked
    from dashboards.wall.board import Board
    from dashboards.wall.source import StoreReader
    from ioc.clock import SystemClock

    reader = StoreReader(store)
    try:
        return asked([Board.model_validate(each) for each in documents.values()], reader, SystemClock().now())
    finally:
        reader.close()


@boards.command(name="list")
def listed(
    base: Annotated[str, typer.Option(help="Address of Grafana or of the wall.")] = "http://127.0.0.1:3000",
    as_json: Json = False,
) -> None:
    """Every board with its kiosk addresses in Grafana and on the wall."""
    from dashboards.boards.generate import boards
    from dashboards.boards.playlist import kiosk
    from ioc.kpis import Kpis

    rows = [
        {"uid": uid, "title": each["title"], "grafana": kiosk(base, uid), "wall": f"/wall/{uid}?kiosk"}
        for uid, each in boards(Kpis.load()).items()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['uid']:<16} {row['title']}\n  Grafana {row['grafana']}\n  wall    {row['wall']}")


@boards.command()
def playlist(
    url: Annotated[str, typer.Option(help="Address of Grafana.")],
    interval: Annotated[str, typer.Option(help="How long each board stands.")] = "30s",
    token: Annotated[
        str, typer.Option(help="Service account token.", envvar="IOC_GRAFANA_TOKEN", show_envvar=True)
    ] = "",
    catalogue: Annotated[Path | None, typer.Option(help="A ministry's own catalogue.")] = None,
    as_json: Json = False,
) -> None:
    """Make or update the rotation of the walls' boards in Grafana; the same again changes nothing."""
    from dashboards.boards.generate import boards
    from dashboards.boards.playlist import TURNING, Grafana, ensure
    from ioc.kpis import Kpis

    made = boards(Kpis.load(catalogue))
    done = ensure(Grafana(url, token), interval, [uid for uid in TURNING if uid in made])
    if as_json:
        print_json({"uid": done.uid, "changed": done.changed, "play": done.play})
    else:
        say(f"playlist {done.uid} {'written' if done.changed else 'was as it should be'}: {done.play}")
