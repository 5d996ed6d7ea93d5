"""Credentials, lock, stack file, demo mark: what a stack leaves on disk."""

import json
import stat
from pathlib import Path

import pytest

from ioc.errors import SettingsError, StackNotFound
from local import credentials, demo_data
from local.rundir import StackRunning, held, is_held, read_stack, write_atomically


def test_credentials_are_made_once_for_every_source(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    first = credentials.ensure(path, ["vxp", "hrm"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(first["sources"]) == {"vxp", "hrm"}
    assert set(first["sources"]["vxp"]) == {"username", "password", "key", "pseudonym_key"}
    secrets = [first["sources"][code][name] for code in ("vxp", "hrm") for name in ("password", "key")]
    secrets += list(first["settings"]["clickhouse"].values())
    assert len(set(secrets)) == 6
    assert min(map(len, secrets)) >= 32
    assert credentials.ensure(path, ["vxp", "hrm"]) == first


def test_a_new_source_gets_its_own_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    first = credentials.ensure(path, ["vxp"])
    second = credentials.ensure(path, ["vxp", "motcua"])
    assert second["sources"]["vxp"] == first["sources"]["vxp"]
    assert second["settings"] == first["settings"]
    assert json.loads(path.read_text()) == second


def test_a_readable_credentials_file_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    credentials.ensure(path, ["vxp"])
    path.chmod(0o644)
    assert not credentials.is_private(path)
    credentials.ensure(path, ["vxp"])
    assert credentials.is_private(path)


def test_a_broken_credentials_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text("[1]")
    with pytest.raises(SettingsError, match="expected a JSON object"):
        credentials.ensure(tmp_path / "credentials.json", [])


def test_one_stack_per_directory(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with held(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(StackRunning, match="already running"), held(tmp_path):
            pass
    assert not is_held(tmp_path)
    with held(tmp_path):
        pass


def test_a_stack_file_counts_only_while_its_stack_runs(tmp_path: Path) -> None:
    write_atomically(tmp_path / "run" / "stack.json", {"processes": {}})
    with pytest.raises(StackNotFound, match="no running stack"):
        read_stack(tmp_path)
    with held(tmp_path):
        assert read_stack(tmp_path) == {"processes": {}}
    assert [path.name for path in (tmp_path / "run").iterdir() if path.name.startswith(".")] == []


def test_simulated_and_real_events_do_not_share_a_directory(tmp_path: Path) -> None:
    assert demo_data.begin(tmp_path / "demo") == 0
    credentials.ensure(tmp_path / "demo" / "credentials.json", [])
    assert demo_data.begin(tmp_path / "demo") == 1, "a demo may start again"
    assert demo_data.is_simulated(tmp_path / "demo")
    credentials.ensure(tmp_path / "real" / "credentials.json", [])
    assert not demo_data.is_simulated(tmp_path / "real")
    with pytest.raises(demo_data.RealData, match="another --data"):
        demo_data.begin(tmp_path / "real")
