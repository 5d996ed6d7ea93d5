"""`ioc catalogue`: what is wrong with reference data, and what was changed in it."""

from dataclasses import asdict
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from ioc.review import Folder
    from storage.audit import Noted

catalogue = typer.Typer(help="Reference data: units, counts, sources, calendar, KPIs.", no_args_is_help=True)
Given = Annotated[
    Path | None,
    typer.Option("--catalogue", help="Folder of reference data; default: packaged.", envvar="IOC_CATALOGUE"),
]
VIETNAM = timezone(timedelta(hours=7))
KINDS = {"first": "ban đầu", "added": "thêm", "changed": "sửa", "removed": "bỏ"}
COUNTED = {
    "units": "đơn vị (theo thời kỳ)",
    "baselines": "số liệu gốc",
    "systems": "hệ thống đăng ký",
    "declared": "nội dung tự khai",
    "sources": "hệ thống nguồn",
    "days": "ngày lịch",
    "kpis": "chỉ số",
    "alerts": "quy tắc cảnh báo",
    "roles": "vai trò",
}


@catalogue.command()
def check(json: Json = False, folder: Given = None) -> None:
    """List every inconsistency of a catalogue, with file, entry and expectation. Exit 1 if there is one."""
    from ioc.review import Tables, review
    from storage import schema, watching

    if folder is not None and not folder.is_dir():
        fail(f"--catalogue {folder}: expected a folder", code=2)
    found = review(folder, Tables({**schema.views(), **watching.columns()}, schema.spans()))
    if not found.findings:
        _drawn(found)
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


@catalogue.command()
def changes(
    data: Data = None,
    entry: Annotated[str, typer.Option("--entry", help="Only this entry: a KPI, a unit, a system.")] = "",
    first: Annotated[bool, typer.Option("--first", help="With what the first catalogue contained.")] = False,
    json: Json = False,
) -> None:
    """What was changed in reference data and when it took effect, newest first; targets, weights by KPI."""
    from ioc.cli.attached import attached
    from storage import audit
    from storage.client import Store

    settings = attached(data)
    store = Store(settings.clickhouse, role="reader")
    try:
        found = audit.changes(store, settings.tenant, first=first)
    finally:
        store.close()
    found = [each for each in found if entry in ("", each.change.place.entry.partition(" ")[0])]
    if json:
        print_json({"changes": [_document(each) for each in found]})
        return
    for each in found:
        place, at = each.change.place, each.changed_at.astimezone(VIETNAM)
        named = " ".join(part for part in (place.file, place.entry, place.part) if part)
        say(f"{at:%d/%m/%Y %H:%M}  #{each.revision}  {KINDS[each.change.kind]}  {named}")
        for sign, text in (("-", each.change.before), ("+", each.change.after)):
            if text:
                say(f"    {sign} {text}")
    say(f"{len(found)} thay đổi." if found else "Chưa có thay đổi nào được ghi nhận.")


def _drawn(found: "Folder") -> None:
    """Whether the boards can be drawn from this catalogue: each KPI that they show must be in it."""
    from dashboards.boards.catalogue import load
    from dashboards.boards.generate import makers, render
    from ioc.errors import SettingsError
    from ioc.review import Finding

    facts = load(found.path)
    for uid in makers(facts):
        try:
            render(uid, facts)
        except SettingsError as error:
            found.findings.append(Finding("kpis.yaml", f"board {uid}", f"every KPI that is shown: {error}"))


def _document(noted: "Noted") -> dict[str, Any]:
    place, change = noted.change.place, noted.change
    return {
        "revision": noted.revision,
        "changed_at": noted.changed_at.isoformat(),
        "version": noted.version,
        **asdict(place),
        "kind": change.kind,
        "before": orjson.loads(change.before) if change.before else None,
        "after": orjson.loads(change.after) if change.after else None,
    }


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(catalogue, name="catalogue")
