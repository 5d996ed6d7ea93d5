"""Files of reference data as they stand on disk: where, their bytes, the mapping or the model these are."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ioc.errors import SettingsError

PACKAGED = Path(__file__).parent / "catalogue"
Model = TypeVar("Model", bound=BaseModel)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find(catalogue: Path | None, name: str) -> Path:
    """The file or folder `name` of the own catalogue, else of the packaged one."""
    own = catalogue / name if catalogue else None
    return own if own is not None and own.exists() else PACKAGED / name


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
    except (ValueError, OverflowError) as error:  # such as a day that no month has
        raise SettingsError(f"{file}: holds a value that is none ({error})") from error
    except RecursionError as error:
        raise SettingsError(f"{file}: is nested too deeply") from error
    if not isinstance(document, dict):
        raise SettingsError(f"{file}: expected a mapping at the top")
    return document


def load(file: Path, model: type[Model], changes: Mapping[str, Any] = MappingProxyType({})) -> Model:
    """A file as its model, with what is changed in it. Raises `SettingsError` naming file, key and reason."""
    try:
        return model.model_validate({**parse(file, read(file)), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(f"{file}: {where}: {first['msg']}") from error
