"""JSON Schemas of all event types, generated from the models and committed beside them."""

from pathlib import Path
from typing import Any

import orjson

from ioc.contracts.envelope import EventType
from ioc.contracts.registry import TYPES

FOLDER = Path(__file__).parent / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: EventType) -> dict[str, Any]:
    """The schema of one type, envelope included. `decode` also knows rules between fields."""
    body = kind.envelope.model_json_schema()
    return {"$schema": _DIALECT, "$id": f"urn:ioc:schema:{kind.type}", **body, "title": kind.type}


def rendered(kind: EventType) -> bytes:
    """The text of the committed file."""
    return orjson.dumps(schema(kind), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def path_of(kind: EventType, folder: Path = FOLDER) -> Path:
    return folder / f"{kind.type}.json"


def drift(folder: Path = FOLDER) -> list[str]:
    """Names of files that are missing, differ from the models, or belong to no type."""
    wanted = {path_of(kind, folder): rendered(kind) for kind in TYPES.values()}
    differing = [
        path.name for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text
    ]
    orphans = [path.name for path in folder.glob("*.json") if path not in wanted]
    return sorted(differing + orphans)


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder in line with the models; the names that changed."""
    changed = drift(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for kind in TYPES.values():
        path_of(kind, folder).write_bytes(rendered(kind))
    for path in folder.glob("*.json"):
        if path.stem not in TYPES:
            path.unlink()
    return changed


_WORDS = frozenset({"title", "description", "default", "$id"})


def breaks(old: Any, new: Any, at: str = "") -> list[str]:
    """JSON pointers where `new` may refuse an event that `old` accepted. A released version may gain optional
    fields and more enum values; every other difference counts as a break."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [at]
    found: list[str] = []
    for key in sorted((old.keys() | new.keys()) - _WORDS):
        before, after, here = old.get(key), new.get(key), f"{at}/{key}"
        if key == "required":
            found += [f"{here}/{name}" for name in after or () if name not in (before or ())]
        elif key == "enum" and before and after:
            found += [f"{here}/{value}" for value in before if value not in after]
        elif key in ("properties", "$defs") and before and after:
            for name in before:
                found += breaks(before[name], after.get(name), f"{here}/{name}")
        else:
            found += breaks(before, after, here)
    return found
