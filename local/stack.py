"""A whole stack on one machine: what `ioc up` and `ioc demo` run in the foreground."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ioc.clock import SystemClock
from ioc.errors import StoreUnavailable
from ioc.reference import Catalogue
from ioc.settings import Settings, load
from local import credentials, processes
from local.child import Child, rotate
from local.jars import class_path
from local.probes import wait_for
from local.processes import Attached, Hooks, Spec
from local.rundir import held, write_atomically
from local.supervisor import StartFailed, Supervisor, Watched
from local.topics import KafkaUnavailable, ensure_topics

LOOK_EVERY_S = 0.1
ROTATE_EVERY = 600
"""Looks between two looks at the size of the logs: a minute."""
ATTACHED_WAIT_S = 60.0
PORTS_WAIT_S = 3.0
ANSWER_S = 5.0
"""A part that answers later than this is asked again at the next look, so that Ctrl-C never waits long."""


def run(
    data: Path,
    port_base: int,
    *,
    simulate: tuple[str, ...] = (),
    workers: int = 1,
    say: Callable[[str], None],
    ready: Callable[[Settings], None],
    first_password: Callable[[str], None],
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Start a stack on `data`, call `ready` once everything answers, keep it alive until a signal.

    `workers`: how many land events side by side. `first_password`: told that of the first administrator when
    that account is made, which is once.

    Raises `StackRunning`, `PortInUse`, `JarsUntrusted`, `StartFailed`, `SettingsError`, `Unsafe`.
    """
    # The folder may have been there before, open to everybody: what the stack writes into it is not.
    os.umask(0o077)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(data):
        attached = Attached.of(environment)
        above = processes.overlay(port_base, attached)
        _write_state(data, above, [])
        credentials.ensure(load(data).credentials_file, source_codes(load(data)))
        settings = load(data)
        try:
            _supervise(settings, above, attached, simulate, workers, say, ready, first_password)
        finally:
            with suppress(FileNotFoundError):
                settings.stack_file.unlink()


def source_codes(settings: Settings) -> list[str]:
    """System codes of the catalogue: each gets credentials."""
    return [source.system_code for source in Catalogue.load(settings.catalogue).sources.values()]


def _supervise(
    settings: Settings,
    above: Mapping[str, Any],
    attached: Attached,
    simulate: tuple[str, ...],
    workers: int,
    say: Callable[[str], None],
    ready: Callable[[Settings], None],
    first_password: Callable[[str], None],
) -> None:
    hooks = Hooks(
        store_ready=_once(lambda: _migrated(settings, first_password)),
        kafka_ready=_once(lambda: _topics(settings)),
    )
    specs = processes.table(settings, attached, hooks, simulate, workers)
    if not wait_for(lambda: processes.taken_port(specs) is None, PORTS_WAIT_S):
        taken = processes.taken_port(specs)
        if taken is not None:
            raise taken
    if not attached.kafka:
        class_path(progress=lambda name, done, total: say(f"  Kafka: {name} ({done}/{total})"))
    stop = StopSignals()
    supervisor = Supervisor(
        specs,
        lambda spec: Child(spec.command(settings), log_of(settings.data, spec.name)),
        SystemClock(),
        say=say,
        changed=lambda watched: _write_state(settings.data, above, watched),
        last_words=lambda name: last_line(log_of(settings.data, name)),
    )
    try:
        _await_attached(attached, hooks, settings)
        announced, looks = False, 0
        while not stop.asked:
            supervisor.tick()
            if supervisor.ready and not announced:
                announced = True
                ready(settings)
            looks += 1
            if looks % ROTATE_EVERY == 0:
                _rotate_logs(settings.data, specs)
            time.sleep(LOOK_EVERY_S)
        say("stopping …")
    finally:
        supervisor.stop()


def _await_attached(attached: Attached, hooks: Hooks, settings: Settings) -> None:
    """A production service that we do not start gets its tables and topics from us all the same."""
    if attached.kafka and not wait_for(hooks.kafka_ready, ATTACHED_WAIT_S, every_s=1):
        raise StartFailed(f"Kafka at {settings.kafka.bootstrap} does not answer (IOC_KAFKA__BOOTSTRAP)")
    if attached.clickhouse and not wait_for(hooks.store_ready, ATTACHED_WAIT_S, every_s=1):
        where = f"{settings.clickhouse.host}:{settings.clickhouse.port}"
        raise StartFailed(f"ClickHouse at {where} does not answer (IOC_CLICKHOUSE__HOST)")


def _migrated(settings: Settings, first_password: Callable[[str], None]) -> bool:
    from local import first_account
    from storage.client import Store
    from storage.migrate import migrate

    store = Store(settings.clickhouse, timeout=ANSWER_S)
    try:
        migrate(store, settings.clickhouse)
        password = first_account.ensure(settings, store, SystemClock())
        if password is not None:
            first_password(password)
        first_account.ensure_line(settings, store, SystemClock())
    except StoreUnavailable:
        return False
    finally:
        store.close()
    return True


def _topics(settings: Settings) -> bool:
    try:
        ensure_topics(settings.kafka, timeout_s=ANSWER_S)
    except KafkaUnavailable:
        return False
    return True


def _once(work: Callable[[], bool]) -> Callable[[], bool]:
    """`work` until it has succeeded, then nothing: a restarted part has its tables and topics already."""
    done = False

    def again() -> bool:
        nonlocal done
        done = done or work()
        return done

    return again


class StopSignals:
    """Whether Ctrl-C, SIGTERM or a closed terminal asked for the end.

    A flag, not an Event: a second signal that interrupts the first one's `set()`, or the loop's `wait()`,
    would wait for ever for a lock that its own thread holds.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True


def _write_state(data: Path, above: Mapping[str, Any], watched: Sequence[Watched]) -> None:
    write_atomically(
        data / "run" / "stack.json",
        {
            "settings": dict(above),
            "supervisor": os.getpid(),
            "processes": {
                one.spec.name: {
                    "pid": one.process.pid if one.process is not None else None,
                    "up": one.state == "up",
                    "since": one.since.isoformat() if one.since is not None else None,
                    "restarts": one.restarts,
                }
                for one in watched
            },
        },
    )


def log_of(data: Path, name: str) -> Path:
    """The log file of one process."""
    return data / "logs" / f"{name}.log"


def last_line(log: Path) -> str:
    """The last line that says anything, for an error message; "" when there is none."""
    try:
        tail = log.read_bytes()[-4096:].decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    lines = [line.strip(" │┃|") for line in tail.splitlines()]
    telling = [line for line in lines if any(letter.isalnum() for letter in line)]
    return telling[-1][:300] if telling else ""


def _rotate_logs(data: Path, specs: Sequence[Spec]) -> None:
    for spec in specs:
        rotate(log_of(data, spec.name))
