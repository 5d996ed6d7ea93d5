"""`ioc docs`: the pages made from the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from ioc.cli.output import Json, print_json, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    docs = typer.Typer(
        no_args_is_help=True, help="Tài liệu sinh từ danh mục (pages made from the catalogue)."
    )
    docs.callback()(lambda: None)
    docs.command("generate")(generate)
    app.add_typer(docs, name="docs")


def generate(
    check: Annotated[
        bool, typer.Option("--check", help="Chỉ so sánh, không ghi; lệch thì trả mã 1.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="Nơi ghi; mặc định: docs/ của mã nguồn.")] = None,
    catalogue: Annotated[
        Path | None, typer.Option(help="Danh mục của một bộ; mặc định: danh mục đi kèm.")
    ] = None,
    json: Json = False,
) -> None:
    """Ghi lại kpis.md, events.md, open-data.md, promises.md từ danh mục và hợp đồng sự kiện."""
    from ioc.docs.generate import FOLDER, drift, write

    where = folder or FOLDER
    changed = drift(where, catalogue) if check else write(where, catalogue)
    if json:
        print_json({"drift" if check else "changed": changed})
    else:
        say("\n".join(changed) if changed else "tài liệu khớp với danh mục")
    if changed and check:
        raise SystemExit(1)
