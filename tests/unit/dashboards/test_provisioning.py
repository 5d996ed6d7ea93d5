"""Files that Grafana reads at start: they find the same data source and hold no secret."""

import re
from pathlib import Path
from typing import Any

import yaml

import dashboards
from dashboards.wall.board import Board, load
from ioc.settings import ClickHouse

FOLDER = Path(dashboards.__file__).parent / "provisioning"
READ_BY_THE_PLUGIN = {"host", "port", "protocol", "secure", "username", "defaultDatabase", "dialTimeout",
                      "queryTimeout", "customSettings", "enableRowLimit"}  # fmt: skip

PIPELINE = {
    f"ioc_read.{view}"
    for view in ("landing_stops", "landing_lag", "ticks", "ledger_total", "latency", "canaries")
}


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


def rules() -> list[dict[str, Any]]:
    (group,) = read("alerting/rules.yaml")["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_grafana_alerts_of_the_pipelines_health_only_and_silence_is_not_health() -> None:
    pipeline = load("pipeline")
    for rule in rules():
        sql = rule["data"][0]["model"]["rawSql"]
        assert set(re.findall(r"FROM (ioc_read\.\w+)", sql)) <= PIPELINE, rule["uid"]
        assert (rule["noDataState"], rule["execErrState"]) == ("Alerting", "Alerting")
        said = rule["annotations"]
        assert said["__dashboardUid__"] == pipeline.uid
        assert int(said["__panelId__"]) in {panel.id for panel in pipeline.panels}
    assert len({rule["uid"] for rule in rules()}) == len(rules())


def test_every_step_of_a_rule_follows_from_the_one_before() -> None:
    for rule in rules():
        asked, last, bad = rule["data"]
        assert asked["datasourceUid"] == "ioc-clickhouse" and asked["model"]["format"] == 1
        assert (last["model"]["expression"], bad["model"]["expression"]) == ("A", "B")
        assert rule["condition"] == bad["refId"] == "C"
        assert "$" not in asked["model"]["rawSql"], "Grafana would take it for a name of the environment"


def test_alerts_reach_a_contact_point_that_exists() -> None:
    document = read("alerting/contact_points.yaml")
    (point,) = document["contactPoints"]
    (policy,) = document["policies"]
    assert policy["receiver"] == point["name"]
    (receiver,) = point["receivers"]
    assert receiver["settings"]["addresses"] == "$GRAFANA_OPS_MAIL"


def test_boards_cannot_be_changed_in_the_browser() -> None:
    (provider,) = read("dashboards/ioc.yaml")["providers"]
    assert provider["type"] == "file" and provider["allowUiUpdates"] is False
