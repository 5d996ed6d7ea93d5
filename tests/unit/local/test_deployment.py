"""The production files, without a container engine: pinned, healthy, secret-free, the same setting names."""

import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from ioc.peers import Proxies
from ioc.settings import Settings
from local.jars import KAFKA_VERSION

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OURS = {"prepare", "worker", "reducer", "gateway", "wall"}
SECRET = re.compile("PASSWORD|SECRET|TOKEN|KEY|CLUSTER_ID")
OF_THIS_FILE = {
    "IOC_CATALOGUE",
    "IOC_CLICKHOUSE__HOST",
    "IOC_GATEWAY__HOST",
    "IOC_GATEWAY__PORT",
    "IOC_GATEWAY__SECURE",
    "IOC_DATA",
}
"""Named in documents, and decided by the file: where its own services are, and where it mounts a folder."""


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
    named -= {"IOC_BOARDS"}  # where Grafana's files lie inside its container
    assert {variable for variable in named if not setting_exists(variable)} == set()


@pytest.mark.parametrize("wrong", ["IOC_KAFKA__BOOTSTRAPS", "IOC_GATEWAY__HOST__PORT", "IOC_NOPE__PORT"])
def test_a_setting_that_does_not_exist_would_be_found(wrong: str) -> None:
    assert not setting_exists(wrong)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """The settings that a service finds, with nothing in .env but what is demanded."""

    def load(service: str) -> Settings:
        for name in list(os.environ):
            if name.startswith("IOC_"):
                monkeypatch.delenv(name)
        for variable, value in SERVICES[service]["environment"].items():
            monkeypatch.setenv(variable, filled(value))
        return Settings()

    return load


def filled(value: str) -> str:
    """As compose reads it when .env has only what is demanded."""
    found = re.fullmatch(r"\$\{\w+:([?-])(.*)\}", value)
    if found is None:
        return value
    return found[2] if found[1] == "-" else "G09"


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_settings_of_the_file_load(name: str, loaded: Callable[[str], Settings]) -> None:
    settings = loaded(name)
    assert settings.kafka.bootstrap == "kafka:9092"
    assert settings.clickhouse.embedded is False


@pytest.mark.parametrize("listener", ["gateway", "wall"])
@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_listens_everywhere_and_is_asked_by_its_name(
    name: str, listener: str, loaded: Callable[[str], Settings]
) -> None:
    settings = loaded(name)
    where = settings.gateway if listener == "gateway" else settings.wall
    assert where.host == ("0.0.0.0" if name == listener else listener)
    assert listener in SERVICES


def test_the_gateway_believes_the_console_about_who_signs_in(loaded: Callable[[str], Settings]) -> None:
    (net,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    first = str(next(ip_network(net["subnet"]).hosts()))
    for name in ("gateway", "wall"):
        assert "networks" not in SERVICES[name]
        trusted = Proxies(loaded(name).trusted_proxies)
        assert first in trusted, "what asks through this machine's ports comes from here"
        assert "127.0.0.1" in trusted
        assert "172.30.20.1" not in trusted
        assert "8.8.8.8" not in trusted


def test_what_documents_say_of_settings_holds_here() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / ".env.example"]
    said = set(re.findall(r"\bIOC_[A-Z][A-Z0-9_]*", "\n".join(page.read_text("utf-8") for page in pages)))
    settings = {name for name in said if setting_exists(name) or name.startswith("IOC_NOTIFY__")}
    assert {"IOC_TRUSTED_PROXIES", "IOC_NOTIFY__TRUC_CA", "IOC_CATALOGUE", "IOC_CANARY_EVERY_S"} < settings
    for service in sorted(OURS):
        assert SERVICES[service]["env_file"] == [{"path": ".env", "required": False}]
        given = SERVICES[service]["environment"]
        ignored = {
            name for name in settings & set(given) if not given[name].startswith(f"${{{name}:")
        } - OF_THIS_FILE
        assert ignored == set(), f"{service}: a value in .env would change nothing"


def test_the_catalogue_of_the_env_file_is_the_one_that_is_read() -> None:
    for service in sorted(OURS):
        mounted = dict(
            reversed(volume.removesuffix(":ro").rsplit(":", 1)) for volume in SERVICES[service]["volumes"]
        )
        assert mounted[SERVICES[service]["environment"]["IOC_CATALOGUE"]] == (
            "${IOC_CATALOGUE:-./ioc/catalogue}"
        )
    assert (ROOT / "ioc" / "catalogue" / "units.yaml").exists()


def test_what_is_grafanas_alone_stays_out_of_our_containers() -> None:
    assert {SERVICES[name]["environment"]["GRAFANA_ADMIN_PASSWORD"] for name in OURS} == {""}


def test_secrets_come_from_the_environment_and_are_demanded() -> None:
    literal = [
        (service, variable)
        for service, variable, value in environments()
        if SECRET.search(variable)
        and variable != "GRAFANA_ADMIN_PASSWORD"
        and not re.fullmatch(r"\$\{\w+:\?see \.env\.example\}", value)
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
