"""JSON read strictly: what common parsers let pass in silence is refused here.

Decoders disagree on duplicate keys, NaN, huge numbers and lone surrogates, so this module is the slow, exact
reading: it normalises text that needs it and says what is wrong with text that the fast parser refused.
"""

import json
import re
import unicodedata
from typing import Any

from ioc.contracts.refusal import EventRefused, Reason

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_ESCAPED_LETTER = re.compile(r"\\(?:/|u(00[A-Fa-f][0-9A-Fa-f]|(?:0[1-9A-Fa-f]|1[0-9A-Fa-f])[0-9A-Fa-f]{2}))")
"""Letters that writers escape for no need; what else is escaped may be quotes, controls, half pairs."""
_STRING = re.compile(r'"[^"]*"?')
_BRACKET = re.compile(r"[\[\]{}]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def undecodable(value: str, expected: str) -> EventRefused:
    return EventRefused(Reason.undecodable, "", value, expected)


def size_checked(raw: bytes) -> bytes:
    """`raw` itself; raises `EventRefused` when it is empty, no bytes at all, or larger than 64 KiB."""
    if not isinstance(raw, bytes) or not raw:
        raise undecodable("bytes(0)", "one JSON object")
    if len(raw) > MAX_BYTES:
        raise EventRefused(Reason.oversize, "", f"bytes({len(raw)})", f"at most {MAX_BYTES} bytes")
    return raw


def text_of(raw: bytes) -> str:
    """UTF-8, strictly, without a byte order mark."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    else:
        if text.startswith("\ufeff"):
            raise undecodable("a byte order mark", "UTF-8 without a byte order mark")
        return text
    raise undecodable(f"invalid at byte {at}", "UTF-8")


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", _ESCAPE.sub("", text))):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise undecodable("nested too deep", f"at most {MAX_DEPTH} levels")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise undecodable("a number too large", "numbers that fit 64 bits")
    value = int(digits)
    if not -(2**63) <= value < 2**64:
        raise undecodable("a number too large", "numbers that fit 64 bits")
    return value


def _real(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise undecodable("a number too large", "numbers that fit 64 bits")
    return value


def _constant(name: str) -> float:
    raise undecodable(name, "numbers, not NaN or Infinity")


def _clean(text: str) -> str:
    if _CONTROL.search(text):
        raise undecodable("a control character or half a surrogate pair", "printable text")
    return unicodedata.normalize("NFC", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        name = _clean(key)
        if name in found:
            raise undecodable("a key twice in one object", "each key once")
        found[name] = _cleaned(value)
    return found


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_constant
)


def parse(raw: bytes) -> Any:
    """The document, all text NFC. Raises `EventRefused` (oversize, undecodable), nothing else."""
    text = text_of(size_checked(raw))
    _check_depth(text)
    try:
        return _cleaned(_DECODER.decode(text))
    except json.JSONDecodeError as error:
        message = f"broken at character {error.pos}"
    raise undecodable(message, "one JSON object")


def _letter(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "/"


def normalised(raw: bytes) -> bytes:
    """The same document in plain form: no escapes but the needed ones, text NFC."""
    text = text_of(raw)
    if "\\" in text:
        text = _ESCAPED_LETTER.sub(_letter, text)
        if "\\" in text:
            return json.dumps(parse(raw), ensure_ascii=False).encode()
    return unicodedata.normalize("NFC", text).encode()
