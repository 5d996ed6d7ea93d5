"""Neighbouring ports that nobody holds."""

import socket

PORTS = 19
"""Of one stack: its own, and behind them those of the proxies and of more brokers."""


def free_ports(count: int, first: int) -> int:
    """The first of `count` neighbouring ports that nobody holds, from `first` on. Raises `OSError`."""
    for base in range(first, first + 900, 20):
        if all(_free(port) for port in range(base, base + count)):
            return base
    raise OSError(f"no {count} free ports from {first} to {first + 900}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
