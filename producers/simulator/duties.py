"""Which unit of the simulated ministry handles which field and which dataset: data, not code."""

from collections.abc import Mapping
from pathlib import Path

from ioc.yamlfiles import parse, read

_FILE = Path(__file__).with_name("duties.yaml")
_SAID = parse(_FILE, read(_FILE))

FIELDS: Mapping[str, tuple[str, ...]] = {unit: tuple(fields) for unit, fields in _SAID["fields"].items()}
"""Fields of procedures by the unit that handles them; other units have `OTHER_FIELD`."""
OTHER_FIELD = "chuyen_nganh"
DATASETS: Mapping[str, str] = dict(_SAID["datasets"])
"""Datasets and the unit that answers for each; a unit the catalogue lacks falls to the first of it."""
