"""The store's process: the engine over one directory, listening for ClickHouse clients on loopback."""

import contextlib
import faulthandler
import ipaddress
import os
import signal
import socket
import sys
from pathlib import Path
from threading import Thread

from ioc.errors import IocError
from storage.embedded import http
from storage.embedded.connection import Connection
from storage.embedded.engine import Engine
from storage.embedded.policy import Role, User, Users
from storage.embedded.running import Watch

__all__ = ["Role", "User", "Users", "serve"]

DRAIN_SECONDS, END_SECONDS = 5.0, 8.0


def serve(path: Path, host: str, port: int, http_port: int, users: Users) -> None:
    """Serve the store until SIGTERM or SIGINT, then end the process with status 0; does not return.

    Prints one line when ready. Raises `IocError` if the address is not loopback, the directory is taken or
    a port is not free.
    """
    _loopback_only(host)
    native = _listen(host, port)
    engine = Engine(path)
    try:
        ping = http.listen(host, http_port)
    except OSError as error:
        raise _not_free(host, http_port, error) from error
    asked = _wake_on(signal.SIGTERM, signal.SIGINT)
    watch = Watch(engine.kill)
    Thread(target=watch.watch, name="watch", daemon=True).start()
    Thread(target=ping.serve_forever, name="ping", daemon=True).start()
    Thread(target=_accept, args=(native, engine, users, watch), name="accept", daemon=True).start()
    sys.stdout.write(
        f"clickhouse {engine.version} ready: native {host}:{port}, ping http://{host}:{http_port}/ping\n"
    )
    sys.stdout.flush()
    os.read(asked, 1)
    # Needs neither our threads nor the interpreter: the end comes even where these do not answer.
    faulthandler.dump_traceback_later(END_SECONDS, exit=True)
    # Waking it up: a blocked accept() would otherwise hand out one more connection.
    with contextlib.suppress(OSError):
        native.shutdown(socket.SHUT_RDWR)
    native.close()
    watch.drain(DRAIN_SECONDS)
    # Acknowledged inserts are on disk. An ordinary exit would take the engine down under its own threads.
    os._exit(0)


def _wake_on(*numbers: signal.Signals) -> int:
    """A file that can be read once one of these signals came, whichever thread of the engine it reached.

    A handler in Python would wait for the main thread, which waits here and is woken by its own signals only.
    """
    asked, ask = os.pipe()
    os.set_blocking(ask, False)
    signal.set_wakeup_fd(ask, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda _number, _frame: None)
    return asked


def _loopback_only(host: str) -> None:
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise IocError(
            f"the embedded store listens on loopback only, not on {host}: "
            "use a ClickHouse server for other machines"
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise _not_free(host, port, error) from error


def _not_free(host: str, port: int, error: OSError) -> IocError:
    return IocError(f"port {port} on {host} is not free ({os.strerror(error.errno or 0)})")


def _accept(native: socket.socket, engine: Engine, users: Users, watch: Watch) -> None:
    while True:
        try:
            client, _ = native.accept()
        except OSError:
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client, engine, users, watch)
        Thread(target=connection.run, name="client", daemon=True).start()
