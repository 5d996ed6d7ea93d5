"""The quick reading of events that are written canonically, as `encode` writes them.

Each type has one regular expression over the whole text, made from the JSON Schema of its model: one match
checks every key and every value, and its groups are the columns. It takes less than the schema allows, never
more: what does not match is no error, but goes the exact way through the model.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from ioc.contracts import screening
from ioc.contracts.envelope import Between, EventType, Head
from ioc.contracts.fields import INSTANT_CANONICAL, ORG_CANONICAL, ORG_WRITTEN, SOURCE_URN
from ioc.contracts.registry import TYPES

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_REAL = r"(?:[1-9][0-9]{0,5}\.(?:0|[0-9]{0,5}[1-9])|0\.[1-9](?:[0-9]{0,5}[1-9])?)"
"""At most twelve digits and no exponent: the one shortest form of such a number."""
_REAL_OR_ZERO = rf"(?:0\.0|{_REAL})"
COLUMNS = (
    *("data", "id", "source", "subject", "time", "tenant", "orgunit", "seqno", "producedat", "correctionof"),
)
"""What `Shape.columns` are, in this order."""
_HARMLESS = (ORG_WRITTEN, "^[0-9a-f]{64}$")
_LONGEST = max(map(len, TYPES)) + len('"type":""}')
SKEW = timedelta(minutes=5)
"""How far clocks may stand apart: `time` ahead of now, `producedat` behind `time`."""
_VALUE: dict[str, Callable[[str | None], Any]] = {
    "boolean": {"true": True, "false": False, None: None}.__getitem__,
    "integer": lambda digits: None if digits is None else int(digits),
}


class _Rule(NamedTuple):
    """A rule between fields: how to read each, and the group it stands in."""

    holds: Callable[..., bool]
    reads: tuple[tuple[Callable[[Any], Any], int], ...]


class Shape(NamedTuple):
    """How the canonical text of one type is matched, and where in the match its columns stand."""

    kind: EventType
    match: Callable[[str], re.Match[str] | None]
    columns: tuple[int, ...]
    texts: tuple[int, ...]
    """Groups that could hold a number of a person or a marking."""
    texts_may_lack: bool
    rules: tuple[_Rule, ...]
    """Those that compare two texts come in `plain`, as (holds, first, second)."""
    plain: tuple[tuple[Callable[..., bool], int, int], ...]
    own_source: bool


def _whole_numbers(least: int, most: int) -> str:
    """Numbers from `least` to `most`: all if they are few, else `most` and whole lengths between."""
    if most < 100:
        return "|".join(map(str, range(least, most + 1)))
    lengths = [n for n in range(1, 19) if 10 ** (n - 1) >= least and 10**n <= most]
    more = f"[1-9][0-9]{{{lengths[0] - 1},{lengths[-1] - 1}}}|{most}"
    return f"0|{more}" if least == 0 else more


def _value(schema: dict[str, Any]) -> tuple[str, str, str]:
    """The canonical text of a value: prefix, pattern, suffix. Raises `LookupError` for an unknown schema."""
    match schema:
        case {"anyOf": [inner, {"type": "null"}]}:
            return _value(inner)
        case {"const": str(value)}:
            return '"', re.escape(value), '"'
        case {"enum": values, "type": "string"}:
            return '"', "|".join(map(re.escape, values)), '"'
        case {"enum": values, "type": "integer"}:
            return "", "|".join(map(str, values)), ""
        case {"type": "boolean"}:
            return "", "true|false", ""
        case {"type": "integer", "minimum": least, "maximum": most}:
            return "", _whole_numbers(least, most), ""
        case {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000}:
            return "", _REAL, ""
        case {"type": "number", "minimum": 0, "maximum": 1000000}:
            return "", _REAL_OR_ZERO, ""
        case {"type": "array", "items": {"pattern": pattern}, "maxItems": most} if pattern in _HARMLESS:
            item = f'"{_plain(pattern)}"'
            return "", rf"\[(?:{item}(?:,{item}){{0,{most - 1}}})?\]", ""
        case {"type": "string", "format": "date-time"}:
            return '"', INSTANT_CANONICAL, 'Z"'
        case {"type": "string", "pattern": str(pattern)}:
            return '"', _plain(pattern), '"'
    raise LookupError(schema)


def _plain(pattern: str) -> str:
    """A pattern to be used inside another; of organisation codes the canonical form only."""
    inner = ORG_CANONICAL.pattern if pattern == ORG_WRITTEN else pattern.removeprefix("^").removesuffix("$")
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", inner)


def _members(properties: dict[str, Any], required: frozenset[str], caught: frozenset[str]) -> str:
    """The members of an object, sorted; `caught` fields become the groups `f_<name>`."""
    parts, after = [], False
    for name in sorted(properties):
        prefix, value, suffix = _value(properties[name])
        group = f"(?P<f_{name}>" if name in caught else "(?:"
        member = f'"{name}":{prefix}{group}{value}){suffix}'
        if name in required:
            parts.append(f",{member}" if after else member)
            after = True
        else:
            parts.append(f"(?:,{member})?" if after else f"(?:{member},)?")
    return "".join(parts)


def _whole(kind: EventType, data: str) -> str:
    return (
        rf'\{{(?:"correctionof":"(?P<correctionof>{_ID})",)?"data":(?P<data>\{{{data}\}}),'
        rf'"dataclass":"{kind.dataclass}","datacontenttype":"application/json","id":"(?P<id>{_ID})",'
        rf'"orgunit":"(?P<orgunit>{_plain(ORG_WRITTEN)})","producedat":"(?P<producedat>{INSTANT_CANONICAL}Z)",'
        rf'"seqno":(?P<seqno>[1-9][0-9]{{0,17}}),"source":"(?P<source>{SOURCE_URN.pattern})",'
        rf'"specversion":"1\.0","subject":"(?P=f_{kind.subject_field})","tenant":"(?P<tenant>[A-Za-z0-9]{{1,16}})",'
        rf'"time":"(?P<time>{INSTANT_CANONICAL}Z)",'
        rf'(?:"traceparent":"00-[0-9a-f]{{32}}-[0-9a-f]{{16}}-[0-9a-f]{{2}}",)?"type":"{re.escape(kind.type)}"\}}'
    )


def _shape(kind: EventType) -> Shape | None:
    """None when the model knows rules that its schema does not tell."""
    schema = kind.model.model_json_schema()
    decorators = kind.model.__pydantic_decorators__
    if decorators.field_validators or set(decorators.model_validators) != {"_agrees"}:
        return None
    properties = schema["properties"]
    texts = [name for name in properties if _could_hide(properties[name])]
    reads = chain.from_iterable(rule.reads for rule in kind.model.between)
    caught = frozenset({kind.subject_field, *texts, *reads})
    required = frozenset(schema["required"])
    try:
        data = _members(properties, required, caught)
    except LookupError:
        return None
    pattern = re.compile(_whole(kind, data))
    group = pattern.groupindex
    rules = [_rule(rule, properties, group) for rule in kind.model.between]
    subject = f"f_{kind.subject_field}"
    return Shape(
        kind,
        pattern.fullmatch,
        tuple(group[subject if name == "subject" else name] for name in COLUMNS),
        tuple(group[f"f_{name}"] for name in texts),
        not required.issuperset(texts),
        tuple(rule for rule in rules if not _is_plain(rule)),
        tuple((holds, reads[0][1], reads[1][1]) for holds, reads in rules if _is_plain(_Rule(holds, reads))),
        kind.of_itself,
    )


def _rule(rule: Between, properties: dict[str, Any], group: Mapping[str, int]) -> _Rule:
    reads = [(_VALUE.get(_type(properties[name]), _same), group[f"f_{name}"]) for name in rule.reads]
    return _Rule(rule.holds, tuple(reads))


def _is_plain(rule: _Rule) -> bool:
    return len(rule.reads) == 2 and all(read is _same for read, _ in rule.reads)


def _same(text: str | None) -> str | None:
    return text


def _type(schema: dict[str, Any]) -> str:
    return str((schema["anyOf"][0] if "anyOf" in schema else schema)["type"])


def _could_hide(schema: dict[str, Any]) -> bool:
    """Text of a publisher's choice: not one of a list, nor a time, an organisation or a pseudonym."""
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    return "pattern" in schema and schema.get("format") is None and schema["pattern"] not in _HARMLESS


_shapes: dict[str, Shape | None] = {}


def _shape_of(type_: str) -> Shape | None:
    """Made on first use: compiling all of them would delay every command."""
    if type_ not in _shapes and type_ in TYPES:
        _shapes[type_] = _shape(TYPES[type_])
    return _shapes.get(type_)


def shaped(text: str) -> tuple[Shape, re.Match[str]] | None:
    """The shape that `text` has and its match; None unless it is canonical and its fields agree."""
    type_ = text[-_LONGEST:].rpartition('"type":"')[2][:-2]
    shape = _shapes.get(type_) or _shape_of(type_)
    if shape is None or (found := shape.match(text)) is None:
        return None
    for holds, first, second in shape.plain:
        if not holds(found[first], found[second]):
            return None
    for holds, reads in shape.rules:
        if not holds(*[read(found[at]) for read, at in reads]):
            return None
    return shape, found


def fingerprint(
    type_: str, subject: str, time: str, orgunit: str, corrects: str | None, data: bytes
) -> bytes:
    """As `codec.fingerprint`, of columns in canonical text: what needs no escape needs no serialiser."""
    corrected = "null" if corrects is None else f'"{corrects}"'
    said = f'["{type_}","{subject}","{time}","{orgunit}",{corrected}]'
    return hashlib.sha256(said.encode() + data).digest()


def read(text: str) -> tuple[Head, EventType, str, str] | None:
    """Columns, type, data and time (both as canonical text) of the event that `text` is.

    None unless it is in canonical form, valid in itself and free of personal data.
    """
    whole = shaped(text)
    if whole is None:
        return None
    shape, found = whole
    texts = [found[at] for at in shape.texts]
    if shape.texts_may_lack:
        texts = [text for text in texts if text is not None]
    if texts and not screening.harmless(texts):
        return None
    data, id_, source, subject, time, tenant, orgunit, seqno, producedat, corrects = found.group(
        *shape.columns
    )
    at, produced = datetime.fromisoformat(time), datetime.fromisoformat(producedat)
    if (produced < at and produced < at - SKEW) or corrects == id_:
        return None
    if shape.own_source and not source.endswith(f":{subject}"):
        return None
    head = Head(id_, source, shape.kind.type, subject, at, tenant, orgunit, int(seqno), produced, corrects)
    return head, shape.kind, data, time
