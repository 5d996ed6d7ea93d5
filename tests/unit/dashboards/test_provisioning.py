"""Files that Grafana reads at start: they find the same data source and hold no secret."""

from pathlib import Path
from typing import Any

import yaml

import dashboards
from dashboards.wall.board import Board
from ioc.settings import ClickHouse

FOLDER = Path(dashboards.__file__).parent / "provisioning"
READ_BY_THE_PLUGIN = {"host", "port", "protocol", "secure", "username", "defaultDatabase", "dialTimeout",
                      "queryTimeout", "customSettings"}  # fmt: skip


def read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert loaded["apiVersion"] == 1
    return loaded


def test_the_data_source_is_the_one_the_board_names(board: Board) -> None:
    (source,) = read("datasources/clickhouse.yaml")["datasources"]
    named = {(p.datasource.type, p.datasource.uid) for p in board.panels if p.datasource}
    assert named == {(source["type"], source["uid"])}


def test_the_data_source_reads_as_the_reader_with_a_secret_from_the_environment() -> None:
    (source,) = read("datasources/clickhouse.yaml")["datasources"]
    assert source["jsonData"]["defaultDatabase"] == "ioc_read"
    assert source["secureJsonData"] == {"password": "$IOC_CLICKHOUSE__READER_PASSWORD"}
    assert set(source["jsonData"]) <= READ_BY_THE_PLUGIN


def test_environment_names_are_settings_of_the_project() -> None:
    (source,) = read("datasources/clickhouse.yaml")["datasources"]
    names = [
        value for value in {**source["jsonData"], **source["secureJsonData"]}.values() if str(value)[0] == "$"
    ]
    assert len(names) == 5
    for name in names:
        assert name.removeprefix("$IOC_CLICKHOUSE__").lower() in ClickHouse.model_fields


def test_boards_cannot_be_changed_in_the_browser() -> None:
    (provider,) = read("dashboards/ioc.yaml")["providers"]
    assert provider["type"] == "file" and provider["allowUiUpdates"] is False
