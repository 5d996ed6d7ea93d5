"""`ioc wall` and `ioc boards`: the pages people look at, and the boards they are drawn from."""

from typing import Annotated

import typer

from ioc.cli.output import Data, fail, say

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
        if settings.catalogue is None:
            run(settings)
            return
        # Another organisation has other names, targets and another root: its boards are made here and now.
        from dashboards.boards.generate import write

        boards = settings.data / "boards"
        write(boards, settings.catalogue)
        run(settings, boards)


@boards.command()
def generate() -> None:
    """Write dashboards/generated/*.json anew."""
    from dashboards.boards.generate import write

    for path in write():
        say(f"{path.name} written")


@boards.command()
def check() -> None:
    """Exit 1 when a generated file differs from what the code makes now."""
    from dashboards.boards.generate import drifted

    names = drifted()
    if names:
        fail(f"{', '.join(names)}: differs from the boards' code; run `ioc boards generate` and commit")
    say("boards: no drift")
