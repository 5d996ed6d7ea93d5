"""`ioc quarantine`: records that were not counted, why, and what is done about them."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.desk import GROUPS, STATES

if TYPE_CHECKING:
    from ioc.desk import Sieve

UNITS_S = {"m": 60, "h": 3600, "d": 86_400}

quarantine = typer.Typer(
    help="Bản ghi không được tính: xem, thử, gửi lại, loại (quarantine).", no_args_is_help=True
)
Source = Annotated[str, typer.Option("--source", help="Hệ thống nguồn: mã hoặc urn.")]
Reason = Annotated[str, typer.Option("--reason", help="Mã lý do, như unknown_unit.")]
Field = Annotated[str, typer.Option("--field", help="Trường sai, như /orgunit.")]
Since = Annotated[str, typer.Option("--since", help="Từ lúc nào: 30m, 12h, 7d, hoặc 2026-03-10.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    from ioc.cli import quarantine_acts

    quarantine_acts.add(quarantine)
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_(
    by: Annotated[str, typer.Option("--by", help=f"Gộp theo: {', '.join(GROUPS)}.")] = "",
    source: Source = "",
    reason: Reason = "",
    field: Field = "",
    state: Annotated[str, typer.Option("--state", help=f"{', '.join(STATES)}.")] = "",
    since: Since = "",
    limit: Annotated[int, typer.Option(help="Nhiều nhất bao nhiêu, mới nhất trước.", min=1)] = 1000,
    data: Data = None,
    json: Json = False,
) -> None:
    """Bản ghi trong vùng cách ly, mới nhất trước; hoặc đếm theo nguyên nhân, nguồn, loại, đơn vị."""
    from ioc.cli.attached import attached
    from storage.client import Store
    from storage.quarantine import grouped, listed

    if by and by not in GROUPS:
        fail(f"--by {by}: expected one of {', '.join(GROUPS)}", 2)
    if state and state not in STATES:
        fail(f"--state {state}: expected one of {', '.join(STATES)}", 2)
    settings = attached(data)
    sieve = _sieve(settings.tenant, source, reason, field, state, since)
    with closing(Store(settings.clickhouse)) as store:
        groups = grouped(store, by, sieve) if by else []
        rows = [] if by else [each.document() for each in listed(store, sieve, limit)]
    if json:
        print_json(groups if by else rows)
    elif by:
        _say_groups(by, groups)
    else:
        for row in rows:
            what = f"{row['reason']:<20} {row['field']:<24} {row['source']}"
            say(f"{row['at']}  {row['id']:<24} {row['state']:<10} {what}")


def _say_groups(by: str, groups: list[dict[str, Any]]) -> None:
    for group in groups:
        name = " ".join(str(group[each]) or "–" for each in GROUPS[by])
        seen = f"{_local(group['first_at'])} – {_local(group['last_at'])}"
        say(f"{group['open']:>7} mở / {group['records']:>7}  {name:<48} {seen}")


def _local(at: datetime) -> str:
    return f"{at.astimezone(UTC) + timedelta(hours=7):%d/%m/%Y %H:%M}"


def _sieve(tenant: str, source: str, reason: str, field: str, state: str, since: str) -> "Sieve":
    from ioc.desk import Sieve

    return Sieve(urn_of(tenant, source), reason, field, state, since_of(since))


def urn_of(tenant: str, source: str) -> str:
    """A source by its code or by its urn; empty: every source."""
    return f"urn:ioc:{tenant}:{source}" if source and ":" not in source else source


def since_of(text: str) -> datetime | None:
    """An instant from `30m`, `12h`, `7d` ago or a date in Vietnam."""
    if not text:
        return None
    number, unit = text[:-1], text[-1]
    if number.isdigit() and unit in UNITS_S:
        return datetime.now(UTC) - timedelta(seconds=int(number) * UNITS_S[unit])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--since {text}: expected something like 30m, 12h, 7d or 2026-03-10", 2)
    return at if at.tzinfo else at.replace(tzinfo=UTC) - timedelta(hours=7)


@quarantine.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="topic/partition/offset, như trong danh sách.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Một bản ghi: lý do, trường sai, hình dạng (không có nội dung), mọi việc đã làm với nó."""
    from ioc.cli.attached import attached
    from ioc.desk import NoSuchPlace, place_of
    from storage import desk_acts
    from storage.client import Store
    from storage.quarantine import at_places, conflict

    try:
        place = place_of(name)
    except NoSuchPlace as error:
        fail(f"{name!r}: {error}", 2)
    settings = attached(data)
    with closing(Store(settings.clickhouse)) as store:
        found = at_places(store, [place])
        if not found:
            fail(f"{name} is not in quarantine")
        document = found[0].document()
        if found[0].verdict == "conflict":
            document["conflict"] = conflict(store, found[0].place)
        if (now := desk_acts.moved_to(store, found[0].place)) is not None:
            document["now"] = str(now)
        acts = desk_acts.about(store, settings.tenant, found[0].place)
    told = ("id", "kind", "stage", "at", "account", "confirmed_by", "reason")
    document["acts"] = [{key: getattr(act, key) for key in told} for act in acts]
    if json:
        print_json(document)
    else:
        _say_record(document)


def _say_record(document: Mapping[str, Any]) -> None:
    for key, value in document.items():
        if key == "conflict" and value:
            counted = value["counted"] or {"id": "–", "fingerprint": "– (đã hết hạn lưu)"}
            say(f"{'dấu vân':>10}  {value['fingerprint']}  {document['id']}")
            say(f"{'đã tính':>10}  {counted['fingerprint']}  {counted['id']}")
        elif key == "acts":
            for act in value:
                who = " + ".join(each for each in (act["account"], act["confirmed_by"]) if each)
                say(f"{act['kind']:>10}  {_local(act['at'])}  {act['stage']}  {who}  {act['id']}")
        else:
            say(f"{key:>10}  {value}")
