"""Who is told of alerts, as data: `catalogue/notify.yaml`. Addresses are settings, for they hold secrets."""

from pathlib import Path

from pydantic import Field

from ioc import yamlfiles
from ioc.alerts import Severity
from ioc.words import NAME, Part

FILE = "notify.yaml"


class Target(Part):
    """One address, and what it is told. `roles`: whose turn it must be; none: anybody's.

    At most `burst` messages in `window_minutes`; what comes faster is told together.
    """

    id: str = Field(pattern=NAME)
    severities: frozenset[Severity]
    roles: frozenset[str] = frozenset()
    burst: int = Field(default=6, ge=1)
    window_minutes: int = Field(default=10, ge=1)


class _File(Part):
    targets: tuple[Target, ...] = ()


def load(catalogue: Path | None = None) -> tuple[Target, ...]:
    """The targets of the own catalogue, else the packaged ones. Raises `SettingsError` naming the entry."""
    return yamlfiles.load(yamlfiles.find(catalogue, FILE), _File).targets
