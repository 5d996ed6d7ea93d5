"""A data directory belongs to one organisation."""

from pathlib import Path

import pytest

from ioc.errors import SettingsError
from ioc.settings import load
from local.organisation import settle

UNITS = """
units:
  - {code: G77, slug: bo, name: Bộ, parent: null, kind: bộ, headcount: 0, valid_from: 2025-03-01}
  - {code: G77.901, slug: vp, name: Văn phòng, parent: G77, kind: vụ, headcount: 5, valid_from: 2025-03-01}
"""
SOURCES = "sources: [{like: qlvb}, {like: ioc, units: [G77.901]}]"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IOC_TENANT", "IOC_CATALOGUE", "IOC_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "units.yaml").write_text(UNITS, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    return folder


def test_catalogue_and_its_top_are_remembered(tmp_path: Path, catalogue: Path) -> None:
    data = tmp_path / "data"
    settle(data, catalogue, None)
    assert (load(data).tenant, load(data).catalogue) == ("G77", catalogue)
    settle(data, None, None)
    assert (load(data).tenant, load(data).catalogue) == ("G77", catalogue)
    settle(data, None, "G77")
    assert load(data).catalogue == catalogue


def test_nothing_said_is_the_packaged_organisation(tmp_path: Path) -> None:
    settle(tmp_path, None, None)
    assert not (tmp_path / "organisation.json").exists()
    assert load(tmp_path).catalogue is None


def test_the_environment_goes_before_what_is_remembered(
    tmp_path: Path, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path / "data", catalogue, None)
    monkeypatch.setenv("IOC_TENANT", "G78")
    assert load(tmp_path / "data").tenant == "G78"


def test_a_directory_of_another_tenant_is_refused(tmp_path: Path, catalogue: Path) -> None:
    data = tmp_path / "data"
    settle(data, None, "G09")
    with pytest.raises(SettingsError, match="holds the data of G09: use another --data for G77"):
        settle(data, catalogue, None)
    old = tmp_path / "old"
    old.mkdir()
    (old / "credentials.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds the data of G09"):
        settle(old, catalogue, None)


@pytest.mark.parametrize(("tenant", "message"), [("G77.901", "expected G77"), ("G99", "expected G77")])
def test_a_tenant_is_the_top_of_its_catalogue(
    tmp_path: Path, catalogue: Path, tenant: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        settle(tmp_path / "data", catalogue, tenant)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere: expected a folder"):
        settle(tmp_path / "data", tmp_path / "nowhere", None)
