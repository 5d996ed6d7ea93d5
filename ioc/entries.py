"""Reference data entry by entry, each as canonical JSON: what two versions of a catalogue are compared by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ioc import qd766
from ioc.composites import Score, ServiceIndex
from ioc.kpis import Kpi, Kpis

NAMED_BY = {
    "units.yaml": ("code", "valid_from"),
    "baselines.yaml": ("name", "unit", "valid_from"),
    "systems.yaml": ("code", "unit", "valid_from"),
    "declared.yaml": ("name", "unit", "valid_from"),
    "sources.yaml": ("system_code",),
}
CALENDAR = ("from",)
SHARED = "maps"
"""Pieces of sources.yaml that its entries repeat by name: a change of one shows in each of these."""


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the file, the entry in it, and of a KPI or rule the part."""

    file: str
    entry: str
    part: str = ""


Entries = Mapping[Place, str]
"""Canonical JSON by place."""


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal content is equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str).decode()


def of_documents(documents: Mapping[str, Mapping[str, Any]]) -> dict[Place, str]:
    """Entries of the files of a catalogue, by their names."""
    found = {}
    for name, document in documents.items():
        keys = NAMED_BY.get(name, CALENDAR)
        file = name if name in NAMED_BY else f"calendar/{name}"
        for key, value in document.items():
            if not isinstance(value, list):
                if key != SHARED:
                    found[Place(file, key)] = canonical(value)
                continue
            for entry in value:
                label = " ".join(str(entry.get(each, "")) for each in keys)
                found[Place(file, label)] = canonical(entry)
    return found


def of_kpis(kpis: Kpis) -> dict[Place, str]:
    """Every KPI part by part, its targets and weights among them, and the rules of the service index."""
    found = {}
    for kpi in kpis.values():
        for part, value in _parts(kpi):
            found[Place(f"kpis/{kpi.id}.yaml", kpi.id, part)] = canonical(value)
    if any(isinstance(kpi.composite, ServiceIndex) for kpi in kpis.values()):
        for group in qd766.load(kpis.catalogue).groups:
            for metric in group.metrics:
                for part, value in metric.model_dump(mode="json", exclude={"id"}, exclude_none=True).items():
                    found[Place("qd766.yaml", metric.id, part)] = canonical(value)
    return found


def _parts(kpi: Kpi) -> Iterator[tuple[str, Any]]:
    document = kpi.model_dump(mode="json", exclude={"id"}, exclude_none=True)
    if isinstance(kpi.composite, Score):
        del document["composite"]
        for pillar in kpi.composite.pillars:
            yield f"composite.{pillar.id}.weight", pillar.weight
            for part in pillar.parts:
                yield f"composite.{pillar.id}.{part.name}", part.model_dump(mode="json", exclude_none=True)
    yield from document.items()
