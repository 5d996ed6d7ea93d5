"""`ioc up`, `ioc demo`, `ioc kafka`: a whole stack on one machine, in the foreground."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, print_json, say
from ioc.settings import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from ioc.settings import Settings

PortBase = Annotated[
    int,
    typer.Option(
        "--port-base", min=1024, max=65_000, help="First of the stack's eight ports; more workers take more."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--catalogue",
        help="Reference data of another organisation; remembered for this data directory.",
        envvar="IOC_CATALOGUE",
    ),
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", help="Its code; default: the top of its units.", envvar="IOC_TENANT"),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1, max=8, help="Processes that land events, a core each: for floods beyond what one can do."
    ),
]
DEMO_SEED, DEMO_RATE = 42, 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(demo)
    app.command()(kafka)


def up(
    data: Data = None,
    port_base: PortBase = DEFAULT_PORT_BASE,
    workers: Workers = 1,
    catalogue: Folder = None,
    tenant: Tenant = None,
    json: Json = False,
) -> None:
    """Run broker, store, workers, gateway and wall until Ctrl-C; the data stays."""
    from ioc.settings import load
    from local import organisation

    organisation.settle(load(data).data, catalogue, tenant)
    _run(data, port_base, workers, json=json)


def demo(
    data: Data = None,
    port_base: PortBase = DEFAULT_PORT_BASE,
    seed: Annotated[int, typer.Option(help="Seed of the simulated ministry.")] = DEMO_SEED,
    rate: Annotated[int, typer.Option(help="Simulated events a second.", min=1)] = DEMO_RATE,
) -> None:
    """The same with simulated source systems; prints the wall's address."""
    from ioc.settings import load
    from local import demo_data

    before = demo_data.begin(load(data).data)
    # Another seed at each start, or new documents would continue those of last time. A past once is enough.
    arguments = ["simulate", "--live", "--seed", str(seed + before), "--rate", str(rate)]
    _run(data, port_base, 1, simulate=(*arguments, *(("--events", "0") if before else ())))


def kafka(data: Data = None) -> None:
    """Run the embedded Apache Kafka alone, in the foreground."""
    from ioc.settings import load
    from local.jars import class_path
    from local.kafka import Broker, Listener
    from local.processes import kafka_port

    settings = load(data)
    port = kafka_port(settings)
    jars = class_path(progress=lambda name, done, total: say(f"{name} ({done}/{total})"))
    listener, flush_each = Listener.of(settings.kafka), settings.kafka.flush_each
    broker = Broker(settings.data / "kafka", port, port + 1, listener, flush_each)
    command = broker.prepare(jars)
    # The broker takes this process over: signals and the supervisor reach it, not a wrapper.
    os.execv(command[0], command)  # noqa: S606


def _run(
    data: Path | None, port_base: int, workers: int, *, json: bool = False, simulate: tuple[str, ...] = ()
) -> None:
    from ioc.settings import load
    from local import demo_data
    from local.stack import run

    where = load(data).data
    speak = _to_stderr if json else say
    if not simulate and demo_data.is_simulated(where):
        _to_stderr(f"ioc: {where} holds simulated events of `ioc demo`: use another --data for real ones")
    speak(f"data in {where}, logs in {where / 'logs'}")

    made: list[str] = []

    def ready(settings: "Settings") -> None:
        document = ready_document(settings)
        if json:
            print_json(document)
        else:
            _welcome(settings, document)
            if made:
                _first_administrator(made.pop(), settings)

    # A program that starts a stack reads the credentials file; its output may end up in a log.
    run(
        where,
        port_base,
        simulate=simulate,
        workers=workers,
        say=speak,
        ready=ready,
        first_password=made.append,
    )
    speak("stopped")


def ready_document(settings: "Settings") -> dict[str, Any]:
    """What other programs need to reach the stack."""
    gateway = settings.gateway.url
    return {
        "ready": True,
        "kafka": settings.kafka.bootstrap,
        "clickhouse": f"{settings.clickhouse.host}:{settings.clickhouse.port}",
        "gateway": gateway,
        "wall": settings.wall.url,
        "portal_sync": {"auth": f"{gateway}/portal/auth", "integration": f"{gateway}/portal/integration"},
    }


def _welcome(settings: "Settings", document: dict[str, Any]) -> None:
    say("")
    say(f"  Màn hình điều hành (wall):  {document['wall']}")
    say(f"  Cổng nhận sự kiện (gateway): {document['gateway']}/v1/events")
    say(f"  Kafka {document['kafka']} · ClickHouse {document['clickhouse']} (ioc_reader)")
    say("")
    say(f"Trạng thái: ioc status --data {settings.data} · Dừng: Ctrl-C")


def _first_administrator(password: str, settings: "Settings") -> None:
    from ioc.accounts import FIRST

    say("")
    say(f"  Tài khoản quản trị đầu tiên: {FIRST} · mật khẩu (chỉ hiện lần này): {password}")
    say(f"  Xem lại: ioc credentials {FIRST} --data {settings.data} · Tạo tài khoản khác: ioc user add")
    say("")


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
