"""Files of reference data as they stand on disk: their bytes, and the mapping these are."""

from pathlib import Path
from typing import Any

import yaml

from ioc.errors import SettingsError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(file: Path) -> bytes:
    """Its bytes. Raises `SettingsError` naming the file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.__class__.__name__})") from error


def parse(file: Path, content: bytes) -> dict[str, Any]:
    """The mapping that a file's content is. Raises `SettingsError` naming the file."""
    try:
        document = yaml.load(content, Loader=_LOADER)  # noqa: S506 - the safe loader, or its twin in C
    except yaml.YAMLError as error:
        raise SettingsError(f"{file}: is not YAML ({error.__class__.__name__})") from error
    if not isinstance(document, dict):
        raise SettingsError(f"{file}: expected a mapping at the top")
    return document
