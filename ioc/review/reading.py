"""Reading catalogue files without stopping: what cannot be read is a finding, the rest goes on."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ioc.errors import SettingsError
from ioc.reference import files
from ioc.yamlfiles import PACKAGED, parse, read

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Finding:
    """One inconsistency: the file, the entry in it, and what was expected there."""

    file: str
    entry: str
    expected: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Folder:
    """A catalogue being reviewed. `findings`: what is wrong so far; `counted`: entries looked at, by what.

    `baselines`: names of the counts that can be read. `unconfirmed`: how many entries nobody has confirmed.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.files = files(path)
        self.findings: list[Finding] = []
        self.counted: dict[str, int] = {}
        self.unconfirmed = 0
        self.baselines: set[str] = set()

    def add(self, file: Path, entry: str, expected: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(self.name(file), entry, expected))

    def name(self, file: Path) -> str:
        """A file as its editor knows it: relative to the folder; packaged ones say so."""
        if self.path is not None and file.is_relative_to(self.path):
            return str(file.relative_to(self.path))
        return f"(packaged) {file.relative_to(PACKAGED)}" if self.path else str(file.relative_to(PACKAGED))

    def file(self, name: str) -> Path | None:
        """Where a file of this name is taken from; None: the catalogue has none."""
        return next((file for file in self.files if file.name == name), None)

    def document(self, file: Path) -> dict[str, Any]:
        """The mapping in a file; empty, and a finding, when it cannot be read."""
        try:
            return parse(file, read(file))
        except SettingsError as error:
            self.add(file, "the file", str(error).removeprefix(f"{file}: "))
        return {}

    def entries(self, file: Path | None, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The mappings listed under `key`, numbered from 1."""
        if file is None:
            return
        listed = self.document(file).get(key) or ()
        if not isinstance(listed, list | tuple):
            self.add(file, key, "a list of entries")
            return
        for number, entry in enumerate(listed, 1):
            if isinstance(entry, dict):
                yield number, entry
            else:
                self.add(file, f"{key} {number}", "a mapping")

    def valid(self, model: type[Model], entry: dict[str, Any], file: Path, label: str) -> Model | None:
        """The entry as its model; every reason why it is none becomes a finding."""
        try:
            return model.model_validate(entry)
        except ValidationError as error:
            for each in error.errors():
                where = ".".join(str(part) for part in each["loc"])
                said = each["msg"].removeprefix("Value error, ")
                self.add(file, label, f"{where}: {said}" if where else said)
        return None

    def loaded(self, model: type[Model], file: Path | None, key: str, label: str) -> list[Model]:
        """All valid entries under `key`; `label` is the field that names an entry."""
        found = []
        for number, entry in self.entries(file, key):
            named = str(entry.get(label) or f"{key} {number}")
            if file and (valid := self.valid(model, entry, file, named)) is not None:
                found.append(valid)
        self.counted[key] = len(found)
        return found
