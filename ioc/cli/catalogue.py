"""`ioc catalogue`: what is wrong with reference data, and what was changed in it."""

from pathlib import Path
from typing import Annotated

import typer

from ioc.cli.output import Json, fail, print_json, say
from ioc.review import Tables, review

catalogue = typer.Typer(help="Reference data: units, counts, sources, calendar, KPIs.", no_args_is_help=True)
Given = Annotated[
    Path | None,
    typer.Option("--catalogue", help="Folder of reference data; default: packaged.", envvar="IOC_CATALOGUE"),
]
COUNTED = {
    "units": "đơn vị (theo thời kỳ)",
    "baselines": "số liệu gốc",
    "systems": "hệ thống đăng ký",
    "declared": "nội dung tự khai",
    "sources": "hệ thống nguồn",
    "days": "ngày lịch",
    "kpis": "chỉ số",
}


@catalogue.command()
def check(json: Json = False, folder: Given = None) -> None:
    """List every inconsistency of a catalogue, with file, entry and expectation. Exit 1 if there is one."""
    from storage import schema

    if folder is not None and not folder.is_dir():
        fail(f"--catalogue {folder}: expected a folder", code=2)
    found = review(folder, Tables(schema.views(), schema.spans()))
    findings = sorted(set(found.findings))
    if json:
        print_json(
            {
                "ok": not findings,
                "catalogue": str(folder) if folder else None,
                "checked": found.counted,
                "unconfirmed": found.unconfirmed,
                "findings": [each.as_dict() for each in findings],
            }
        )
    else:
        for each in findings:
            say(f"{each.file}: {each.entry}: expected {each.expected}")
        counted = ", ".join(f"{found.counted.get(name, 0)} {words}" for name, words in COUNTED.items())
        say(f"Đã kiểm tra: {counted}.")
        if found.unconfirmed:
            say(f"{found.unconfirmed} số liệu gốc và hệ thống còn chờ xác nhận (confirmed: false).")
        say(f"Có {len(findings)} điểm không nhất quán." if findings else "Nhất quán.")
    if findings:
        raise SystemExit(1)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(catalogue, name="catalogue")
