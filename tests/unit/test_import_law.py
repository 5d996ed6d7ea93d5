"""One direction, no shortcuts: which room may import which, read from the source itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = {"producers", "streams", "storage", "dashboards", "local"}
ALLOWED = {
    "ioc": set(),
    "storage": {"ioc"},
    "producers": {"ioc"},
    "streams": {"ioc", "storage"},
    "dashboards": {"ioc", "storage"},
    "local": {"ioc", "storage"},
}


def modules(room: str) -> Iterator[Path]:
    for path in sorted((ROOT / room).rglob("*.py")):
        if not path.is_relative_to(ROOT / "ioc" / "cli"):
            yield path


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    permitted = ALLOWED[room] | {room}
    trespasses = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(room)
        for line, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in STAGES | {"ioc"} and name.split(".")[0] not in permitted
    ]
    assert trespasses == []


def test_the_oracle_knows_nothing_of_what_it_judges() -> None:
    """The standard library, the clients of Kafka and ClickHouse, and itself: not even `ioc`."""
    permitted = {*sys.stdlib_module_names, "clickhouse_driver", "kafka"}
    trespasses = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("proof/oracle")
        for line, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] not in permitted and not name.startswith("proof.oracle")
    ]
    assert trespasses == []


def test_no_stage_knows_that_it_is_proved() -> None:
    knowing = [
        str(path.relative_to(ROOT))
        for room in ALLOWED
        for path in (ROOT / room).rglob("*.py")
        for _, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in ("proof", "tests", "bench")
    ]
    assert knowing == []


def test_only_the_store_client_knows_the_driver() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for room in ALLOWED
        for path in (ROOT / room).rglob("*.py")
        for _, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] == "clickhouse_driver"
    }
    assert knowing == {"storage/client.py"}


def test_the_command_line_imports_stages_inside_commands_only() -> None:
    trespasses = []
    for path in sorted((ROOT / "ioc" / "cli").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            trespasses += [
                f"{path.name}:{line} imports {name} at module level"
                for line, name in imported(ast.Module(body=[node], type_ignores=[]))
                if isinstance(node, ast.Import | ast.ImportFrom) and name.split(".")[0] in STAGES
            ]
    assert trespasses == []
