"""The chain in the real store: several writers, a failed insert, lines that somebody touched."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from ioc.accounts import Deed
from ioc.audit_chain import BEFORE, verify
from ioc.cli import app, audit
from ioc.errors import StoreUnavailable
from ioc.settings import ClickHouse
from storage import audit_trail
from storage.client import Store
from storage.desk import StoredDesk
from tests.engine.process import environment

pytestmark = pytest.mark.engine
NOW = datetime(2026, 3, 10, 3, 0, 0, 123_456, tzinfo=UTC)


def deed(n: int) -> Deed:
    return Deed(
        uuid4(), NOW + timedelta(seconds=n), f"ca_{n}", "truc_ca_ioc", "assign", "a", "done", ("x=1",)
    )


@pytest.fixture
def run(migrated: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    for name, value in environment(migrated).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", migrated.host)
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("IOC_TENANT", "G70")
    if not any(group.name == "audit" for group in app.registered_groups):
        audit.register(app)

    def _run(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, ["audit", *arguments, "--json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    return _run


def test_writers_follow_one_another(store: Store, migrated: ClickHouse) -> None:
    first, second = audit_trail.Pen(), StoredDesk(migrated, "G71")
    lines = [first.note(store, "G71", deed(n)) for n in range(2)]
    assert lines[0].after[0].startswith(BEFORE) and lines[1].after == (lines[0].link,)
    second.note(deed(2))
    audit_trail.note(store, "G71", deed(3))
    first.note(store, "G71", deed(4))
    second.note(deed(5))
    found = verify("G71", audit_trail.chained(store, "G71"))
    assert (found.sound, found.lines, found.writers, len(found.ends)) == (True, 6, 3, 3)
    part = second.chain(NOW + timedelta(seconds=4))
    second.close()
    assert part is not None and (part.sound, part.lines) == (True, 2)


def test_a_line_in_doubt_forks_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pen = audit_trail.Pen()
    pen.note(store, "G72", deed(0))
    insert = store.insert
    for written in (True, False):

        def broken(*said: Any, written: bool = written, **more: Any) -> None:
            if written:
                insert(*said, **more)
            raise StoreUnavailable("the store does not answer")

        monkeypatch.setattr(store, "insert", broken)
        with pytest.raises(StoreUnavailable):
            pen.note(store, "G72", deed(1))
        monkeypatch.setattr(store, "insert", insert)
        pen.note(store, "G72", deed(2))
    found = verify("G72", audit_trail.chained(store, "G72"))
    assert (found.sound, found.lines, found.writers, len(found.ends)) == (True, 4, 3, 1)


def test_the_verifier_names_the_line(store: Store, run: Callable[..., Any]) -> None:
    old = ["G70", NOW - timedelta(days=1), uuid4(), "ca_0", "truc_ca_ioc", "assign", "a", "done"]
    names = ["tenant", "at", "id", "account", "role", "action", "object", "outcome"]
    store.insert("ioc.audit_trail", names, [[value] for value in old])
    pen = audit_trail.Pen()
    lines = [pen.note(store, "G70", deed(n)) for n in range(4)]
    kept = run("head")["link"]
    assert run("verify", "--link", kept)["before"] == 1
    sync = {"mutations_sync": 1}
    where = "WHERE tenant = 'G70' AND id = %(id)s"
    one = {"id": str(lines[1].deed.id)}
    store.execute(f"ALTER TABLE ioc.audit_trail UPDATE account = 'ca_9' {where}", one, sync)
    (fault,) = run("verify", code=1)["faults"]
    assert (fault["kind"], fault["id"]) == ("changed", str(lines[1].deed.id))
    store.execute(f"ALTER TABLE ioc.audit_trail UPDATE account = 'ca_1' {where}", one, sync)
    assert run("verify")["sound"]
    store.execute(f"ALTER TABLE ioc.audit_trail DELETE {where}", one, sync)
    (fault,) = run("verify", code=1)["faults"]
    assert (fault["kind"], fault["id"], fault["expected"]) == ("gap", str(lines[2].deed.id), "2")
    store.execute("ALTER TABLE ioc.audit_trail DELETE WHERE tenant = 'G70' AND seqno > 0", settings=sync)
    assert run("verify")["lines"] == 0, "all of it gone is only seen by who kept a link"
    assert run("verify", "--link", kept, code=1)["missing"] == [kept]
