"""`ioc clickhouse`: the embedded store in the foreground."""

import typer

from ioc.cli.output import Data


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(clickhouse)


def clickhouse(data: Data = None) -> None:
    """Run the embedded ClickHouse engine alone, in the foreground, on loopback."""
    from ioc.settings import load
    from storage.embedded.server import Role, User, serve

    settings = load(data)
    store = settings.clickhouse
    users = {
        store.writer_user: User(store.writer_password.get_secret_value(), Role.WRITER),
        store.reader_user: User(store.reader_password.get_secret_value(), Role.READER),
    }
    serve(settings.data / "clickhouse", store.host, store.port, store.port + 1, users)
