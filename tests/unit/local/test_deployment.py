"""The production files, without a container engine: pinned, healthy, secret-free, the same setting names."""

import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from ioc.settings import Settings
from local.jars import KAFKA_VERSION

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OURS = {"prepare", "worker", "reducer", "gateway", "wall"}
SECRET = re.compile("PASSWORD|SECRET|TOKEN|KEY|CLUSTER_ID")


def environments() -> Iterator[tuple[str, str, str]]:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            yield name, variable, value


def setting_exists(variable: str) -> bool:
    model: type[BaseModel] = Settings
    *outer, last = variable.removeprefix("IOC_").lower().split("__")
    for part in outer:
        inner = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return False
        model = inner
    return last in model.model_fields


def test_all_parts_of_the_stack_are_there() -> None:
    assert set(SERVICES) == OURS | {"kafka", "clickhouse", "grafana"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_is_pinned(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", tag), f"{name} runs {SERVICES[name]['image']}"


def test_the_broker_is_the_embedded_one() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_lasting_service_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    if name == "prepare":
        assert SERVICES[name]["restart"] == "no"
        return
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_setting_of_ours_exists() -> None:
    named = {variable for _, variable, _ in environments() if variable.startswith("IOC_")}
    named |= set(re.findall(r"^(IOC_\w+)=", EXAMPLE, re.MULTILINE))
    named -= {"IOC_DATA", "IOC_BOARDS"}  # where things lie inside a container
    assert {variable for variable in named if not setting_exists(variable)} == set()


@pytest.mark.parametrize("wrong", ["IOC_KAFKA__BOOTSTRAPS", "IOC_GATEWAY__HOST__PORT", "IOC_NOPE__PORT"])
def test_a_setting_that_does_not_exist_would_be_found(wrong: str) -> None:
    assert not setting_exists(wrong)


def test_the_settings_of_the_file_load(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("IOC_"):
            monkeypatch.delenv(name)
    for service, variable, value in environments():
        if service == "worker" and variable != "IOC_DATA":
            monkeypatch.setenv(variable, "G09" if value.startswith("${") else value)
    settings = Settings()
    assert settings.kafka.bootstrap == "kafka:9092"
    assert settings.clickhouse.embedded is False
    assert settings.gateway.host == "0.0.0.0"


def test_secrets_come_from_the_environment_and_are_demanded() -> None:
    literal = [
        (service, variable)
        for service, variable, value in environments()
        if SECRET.search(variable) and not re.fullmatch(r"\$\{\w+:\?see \.env\.example\}", value)
    ]
    assert literal == []


def test_the_example_names_each_demanded_value_and_holds_none() -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    offered = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert set(offered) == demanded
    assert set(offered.values()) == {""}


def test_only_loopback_ports_are_open() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_image_runs_with_as_little_as_it_can(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "USER ioc" in dockerfile
    assert "--require-hashes" in dockerfile


def test_mounted_files_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{source} is mounted but does not exist"


def test_grafana_has_every_variable_its_provisioning_names() -> None:
    given = set(SERVICES["grafana"]["environment"])
    files = sorted((ROOT / "dashboards" / "provisioning").rglob("*.yaml"))
    named = {
        word
        for path in files
        for value in scalars(yaml.safe_load(path.read_text(encoding="utf-8")))
        for word in re.findall(r"\$\{?(\w+)", value)
    }
    assert "IOC_CLICKHOUSE__READER_PASSWORD" in named
    assert named - given == set()


def scalars(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from scalars(item)
    elif isinstance(node, str):
        yield node


def test_the_reader_is_a_reader() -> None:
    users = ElementTree.parse(ROOT / "deploy/clickhouse/users.d/ioc.xml").getroot()
    reader = users.find("users/ioc_reader")
    profile = users.find("profiles/ioc_reader")
    assert reader is not None
    assert profile is not None
    assert [grant.text for grant in reader.iter("query")] == ["GRANT SELECT ON ioc_read.*"]
    assert profile.findtext("readonly") == "1"
    assert profile.find("constraints/max_execution_time/changeable_in_readonly") is not None
    for limit in ("max_execution_time", "max_result_rows", "max_rows_to_read", "max_memory_usage"):
        assert int(profile.findtext(limit) or 0) > 0
    for name in ("ioc_writer", "ioc_reader"):
        password = users.find(f"users/{name}/password")
        assert password is not None
        assert password.get("from_env", "").startswith("IOC_CLICKHOUSE__")
        assert not password.text


def test_the_reader_may_send_what_our_client_sends() -> None:
    from storage.client import READ_SETTINGS

    profile = (
        ElementTree.parse(ROOT / "deploy/clickhouse/users.d/ioc.xml").getroot().find("profiles/ioc_reader")
    )
    assert profile is not None
    assert {name: profile.findtext(name) for name in READ_SETTINGS} == {
        name: str(value) for name, value in READ_SETTINGS.items()
    }
