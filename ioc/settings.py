"""Settings: environment (`IOC_…`) before what the stack wrote down, before defaults.

The names are the same embedded and in production; only the addresses differ.
"""

import json
import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ioc.errors import SettingsError
from ioc.peers import LOOPBACK as LOOPBACK_NETWORKS

LOOPBACK = "127.0.0.1"
DEFAULT_PORT_BASE = 19000


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kafka(Part):
    bootstrap: str = f"{LOOPBACK}:{DEFAULT_PORT_BASE + 2}"
    security_protocol: Literal["PLAINTEXT", "SASL_SSL", "SASL_PLAINTEXT", "SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] | None = None
    username: str | None = None
    password: SecretStr | None = None
    cafile: Path | None = None
    replication_factor: int = 1
    processors: str = ""
    """Bootstrap address of a listener that only workers use; empty: they use `bootstrap` like everybody. The
    embedded broker opens such a listener and tells its clients this address."""
    processors_port: int = 0
    """Where the embedded broker listens for them when something stands between; 0: at that address."""
    flush_each: bool = False
    """The embedded broker has every batch on the disk before it acknowledges it: a power cut loses nothing of
    it, and each batch waits for the disk."""


class ClickHouse(Part):
    """The store. `cluster` empty: one node, plain MergeTree; else its name, Replicated… tables."""

    host: str = LOOPBACK
    port: int = DEFAULT_PORT_BASE
    writer_user: str = "ioc_writer"
    writer_password: SecretStr = SecretStr("")
    reader_user: str = "ioc_reader"
    reader_password: SecretStr = SecretStr("")
    secure: bool = False
    cluster: str = ""
    embedded: bool = True


class Http(Part):
    host: str = LOOPBACK
    port: int
    secure: bool = False
    """Asked over https: a proxy that speaks TLS stands there. What listens itself never does."""

    @property
    def url(self) -> str:
        """As a client asks it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


class Settings(BaseSettings):
    """Everything a process needs to find the others. Read once, by the command line."""

    model_config = SettingsConfigDict(
        env_prefix="IOC_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    tenant: str = "G09"
    data: Path = Path("data")
    catalogue: Path | None = None
    kafka: Kafka = Kafka()
    clickhouse: ClickHouse = ClickHouse()
    gateway: Http = Http(port=DEFAULT_PORT_BASE + 4)
    wall: Http = Http(port=DEFAULT_PORT_BASE + 5)
    worker_port: int = DEFAULT_PORT_BASE + 6
    reducer_port: int = DEFAULT_PORT_BASE + 7
    canary_every_s: int = Field(default=10, ge=0, le=3600)
    """Seconds between two canaries of a topic, sent by the gateway; 0 switches them off."""
    trusted_proxies: tuple[IPvAnyNetwork, ...] = tuple(ip_network(each) for each in LOOPBACK_NETWORKS)
    """Peers whose X-Forwarded-For is believed: IOC_TRUSTED_PROXIES='["10.0.3.7", "10.0.4.0/24"]'"""
    notify: dict[str, SecretStr] = {}
    """Addresses of those who are told of alerts, by the id of notify.yaml: IOC_NOTIFY__TRUC_CA=mailtos://…"""

    def of_a_worker(self) -> "Settings":
        """The same, with Kafka at the listener for workers if there is one."""
        if not self.kafka.processors:
            return self
        kafka = self.kafka.model_copy(update={"bootstrap": self.kafka.processors})
        return self.model_copy(update={"kafka": kafka})

    @property
    def stack_file(self) -> Path:
        """Addresses of the running stack, written by `ioc up`."""
        return self.data / "run" / "stack.json"

    @property
    def organisation_file(self) -> Path:
        """Tenant and catalogue of this directory, if not the packaged ones; outlives the stack."""
        return self.data / "organisation.json"

    @property
    def credentials_file(self) -> Path:
        """Generated at first start, mode 600."""
        return self.data / "credentials.json"


def _overlay(base: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in above.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = _overlay(inner, value) if both else value  # type: ignore[arg-type]
    return merged


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when there is no file. Raises `SettingsError` when it is not one."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read as JSON ({error.__class__.__name__})") from error
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path}: expected a JSON object")
    return loaded


def load(data: Path | None = None) -> Settings:
    """Settings of the stack under `data` (default: `$IOC_DATA`, else ./data).

    Raises `SettingsError` naming the setting that is wrong.
    """
    where = (data or Path(os.environ.get("IOC_DATA", "data"))).absolute()
    organisation = read_json(where / "organisation.json")
    stack = read_json(where / "run" / "stack.json").get("settings", {})
    secret = read_json(where / "credentials.json").get("settings", {})
    try:
        from_environment = Settings(data=where).model_dump(exclude_unset=True)
        merged = _overlay(_overlay(_overlay(organisation, stack), secret), from_environment)
        merged["data"] = where
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        name = "IOC_" + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"setting {name}: {first['msg']}") from error
