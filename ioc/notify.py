"""Who is told of alerts, as data: `catalogue/notify.yaml`. Addresses are settings, for they hold secrets."""

from pathlib import Path

from pydantic import Field, ValidationError

from ioc import yamlfiles
from ioc.alerts import Severity
from ioc.errors import SettingsError
from ioc.words import NAME, Part

PACKAGED = Path(__file__).parent / "catalogue"
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
    own = catalogue / FILE if catalogue else None
    file = own if own is not None and own.exists() else PACKAGED / FILE
    try:
        return _File.model_validate(yamlfiles.parse(file, yamlfiles.read(file))).targets
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(f"{file}: {where}: {first['msg']}") from error
