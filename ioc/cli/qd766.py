"""`ioc qd766`: the portal's published scores checked, imported, and our own score line by line."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Json, fail, print_json, say

if TYPE_CHECKING:
    from decimal import Decimal

    from ioc.evaluations import UnitAnswer
    from ioc.periods import Period
    from ioc.qd766 import Rules

Files = Annotated[list[Path], typer.Argument(help="Saved answers of the portal, or folders of them.")]
Rulebook = Annotated[
    Path | None,
    typer.Option("--catalogue", help="Catalogue folder with a qd766.yaml; default: the packaged rules."),
]
NOTHING = "–"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="Bộ chỉ số phục vụ theo Quyết định 766/QĐ-TTg.", no_args_is_help=True)
    commands.command("check")(check)
    app.add_typer(commands, name="qd766")


def check(
    files: Files,
    period: Annotated[
        str, typer.Option("--period", help="Whose rules: 2026-10, 2026-Q3, 2026; default: the latest.")
    ] = "",
    catalogue: Rulebook = None,
    as_json: Json = False,
) -> None:
    """Compute every published score again from its own counters; exit code 1 when one differs by > 0.015."""
    from datetime import date

    from ioc.checking766 import check as checked
    from ioc.qd766 import load

    rules = load(catalogue)
    on = _period(period).last if period else date.max
    rules.on(on)
    found = checked(_read(files, rules), on)
    differences = [
        {
            "unit": each.unit,
            "group": each.group,
            "metric": each.metric,
            "published": _float(each.published),
            "ours": _float(each.ours),
        }
        for each in found.differences
    ]
    rows = len(found.compared)
    if as_json:
        within = rows - len(differences)
        print_json({"rows": rows, "within": within, "differences": differences, "unchecked": found.unchecked})
    else:
        say(f"đã so {rows} điểm công bố, lệch {len(differences)}, không đủ số liệu để tính {found.unchecked}")
        for each in found.differences:
            said = f"công bố {_shown(each.published)}, tính lại {_shown(each.ours)}"
            say(f"  {each.unit}  {each.group}  {each.metric}: {said}")
    if differences:
        raise typer.Exit(1)


def _read(files: list[Path], rules: "Rules") -> list["UnitAnswer"]:
    from ioc.evaluations import EvaluationUnreadable, read

    try:
        return [answer for file in _listed(files) for answer in read(file, rules)]
    except EvaluationUnreadable as error:
        fail(str(error), 2)


def _listed(files: list[Path]) -> Iterator[Path]:
    for file in files:
        if file.is_dir():
            if not (inside := sorted(file.rglob("*.json"))):
                fail(f"{file}: holds no .json file, expected saved answers of the portal", 2)
            yield from inside
        else:
            yield file


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def _shown(number: "Decimal | None") -> str:
    return NOTHING if number is None else f"{number:.2f}".replace(".", ",")


def _period(text: str) -> "Period":
    from ioc.errors import SettingsError
    from ioc.periods import Period

    try:
        return Period.parse(text)
    except SettingsError as error:
        fail(f"--period: {error}", 2)
