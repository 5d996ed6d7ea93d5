"""`ioc user` against the real store: made once, shown once, written down."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from ioc.accounts import AccountRefused
from ioc.cli import app, office
from ioc.errors import IocError
from ioc.passwords import PasswordRefused, Passwords
from ioc.settings import ClickHouse
from storage import accounts, audit_trail
from storage.client import Store
from tests.engine.process import environment

pytestmark = pytest.mark.engine
TENANT = "G75"
Run = Callable[..., Any]


@pytest.fixture
def run(migrated: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for name, value in environment(migrated).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", migrated.host)
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("IOC_TENANT", TENANT)
    monkeypatch.setattr(
        "ioc.passwords.Passwords.__init__",
        lambda self: setattr(self, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    if not any(group.name == "user" for group in app.registered_groups):
        office.register(app)

    def _run(*arguments: str, given: str = "", code: int = 0, error: type[IocError] | None = None) -> Any:
        result = CliRunner().invoke(app, ["user", *arguments], input=given)
        if error is not None:
            assert isinstance(result.exception, error), result.output
            return str(result.exception)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return _run


def test_an_account_from_its_making_to_its_end(run: Run, store: Store) -> None:
    made = run("add", "truc_ca_1", "--role", "truc_ca_ioc", "--json")
    assert (made["account"], made["role"], made["unit"]) == ("truc_ca_1", "truc_ca_ioc", TENANT)
    kept = accounts.find(store, TENANT, "truc_ca_1")
    assert kept is not None and kept.account.must_change
    assert Passwords().matches(kept.password_hash, made["password"])

    again = run("add", "truc_ca_1", "--role", "truc_ca_ioc", code=1)
    assert "there is one already" in again
    word = "đọc từ đầu vào"
    shown = run(
        "add", "van_thu_1", "--role", "van_thu", "--unit", "G09.902", "--password-stdin", given=f"{word}\n"
    )
    assert word not in shown and "Mật khẩu" not in shown
    other = accounts.find(store, TENANT, "van_thu_1")
    assert other is not None and not other.account.must_change
    assert Passwords().matches(other.password_hash, word)

    assert run("disable", "truc_ca_1", "--json") == {"account": "truc_ca_1", "disabled": True}
    states = {each["account"]: each for each in run("list", "--json")["accounts"]}
    assert states["truc_ca_1"]["disabled"] and not states["van_thu_1"]["disabled"]
    assert "khóa" in run("list")
    renewed = run("reset", "truc_ca_1", "--json")
    assert renewed["password"] != made["password"]
    kept = accounts.find(store, TENANT, "truc_ca_1")
    assert kept is not None and (kept.account.disabled, kept.account.version) == (False, 3)
    assert not Passwords().matches(kept.password_hash, made["password"])
    assert "hash" not in json.dumps(states) and "argon" not in json.dumps(states)

    far = datetime(2090, 1, 1, tzinfo=UTC)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    deeds = [line.deed for line in audit_trail.trail(store, TENANT, since, far, about="truc_ca_1")]
    assert [deed.action for deed in reversed(deeds)] == ["add_account", "disable_account", "reset_password"]
    assert deeds[0].detail == ("role=truc_ca_ioc", f"unit={TENANT}", "by=command_line")


def test_what_is_refused_makes_nothing(run: Run, store: Store) -> None:
    before = accounts.listed(store, TENANT)
    phone = "0" + "912345678"
    for arguments, expected in (
        (("add", f"ca_{phone}", "--role", "truc_ca_ioc"), "name of a post"),
        (("add", "ca_2", "--role", "boss"), "expected one of"),
        (("add", "ca_2", "--role", "van_thu"), "expected --unit"),
        (("add", "ca_2", "--role", "van_thu", "--unit", "G09.999"), "code of a unit"),
    ):
        told = run(*arguments, error=AccountRefused)
        assert expected in told and phone not in told
    told = run(
        "add", "ca_2", "--role", "truc_ca_ioc", "--password-stdin", given="ngắn\n", error=PasswordRefused
    )
    assert "ngắn" not in told
    for command in ("disable", "reset"):
        assert "there is none" in run(command, "ca_2", code=1)
    assert accounts.listed(store, TENANT) == before
