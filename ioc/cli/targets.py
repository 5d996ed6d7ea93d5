"""`ioc targets`: targets, weights and thresholds; one account proposes a change, another one approves it.

What holds is read from the store; whoever decides does so through the gateway, in the name of an account.
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.alerts import As, Stdin
from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.clock import VIETNAM
from ioc.decisions import Limit, Why

if TYPE_CHECKING:
    from dashboards.console.office import Office

targets = typer.Typer(
    help="Mục tiêu, trọng số, ngưỡng cảnh báo: xem, đề xuất, duyệt (targets).", no_args_is_help=True
)
STAGES = {
    "proposed": "chờ duyệt",
    "approved": "đã duyệt",
    "taken": "đã nhận",
    "withdrawn": "đã rút",
    "expired": "hết hạn",
}
REFUSALS = {
    "not_found": "there is no such decision",
    "not_open": "a proposal about the same waits already; approve or withdraw it first",
    "not_awaiting": "it does not wait for a second person any more; `ioc targets list` tells how it stands",
    "second_account": "another account than the one that proposed must approve",
}
Id = Annotated[str, typer.Argument(metavar="ID", help="Mã quyết định, như trong danh sách.")]
Day = Annotated[str, typer.Option("--from", help="Có hiệu lực từ ngày nào, 2027-01-01; sớm nhất ngày mai.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(targets, name="targets")


@targets.command("list")
def list_(
    on: Annotated[str, typer.Option("--on", help="Của ngày nào; mặc định: hôm nay.")] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Chỉ đề xuất đang chờ người thứ hai.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Mục tiêu, trọng số, ngưỡng đang áp dụng, và các quyết định, mới nhất trước."""
    from ioc.alerts import Rules
    from ioc.cli.attached import attached
    from ioc.decision_documents import held, told
    from ioc.kpis import Kpis
    from storage import decisions
    from storage.client import Store

    settings, now = attached(data), datetime.now(UTC)
    day = _day(on) if on else now.astimezone(VIETNAM).date()
    with closing(Store(settings.clickhouse, role="reader")) as store:
        found = decisions.listed(store, settings.tenant)
    kpis = Kpis.load(settings.catalogue)
    rules = Rules.load(settings.catalogue).about(kpis)
    listed = [told(each, now) for each in reversed(found)]
    listed = [each for each in listed if not waiting or each["stage"] == "proposed"]
    if json:
        print_json({**held(kpis, rules, found, day), "decisions": listed})
        return
    if not waiting:
        for kpi in held(kpis, rules, found, day)["kpis"]:
            for each in kpi["targets"]:
                by = f" đến hết {_vi(each['by'])}" if each["by"] else ""
                say(f"{kpi['kpi']:<32} {each['dim']:<18} {each['value']:g}{by}{_since(each)}")
    for each in listed:
        _say(each)
    say(f"{len(listed)} quyết định." if listed else "Chưa có quyết định nào.")


@targets.command()
def propose(
    about: Annotated[str, typer.Argument(metavar="KPI|RULE", help="Chỉ số, hoặc quy tắc cảnh báo.")],
    valid_from: Day,
    value: Annotated[float | None, typer.Option("--value", help="Mục tiêu mới, hoặc ngưỡng mới.")] = None,
    dim: Annotated[str, typer.Option("--dim", help="Mục tiêu của riêng một loại.")] = "",
    by: Annotated[str, typer.Option("--by", help="Hạn phải đạt; mặc định: hạn của mục tiêu đang có.")] = "",
    limit: Annotated[
        Limit | None, typer.Option("--limit", help="Ngưỡng nào của quy tắc: value, after_minutes.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option("--weight", help="Trọng số: phần=điểm; lặp lại, tổng vẫn là 100.")
    ] = None,
    reason: Annotated[Why | None, typer.Option("--reason", help="Mã lý do.")] = None,
    document: Annotated[str | None, typer.Option("--document", help="Số văn bản, như 12/QĐ-BNV.")] = None,
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Đề xuất; một tài khoản khác duyệt trong 7 ngày, trước ngày có hiệu lực."""
    change: dict[str, Any] = {
        "what": "weights" if weight else "threshold" if limit else "target",
        "about": about,
        "valid_from": _day(valid_from).isoformat(),
        "value": value,
        "dim": dim,
        "by": _day(by).isoformat() if by else None,
        "limit": limit.value if limit else None,
        "weights": dict(map(_weight, weight or ())),
        "reason": reason.value if reason else None,
        "document": document,
    }
    _tell(_asked("POST", "", account, password_stdin, data, json=change), json=json)


@targets.command()
def approve(
    decision: Id,
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Người thứ hai duyệt; có hiệu lực từ ngày ghi trong đề xuất."""
    _tell(_asked("POST", f"/{decision}/approve", account, password_stdin, data), json=json)


@targets.command()
def withdraw(
    decision: Id,
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Người đề xuất rút lại đề xuất chưa được duyệt."""
    _tell(_asked("POST", f"/{decision}/withdraw", account, password_stdin, data), json=json)


def _asked(
    method: str, path: str, account: str | None, from_stdin: bool, data: Path | None, **more: Any
) -> dict[str, Any]:
    """What the office answers in the name of an account. Leaves with 1 when it is refused."""
    from ioc.cli import through, tickets

    settings = tickets.reached(data)

    async def work(office: "Office", token: str) -> dict[str, Any]:
        from dashboards.console.office import OfficeRefused

        try:
            return await office.decisions(method, path, token, **more)
        except OfficeRefused as refused:
            if refused.code in ("schema", "not_decidable"):
                fail(f"targets: {refused.detail}")
            if refused.code not in REFUSALS:
                raise
            fail(f"targets: {REFUSALS[refused.code]}")

    return through.in_session(settings, tickets.ticket(settings, account, from_stdin=from_stdin), work)


def _tell(decision: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(decision)
        return
    _say(decision)
    if decision["stage"] == "proposed":
        say(f"  ioc targets approve {decision['decision_id']} --account …")


def _say(each: Mapping[str, Any]) -> None:
    """A decision in one line."""
    parts = [f"{name}={points}" for name, points in each["weights"].items()]
    new = " ".join(parts) or f"{each['value']:g}"
    old = " ".join(f"{number:g}" for number in each["before"].values()) or "—"
    which = " ".join(part for part in (each["about"], each["dim"], each["limit"] or "") if part)
    by = each["document"] or each["reason"]
    who = " → ".join(part for part in (each["account"], each["ended_by"]) if part)
    say(
        f"{each['decision_id']}  {STAGES[each['stage']]:<10} {which}: {old} → {new}"
        f" từ {_vi(each['valid_from'])} ({by}) {who}"
    )


def _since(each: Mapping[str, Any]) -> str:
    if not each["from"]:
        return ""
    return f" từ {_vi(each['from'])} theo {each['document'] or each['reason']}"


def _vi(day: date | str) -> str:
    return f"{date.fromisoformat(day) if isinstance(day, str) else day:%d/%m/%Y}"


def _weight(text: str) -> tuple[str, int]:
    part, sign, points = text.partition("=")
    if not sign or not points.isascii() or not points.isdigit():
        fail(f"--weight {text}: expected part=points, such as task_on_time_rate=12", 2)
    return part, int(points)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day; expected something like 2027-01-01", 2)
