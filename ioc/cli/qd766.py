"""`ioc qd766`: the portal's published scores checked, imported, and our own score line by line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.cli.qd766_explaining import NOTHING, explain

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


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="Bộ chỉ số phục vụ theo Quyết định 766/QĐ-TTg.", no_args_is_help=True)
    commands.command("check")(check)
    commands.command("import")(import_answers)
    commands.command("explain")(explain)
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
    on = parsed(period).last if period else date.max
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


def import_answers(
    files: Files,
    period: Annotated[
        str,
        typer.Option("--period", help="What the answers are of: 2026-10, 2026-Q3, 2026; they do not say."),
    ],
    renamed: Annotated[
        list[str] | None,
        typer.Option("--unit", help="PORTAL=OURS: the portal's code of a unit, and ours. May be repeated."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Keep published scores beside ours. Importing again takes the place of what was there."""
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from ioc.qd766 import load
    from ioc.reference import Catalogue
    from storage import official
    from storage.client import Store

    span = parsed(period)
    names = _names(renamed or [])
    settings = attached(data)
    answers = _read(files, load(settings.catalogue))
    now = round(SystemClock().now().timestamp() * 1000)
    with closing(Store(settings.clickhouse)) as store:
        units = _codes(answers, names, official.known_units(store, settings.tenant))
        lines = official.write(store, answers, units, tenant=settings.tenant, period=span.name, now=now)
    ours = Catalogue.load(settings.catalogue).units.codes
    kept = set(units.values())
    result = {"period": span.name, "units": len(kept), "lines": lines, "foreign": sorted(kept - ours)}
    if as_json:
        print_json(result)
    else:
        say(f"kỳ {span.name}: đã lưu {lines} dòng của {len(kept)} đơn vị")
        say(f"  ngoài danh mục đơn vị: {len(kept - ours)} (đặt tên bằng --unit MÃ_CỔNG=MÃ_ĐƠN_VỊ)")


def _names(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        portal, equals, ours = pair.partition("=")
        if not (portal and equals and ours):
            fail(f"--unit {pair!r}: expected PORTAL=OURS, such as H44.07=G09.914", 2)
        found[portal] = ours
    return found


def _codes(
    answers: Sequence["UnitAnswer"], names: Mapping[str, str], known: Mapping[str, str]
) -> dict[int, str]:
    """The code each answer is kept under. Two groups have no codes: the portal's key tells their units."""
    from ioc.contracts.fields import canonical_org

    by_key = dict(known) | {each.portal_id: each.code for each in answers if each.code and each.portal_id}
    found = {}
    for index, answer in enumerate(answers):
        said = answer.code or by_key.get(answer.portal_id, "") or answer.unit
        ours = names.get(said) or names.get(answer.portal_id)
        found[index] = ours or (canonical_org(said) if said != answer.portal_id else said)
    return found


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


def parsed(text: str) -> "Period":
    """A period as written on the command line; leaves with code 2 when it is none."""
    from ioc.errors import SettingsError
    from ioc.periods import Period

    try:
        return Period.parse(text)
    except SettingsError as error:
        fail(f"--period: {error}", 2)


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def _shown(number: "Decimal | None") -> str:
    return NOTHING if number is None else f"{number:.2f}".replace(".", ",")
