"""The shape of a refused payload with every value hidden: enough to find the fault, nothing to leak."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from ioc.contracts import grammar, screening
from ioc.contracts.envelope import Envelope
from ioc.contracts.explain import describe
from ioc.contracts.fields import EVENT_TYPE, ORG_CANONICAL, SOURCE_URN, UUID
from ioc.contracts.refusal import EventRefused
from ioc.contracts.registry import FIELDS, TYPES

MAX_MASKED = 1024
_HIDDEN = re.compile(r"(text|list|object|fields|bytes)\(\d{1,9}\)|number|boolean|null")
_UNKNOWN = "?"
_SHOWN: dict[str, Callable[[str], Any]] = {
    "type": EVENT_TYPE.fullmatch,
    "source": SOURCE_URN.fullmatch,
    "id": UUID.fullmatch,
    "orgunit": ORG_CANONICAL.fullmatch,
}
_KNOWN_DATA = frozenset(name for kind in TYPES.values() for name in kind.model.model_fields)


def _hidden(value: Any) -> str:
    return value if isinstance(value, str) and _HIDDEN.fullmatch(value) else describe(value)


def _members(found: dict[str, Any], known: frozenset[str]) -> dict[str, str]:
    """Known members with hidden values; the others only counted, for a name can be the secret itself."""
    shape = {name: _hidden(value) for name, value in found.items() if name in known}
    others = [value for name, value in found.items() if name not in known]
    if others:
        already = list(found) == [*shape, _UNKNOWN] and _HIDDEN.fullmatch(str(others[0]))
        shape[_UNKNOWN] = str(others[0]) if already else f"fields({len(others)})"
    return shape


def _envelope(document: dict[str, Any]) -> dict[str, Any]:
    shape: dict[str, Any] = dict(_members(document, frozenset(Envelope.model_fields)))
    for name, valid in _SHOWN.items():
        value = document.get(name)
        if isinstance(value, str) and valid(value):
            shape[name] = value
    if isinstance(document.get("data"), dict):
        shape["data"] = _members(document["data"], _KNOWN_DATA)
    return shape


def mask_field(pointer: str) -> str:
    """A JSON pointer with names of the sender's own hidden: what may be kept of `EventRefused.field`."""
    return "/".join(
        part if not part or part.isdigit() or part in FIELDS else _UNKNOWN for part in pointer.split("/")
    )


def mask(raw: bytes) -> str:
    """JSON of the same shape, at most 1 KiB: each value replaced by its class and length, but a well-formed
    type, source, id and unit. Of a payload that is no JSON only the size; "" when it holds personal data or a
    secrecy marking. Masking twice changes nothing.
    """
    if not raw:
        return ""
    try:
        document = grammar.parse(raw)
        screening.screen(document)
    except EventRefused as refused:
        return "" if refused.reason.unmentionable else f'"bytes({len(raw)})"'
    if not isinstance(document, dict):
        return orjson.dumps(_hidden(document)).decode()
    shape = _envelope(document)
    text = orjson.dumps(shape)
    if len(text) > MAX_MASKED:
        shape["data"] = _hidden(document["data"])
        text = orjson.dumps(shape)
    return text.decode()
