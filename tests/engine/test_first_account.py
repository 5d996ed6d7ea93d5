"""The first administrator: made once, known to the credentials file only."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from ioc.accounts import FIRST, LINE, LINE_ROLE, Account, Kept
from ioc.cli import health
from ioc.clock import FixedClock
from ioc.errors import SettingsError
from ioc.passwords import Passwords
from ioc.settings import ClickHouse, Settings, load
from local import credentials, first_account
from storage import accounts
from storage.client import Store
from tests.engine.process import environment

pytestmark = pytest.mark.engine
G02 = Path(__file__).parents[2] / "examples" / "g02"
CLOCK = FixedClock(datetime(2026, 3, 10, 3, 0, tzinfo=UTC))


def cheap() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def settings(tenant: str, folder: Path, store: ClickHouse) -> Settings:
    return Settings(tenant=tenant, data=folder, clickhouse=store)


def test_it_is_made_once_and_its_password_stands_in_the_credentials(
    store: Store, migrated: ClickHouse, tmp_path: Path
) -> None:
    mine = settings("G71", tmp_path, migrated)
    credentials.ensure(mine.credentials_file, ["qlvb"])
    password = first_account.ensure(mine, store, CLOCK, cheap)
    assert password is not None
    assert first_account.ensure(mine, store, CLOCK, cheap) is None
    kept = accounts.find(store, "G71", FIRST)
    assert kept is not None
    assert (kept.account.role, kept.account.must_change) == ("platform_admin", True)
    assert cheap().matches(kept.password_hash, password)
    document = json.loads(mine.credentials_file.read_text())
    assert document["accounts"] == {FIRST: {"password": password}}
    assert document["sources"]["qlvb"]["key"]
    assert stat.S_IMODE(mine.credentials_file.stat().st_mode) == 0o600
    # What the stack does at every start leaves it as it is.
    assert credentials.ensure(mine.credentials_file, ["qlvb"]) == document


def test_after_a_crash_between_file_and_store_the_same_password_is_taken(
    store: Store, migrated: ClickHouse, tmp_path: Path
) -> None:
    mine = settings("G72", tmp_path, migrated)
    mine.credentials_file.write_text(json.dumps({"accounts": {FIRST: {"password": "made before"}}}))
    assert first_account.ensure(mine, store, CLOCK, cheap) == "made before"


def test_where_there_are_accounts_none_is_made(store: Store, migrated: ClickHouse, tmp_path: Path) -> None:
    mine = settings("G73", tmp_path, migrated)
    accounts.keep(store, "G73", Kept(Account("ca_1", "truc_ca_ioc", "G73"), "x"), CLOCK.now())
    assert first_account.ensure(mine, store, CLOCK, cheap) is None
    assert not mine.credentials_file.exists()
    first_account.remember(mine, "ca_1", "new")
    assert not mine.credentials_file.exists()


def test_the_command_line_has_an_account_of_its_own_and_a_disabled_one_stays_so(
    store: Store, migrated: ClickHouse, tmp_path: Path
) -> None:
    mine = settings("G74", tmp_path, migrated)
    first_account.ensure(mine, store, CLOCK, cheap)
    for _ in range(2):
        first_account.ensure_line(mine, store, CLOCK, cheap)
        kept = accounts.find(store, "G74", LINE)
        assert kept is not None
        assert (kept.account.role, kept.account.must_change, kept.account.version) == (LINE_ROLE, False, 1)
        assert cheap().matches(kept.password_hash, first_account.known(mine, LINE) or "")
    assert stat.S_IMODE(mine.credentials_file.stat().st_mode) == 0o600
    assert kept is not None
    accounts.keep(store, "G74", replace(kept, account=replace(kept.account, disabled=True)), CLOCK.now())
    first_account.ensure_line(mine, store, CLOCK, cheap)
    again = accounts.find(store, "G74", LINE)
    assert again is not None and again.account.disabled
    made = store.query("SELECT object FROM ioc.audit_trail WHERE tenant = 'G74' AND action = 'add_account'")
    assert made == [(LINE,)]


@pytest.fixture
def produced(migrated: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment as in containers; the topics are there."""
    for name, value in {**environment(migrated), "IOC_CLICKHOUSE__HOST": migrated.host}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("local.topics.ensure_topics", lambda *_, **__: [])
    monkeypatch.setattr("local.first_account.Passwords", cheap)


def test_a_production_stack_is_prepared_with_its_units_and_both_accounts(
    produced: None, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        health.prepare(tmp_path, G02, "G02")
    assert (load(tmp_path).tenant, load(tmp_path).catalogue) == ("G02", G02)
    assert {each.name for each in accounts.listed(store, "G02")} == {FIRST, LINE}
    password = first_account.known(load(tmp_path), LINE)
    assert password and password not in capsys.readouterr().out


def test_a_tenant_without_its_own_units_is_refused_before_anything_is_made(
    produced: None, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"tenant G02: expected G09.*IOC_CATALOGUE"):
        health.prepare(tmp_path, None, "G02")
    assert list(tmp_path.iterdir()) == []
