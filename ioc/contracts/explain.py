"""Turn a failed validation into one reason, one field and one expectation; what was sent is not repeated."""

import re
from typing import Any

from pydantic import ValidationError

from ioc.contracts.fields import EVENT_TYPE
from ioc.contracts.refusal import EventRefused, Reason
from ioc.contracts.registry import TYPES

_NAME = re.compile(r"[a-z][a-z_0-9]{0,31}")
_EXPECTED = {
    "missing": "a value: the field is required",
    "extra_forbidden": "no field of this name",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "too_long": "at most {max_length} items",
    "literal_error": "one of {expected}",
    "string_pattern_mismatch": "text like {pattern}",
    "between_fields": "{expected}",
    "form": "{expected}",
}


def describe(value: Any) -> str:
    """The class and size of a value, never the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return f"text({len(value)})"
    return f"list({len(value)})" if isinstance(value, list) else f"object({len(value)})"


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer; names a publisher invented are not repeated."""
    parts = [str(p) if isinstance(p, int) or _NAME.fullmatch(p) else "?" for p in location if p not in TYPES]
    return "".join(f"/{part}" for part in parts)


def _from_schema(error: Any) -> tuple[str, str, str]:
    context = error.get("ctx", {})
    pointer = _pointer(tuple(error["loc"]))
    value = describe(error["input"])
    if error["type"] == "between_fields":
        return f"{pointer}/{context['field']}", "", str(context["expected"])
    if error["type"] == "missing":
        value = "missing"
    template = _EXPECTED.get(error["type"])
    expected = template.format(**context) if template else str(error["msg"]).removeprefix("Input should be ")
    return pointer, value, expected


def explain(document: Any, failure: ValidationError | None) -> EventRefused:
    """The refusal of a well-formed, unmarked document that is not a valid event."""
    if not isinstance(document, dict):
        return EventRefused(Reason.schema, "", describe(document), "one JSON object")
    kind = document.get("type")
    if isinstance(kind, str) and kind not in TYPES:
        shown = kind if EVENT_TYPE.fullmatch(kind) else describe(kind)
        return EventRefused(Reason.unknown_type, "/type", shown, "one of the event catalogue")
    if not isinstance(kind, str):
        value = describe(kind) if "type" in document else "missing"
        return EventRefused(Reason.schema, "/type", value, "the full name of an event type")
    errors = failure.errors(include_url=False) if failure else []
    if not errors:
        return EventRefused(Reason.schema, "", "", "an event of the catalogue")
    found = [_from_schema(error) for error in errors]
    return EventRefused(Reason.schema, *found[0], also=tuple(pointer for pointer, _, _ in found[1:]))
