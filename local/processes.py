"""The processes of a stack, as data: what to run, where it listens, what it needs, when it stops."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ioc.errors import IocError
from ioc.settings import Settings
from local.probes import answers, is_free, listens

CLICKHOUSE, KAFKA, GATEWAY, WALL, WORKER, REDUCER, SIMULATOR = (
    "clickhouse",
    "kafka",
    "gateway",
    "wall",
    "worker",
    "reducer",
    "simulator",
)


class PortInUse(IocError):
    """Something else listens where the stack wants to."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One process. `stop` orders the end: the smallest number stops first, equal ones together."""

    name: str
    arguments: tuple[str, ...]
    ready: Callable[[], bool]
    stop: int
    needs: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()

    def command(self, settings: Settings) -> list[str]:
        # -P: a folder named `local` or `storage` where the user happens to stand must not be taken for ours.
        return [sys.executable, "-P", "-m", "ioc", *self.arguments, "--data", str(settings.data)]


@dataclass(frozen=True, slots=True)
class Attached:
    """Which parts are a production service that somebody else runs."""

    kafka: bool = False
    clickhouse: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Attached":
        """A part whose address stands in the environment is not started here."""
        return cls(
            kafka=bool(environment.get("IOC_KAFKA__BOOTSTRAP")),
            clickhouse=bool(environment.get("IOC_CLICKHOUSE__HOST")),
        )


def overlay(port_base: int, attached: Attached) -> dict[str, Any]:
    """The settings that a stack at `port_base` adds to the defaults; the environment still wins."""
    settings: dict[str, Any] = {
        "gateway": {"port": port_base + 4},
        "wall": {"port": port_base + 5},
        "worker_port": port_base + 6,
        "reducer_port": port_base + 7,
    }
    settings["clickhouse"] = {"embedded": False} if attached.clickhouse else {"port": port_base}
    if not attached.kafka:
        settings["kafka"] = {"bootstrap": f"127.0.0.1:{port_base + 2}"}
    return settings


def kafka_port(settings: Settings) -> int:
    """The port of the embedded broker; its controller has the next one."""
    return int(settings.kafka.bootstrap.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the composition root adds once a part answers; each returns False to be asked again."""

    store_ready: Callable[[], bool] = field(default=lambda: True)
    kafka_ready: Callable[[], bool] = field(default=lambda: True)


def landing_workers(settings: Settings, count: int) -> list[tuple[str, int]]:
    """Name and port of each landing worker: they share the partitions among them."""
    more = ((f"{WORKER}-{n}", settings.reducer_port + n - 1) for n in range(2, count + 1))
    return [(WORKER, settings.worker_port), *more]


def table(
    settings: Settings,
    attached: Attached,
    hooks: Hooks,
    simulate: tuple[str, ...] = (),
    workers: int = 1,
) -> list[Spec]:
    """The processes in the order of their start; with `simulate` (arguments of `ioc`) the simulator too."""
    store, broker = settings.clickhouse.port, kafka_port(settings)
    specs = []
    if not attached.clickhouse:
        specs.append(
            Spec(
                CLICKHOUSE,
                ("clickhouse",),
                lambda: answers(store + 1, "/ping") and hooks.store_ready(),
                stop=3,
                ports=(store, store + 1),
            )
        )
    if not attached.kafka:
        specs.append(
            Spec(
                KAFKA,
                ("kafka",),
                lambda: listens(broker) and hooks.kafka_ready(),
                stop=3,
                ports=(broker, broker + 1),
            )
        )
    foundation = tuple(spec.name for spec in specs)
    landing = landing_workers(settings, workers)
    for name, arguments, port, stop in (
        (GATEWAY, ("gateway",), settings.gateway.port, 1),
        *((name, ("worker", "--port", str(port)), port, 2) for name, port in landing),
        (REDUCER, ("worker", "--role", "reduce"), settings.reducer_port, 2),
        (WALL, ("wall",), settings.wall.port, 1),
    ):
        specs.append(Spec(name, arguments, _listening(port), stop, needs=foundation, ports=(port,)))
    if simulate:
        specs.append(Spec(SIMULATOR, simulate, lambda: True, stop=0, needs=(GATEWAY, WORKER)))
    return specs


def _listening(port: int) -> Callable[[], bool]:
    return lambda: listens(port)


def taken_port(specs: list[Spec]) -> PortInUse | None:
    """The first port that is not free, as an error to raise."""
    for spec in specs:
        for port in spec.ports:
            if not is_free(port):
                return PortInUse(f"port {port} ({spec.name}) is in use: choose another --port-base")
    return None
