"""`ioc events`: what may be said, in which form."""

from typing import Annotated

import typer

from ioc.cli.output import Json, fail, print_json, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    events = typer.Typer(no_args_is_help=True, help="Danh mục sự kiện: loại, lược đồ (event catalogue).")
    events.command("list")(list_types)
    events.command("schema")(show_schema)
    events.command("generate")(generate)
    app.add_typer(events, name="events")


def list_types(json: Json = False) -> None:
    """Các loại sự kiện: số, tên, chủ đề Kafka, trường làm chủ thể."""
    from ioc.contracts import TYPES

    kinds = sorted(TYPES.values(), key=lambda kind: kind.n)
    if json:
        fields = ("n", "name", "type", "subject_field", "dataclass")
        print_json([{f: getattr(kind, f) for f in fields} | {"topic": kind.topic.name} for kind in kinds])
        return
    for kind in kinds:
        meaning = (kind.model.__doc__ or "").strip().splitlines()[0]
        say(f"{kind.n:>2}  {kind.name:<26} {kind.topic.name:<14} {kind.subject_field:<14} {meaning}")


def show_schema(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="document.received, hoặc tên đầy đủ.")],
    json: Json = False,
) -> None:
    """Lược đồ JSON của một loại sự kiện, kể cả phong bì."""
    from ioc.contracts import BY_NAME, TYPES
    from ioc.contracts.schemas import rendered, schema

    kind = BY_NAME.get(type_) or TYPES.get(type_)
    if kind is None:
        fail(f"event type {type_!r} is not in the catalogue; `ioc events list` shows all", 2)
    if json:
        print_json(schema(kind))
    else:
        say(rendered(kind).decode().rstrip())


def generate(
    check: Annotated[
        bool, typer.Option("--check", help="Chỉ so sánh, không ghi; lệch thì trả mã 1.")
    ] = False,
    json: Json = False,
) -> None:
    """Ghi lại các tệp lược đồ JSON từ mã nguồn."""
    from ioc.contracts import schemas

    changed = schemas.drift() if check else schemas.write()
    if json:
        print_json({"drift" if check else "changed": changed})
    else:
        say("\n".join(changed) if changed else "các lược đồ khớp với mã nguồn")
    if changed and check:
        raise SystemExit(1)
