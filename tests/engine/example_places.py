"""Examples side by side in one store: each has a ministry of its own beneath the tenant, and own subjects."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import orjson

from ioc.baselines import Baseline, Baselines, Declarations, Declared, System
from ioc.contracts import build, canonical_data, decode, encode
from ioc.reference import Catalogue
from ioc.units import Unit, Units
from tests.examples.reading import TENANT, Example, Told, wide

ALWAYS = date(2020, 1, 1)
_UNIT = re.compile(rf"{TENANT}(\.\d+)*")
_PERSON = re.compile(r"[0-9a-f]{64}")
_REFS = {
    *("doc_ref", "reply_doc_ref", "in_reply_to", "source_doc_ref", "dossier_ref", "feedback_ref"),
    *("change_ref", "batch_ref", "task_ref", "alert_ref", "procedure_code"),
}


@cache
def packaged() -> Catalogue:
    return Catalogue.load()


@dataclass(frozen=True)
class Place:
    """An example and where it stands: `number` of its ministry, none when it has the store to itself."""

    example: Example
    number: int | None

    def unit(self, code: str) -> str:
        return code if self.number is None else f"{TENANT}.{self.number}{code.removeprefix(TENANT)}"

    def id(self, short: str) -> str:
        return wide(f"{self.example.kpi}/{short}")

    @property
    def shorts(self) -> dict[str, str]:
        return {self.id(each.short): each.short for each in self.example.told}

    def rows(self, catalogue: Catalogue) -> list[dict[str, Any]]:
        """Its events as landing writes them; one that landing would refuse raises `EventRefused`."""
        return [self._row(told, catalogue) for told in self.example.told]

    def _row(self, told: Told, catalogue: Catalogue) -> dict[str, Any]:
        correctionof = self.id(told.corrects) if told.corrects else None
        made = build(
            told.name,
            source=f"urn:ioc:{TENANT}:{told.source}",
            id=self.id(told.short),
            time=told.time,
            orgunit=self.unit(told.unit),
            seqno=told.seqno,
            producedat=told.producedat,
            data={key: self._moved(key, value) for key, value in told.data.items()},
            tenant=TENANT,
            correctionof=correctionof,
        )
        decode(encode(made), rules=catalogue.rules(TENANT), now=self.example.now)
        return {
            "name": told.name,
            "id": made.id,
            "time": told.time,
            "producedat": told.producedat,
            "source": told.source,
            "orgunit": made.orgunit,
            "seqno": told.seqno,
            "correctionof": correctionof or "",
            "data": orjson.loads(canonical_data(made.data)),
        }

    def _moved(self, key: str, value: Any) -> Any:
        if self.number is None:
            return value
        if isinstance(value, list):
            return [self._moved(key, each) for each in value]
        if not isinstance(value, str):
            return value
        if key in _REFS:
            return f"{self.number}-{value}"
        if _PERSON.fullmatch(value):
            return hashlib.sha256(f"{self.number}{value}".encode()).hexdigest()
        return self.unit(value) if _UNIT.fullmatch(value) else value

    def units(self) -> Iterator[Unit]:
        """The ministry of this example: what its file names, with the staff it says."""
        named = {str(each["code"]): each for each in self.example.reference.units}
        for code in sorted(_named(self.example)):
            for unit in (
                [Unit.model_validate(named[code])] if code in named else packaged().units.periods(code)
            ):
                yield self._unit(unit)

    def _unit(self, unit: Unit) -> Unit:
        staff = self.example.reference.headcounts
        moved: dict[str, Any] = {"code": self.unit(unit.code)}
        moved["parent"] = self.unit(unit.parent) if unit.parent else TENANT
        if unit.merged_into:
            moved["merged_into"] = self.unit(unit.merged_into)
        if staff is not None:
            moved["headcount"] = staff.get(unit.code, 0)
        return unit.model_copy(update=moved)

    def baselines(self) -> Iterator[Baseline]:
        for name, values in self.example.reference.baselines.items():
            for code, value in values.items():
                unit = self.unit(code)
                yield Baseline(name=name, unit=unit, value=value, valid_from=ALWAYS, source="ví dụ")

    def systems(self) -> Iterator[System]:
        for code, unit in self.example.reference.systems.items():
            yield System(code=code, name=code, unit=self.unit(unit), valid_from=ALWAYS, source="ví dụ")

    def declared(self) -> Iterator[Declared]:
        for name, values in self.example.reference.declared.items():
            for code, value in values.items():
                unit = self.unit(code)
                yield Declared(name=name, unit=unit, value=value, valid_from=ALWAYS, source="ví dụ")


def _named(example: Example) -> set[str]:
    """Every unit that the file speaks of, and those above them."""
    found = {TENANT, *(each.unit for each in example.expect), *(each.unit for each in example.told)}
    for told in example.told:
        for value in told.data.values():
            found |= {str(each) for each in (value if isinstance(value, list) else [value])}
    found |= {str(each["code"]) for each in example.reference.units}
    found |= set(example.reference.headcounts or ())
    for values in example.reference.baselines.values():
        found |= set(values)
    found |= set(example.reference.systems.values())
    codes = {each for each in found if _UNIT.fullmatch(each)}
    return codes | {each.rpartition(".")[0] for each in codes if "." in each}


def catalogue(places: Iterable[Place]) -> Catalogue:
    """The packaged catalogue with the organisations of these examples in place of its own."""
    base, listed = packaged(), list(places)
    top = next(iter(base.units.periods(TENANT))).model_copy(update={"headcount": 0})
    entries = {(each.code, each.valid_from): each for place in listed for each in place.units()}
    if all(place.number is not None for place in listed):
        entries = {(TENANT, top.valid_from): top, **entries}
    else:
        entries = {key: _top(each) for key, each in entries.items()}
    units = Units(entries.values())
    stated = [each for place in listed for each in place.baselines()]
    systems = [each for place in listed for each in place.systems()]
    said = [each for place in listed for each in place.declared()]
    version = hashlib.sha256(repr(sorted(entries)).encode()).hexdigest()[:16]
    return replace(
        base,
        units=units,
        baselines=Baselines(stated, systems, units),
        declared=Declarations(said, units),
        version=version,
    )


def _top(unit: Unit) -> Unit:
    return unit.model_copy(update={"parent": None}) if unit.code == TENANT else unit


def natural(short: str) -> tuple[str, int]:
    """`A2` before `A10`."""
    name = short.rstrip("0123456789")
    return name, int(short[len(name) :] or 0)


def written(ids: Iterable[str], shorts: Mapping[str, str]) -> str:
    """A case as the files write it: the short ids of its events in order."""
    return " ".join(sorted((shorts.get(id, id) for id in ids), key=natural))
