"""Is it there? Small questions to a port, and waiting for the answer."""

import http.client
import socket
import time
from collections.abc import Callable

from ioc.settings import LOOPBACK


def listens(port: int, host: str = LOOPBACK) -> bool:
    """Something accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def answers(port: int, path: str, host: str = LOOPBACK) -> bool:
    """An HTTP server answers the path with a status below 500."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Nobody else holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_for(condition: Callable[[], object], timeout_s: float, *, every_s: float = 0.05) -> bool:
    """True as soon as the condition holds, False when the time is over."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)
    return True
