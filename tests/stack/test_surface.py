"""What a running stack shows to its machine: its sockets, its files, its processes; no secret in them."""

import json
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from .running import RunningStack

pytestmark = pytest.mark.stack

DOCUMENTED = range(8)
"""Ports from the base: store, its ping, broker, controller, gateway, wall, two workers (ARCHITECTURE.md)."""


@pytest.fixture(scope="module")
def family(stack: RunningStack) -> list[psutil.Process]:
    assert stack.process is not None
    supervisor = psutil.Process(stack.process.pid)
    return [supervisor, *supervisor.children(recursive=True)]


@pytest.fixture(scope="module")
def secrets(stack: RunningStack) -> list[bytes]:
    def leaves(document: object) -> Iterator[str]:
        if isinstance(document, dict):
            for name, inner in document.items():
                if name.endswith(("password", "key")):
                    yield str(inner)
                yield from leaves(inner)

    found = [word.encode() for word in leaves(json.loads((stack.data / "credentials.json").read_text()))]
    assert len(found) > 10 and all(len(word) >= 20 for word in found)
    return found


def test_it_listens_where_the_architecture_says_and_on_loopback_only(
    stack: RunningStack, family: list[psutil.Process]
) -> None:
    sockets = [
        one.laddr
        for process in family
        for one in process.net_connections("inet")
        if one.status == psutil.CONN_LISTEN or not one.raddr
    ]
    assert {one.ip.removeprefix("::ffff:") for one in sockets} == {"127.0.0.1"}
    assert {one.port - stack.port_base for one in sockets} == set(DOCUMENTED)


def test_nobody_else_reads_its_files(stack: RunningStack) -> None:
    shared = []
    for path in stack.files():
        with suppress(FileNotFoundError):  # the store puts parts together meanwhile
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                shared.append(str(path.relative_to(stack.data)))
    assert shared == []


def test_secrets_stand_in_the_credentials_file_and_nowhere_else(
    stack: RunningStack, family: list[psutil.Process], secrets: list[bytes]
) -> None:
    assert stack.holding(*secrets) == ["credentials.json"]
    told = [" ".join([*process.cmdline(), *process.environ().values()]) for process in family]
    told += [stack.run("status", "--json").stdout, stack.out.read_text(), stack.err.read_text()]
    assert not [text for text in told if any(word.decode() in text for word in secrets)]
