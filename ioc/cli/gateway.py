"""Commands of this room."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
