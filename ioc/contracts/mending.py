"""Mending a refused event before it is sent again: codes only, never free text, never its identity.

What may be mended are the unit of the envelope and those fields of `data` that hold a code: of a unit, a
system, a list of the contract. A reference, a number, a time or whoever it is about is the publisher's to
correct.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ioc.contracts import screening
from ioc.contracts.fields import ORG_WRITTEN, Code, Name, Org, SystemCode, canonical_org
from ioc.contracts.registry import TYPES
from ioc.errors import IocError

UNIT = "orgunit"
"""The one field of the envelope that may be mended."""
_DATA = "data."
_KEPT = frozenset({"classification"})
"""Codes that only the publisher may state: nobody else declares a text open."""
_VALUE = re.compile(r"[A-Za-z0-9._\-]{1,64}")
_ORG = re.compile(ORG_WRITTEN)
_CODES = (Org, Code, Name, SystemCode)


class NotMendable(IocError):
    """A change that is none: another field, a value that is no code, or not written `field:old=new`."""


@dataclass(frozen=True, slots=True)
class Mend:
    """One change. `old` None: whatever stands there, or nothing; else only where that stands."""

    field: str
    old: str | None
    new: str

    def __str__(self) -> str:
        return f"{self.field}={self.new}" if self.old is None else f"{self.field}:{self.old}={self.new}"


def parse(text: str) -> Mend:
    """`field:old=new` or `field=value`; `field` is `orgunit` or `data.<name>`. Raises `NotMendable`."""
    place, equals, new = text.partition("=")
    field, colon, old = place.partition(":")
    if not equals or not _is_code(new) or (colon and not _is_code(old)):
        raise NotMendable("a change: expected field:old=new or field=value, with codes on both sides")
    if field != UNIT and field not in _fields():
        raise NotMendable(f"a change: expected {UNIT} or data.<field> with a field that holds a code")
    return Mend(field, old if colon else None, new)


def mended(document: Any, mends: Iterable[Mend]) -> Any:
    """The event with these changes, as they come; what is no event of ours is left as it is."""
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in TYPES:
        return document
    changed = dict(document)
    for mend in mends:
        if mend.field == UNIT:
            _put(changed, UNIT, mend)
        elif mend.field.removeprefix(_DATA) in codes_of(kind) and isinstance(changed.get("data"), dict):
            changed["data"] = dict(changed["data"])
            _put(changed["data"], mend.field.removeprefix(_DATA), mend)
    return changed


def _put(members: dict[str, Any], name: str, mend: Mend) -> None:
    found = members.get(name)
    if mend.old is None:
        members[name] = mend.new
    elif isinstance(found, list):
        members[name] = [mend.new if _same(each, mend.old) else each for each in found]
    elif _same(found, mend.old):
        members[name] = mend.new


def _same(found: object, old: str) -> bool:
    """The same code; codes of units in either of their written forms."""
    if not isinstance(found, str):
        return False
    if _ORG.fullmatch(found) and _ORG.fullmatch(old):
        return canonical_org(found) == canonical_org(old)
    return found == old


def _is_code(text: str) -> bool:
    plain = _VALUE.fullmatch(text) is not None
    return plain and not screening.is_personal(text) and not screening.is_secret(text)


@cache
def codes_of(kind: str) -> frozenset[str]:
    """The fields of `data` of a type (its full name) that hold a code, its subject left out."""
    event = TYPES[kind]
    shapes = event.model.model_json_schema().get("properties", {})
    patterns = _patterns()
    return frozenset(
        name
        for name, shape in shapes.items()
        if name not in _KEPT | {event.subject_field} and _holds_code(shape, patterns)
    )


def _holds_code(shape: Mapping[str, Any], patterns: frozenset[str]) -> bool:
    inner = shape.get("anyOf") or ([shape["items"]] if "items" in shape else [])
    if inner:
        return any(_holds_code(each, patterns) for each in inner)
    if shape.get("pattern") in patterns:
        return True
    listed = shape.get("enum", [shape["const"]] if "const" in shape else [])
    return bool(listed) and all(isinstance(each, str) for each in listed)


@cache
def _patterns() -> frozenset[str]:
    """How the codes of the contract are written."""
    from pydantic import TypeAdapter

    return frozenset(TypeAdapter(each).json_schema()["pattern"] for each in _CODES)


@cache
def _fields() -> frozenset[str]:
    return frozenset(_DATA + name for kind in TYPES for name in codes_of(kind))
