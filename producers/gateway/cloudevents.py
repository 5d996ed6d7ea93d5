"""The three HTTP forms of CloudEvents 1.0, all turned into the bytes of one structured event each.

Nothing is interpreted here but the frame: items of a batch are cut out of the received text unchanged, so
that the one decoder of the contracts sees what was sent (doubled keys, too large integers, NaN) and judges
it.
"""

import json
import re
from enum import Enum
from urllib.parse import unquote

import orjson
from starlette.datastructures import Headers

from producers.gateway.body import BATCH_ITEMS
from producers.gateway.problems import Problem

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
ACCEPTED = f"{STRUCTURED}, {BATCH}, or application/json with ce- headers"
INTEGERS = frozenset({"seqno"})
"""Envelope attributes that are integers in the structured form; every header is text."""

# The scanner only has to find where a value ends: numbers are not converted (a 5,000 digit one would be
# refused by int() before the decoder could say where it stands).
_scanner = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=len)
_space = re.compile(r"[ \t\r\n]*")


class Mode(Enum):
    STRUCTURED = "structured"
    BATCH = "batch"
    BINARY = "binary"


def mode_of(headers: Headers) -> Mode:
    """The form of a request by its content type. Raises `Problem` 415."""
    encoding = headers.get("content-encoding", "identity")
    given = headers.getlist("content-type")
    media, _, parameters = (given[0] if len(given) == 1 else "").partition(";")
    if encoding.strip().lower() != "identity" or not _is_utf8(parameters):
        raise Problem("unsupported_media_type", f"expected {ACCEPTED}, UTF-8 and not compressed")
    match media.strip().lower():
        case "application/cloudevents+json":
            return Mode.STRUCTURED
        case "application/cloudevents-batch+json":
            return Mode.BATCH
        case "application/json" if "ce-specversion" in headers or "ce-id" in headers:
            return Mode.BINARY
    raise Problem("unsupported_media_type", f"expected {ACCEPTED}")


def _is_utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in ("utf-8", "utf8")
    return True


def items(body: bytes) -> list[bytes]:
    """The events of a batch, each as its own bytes. Raises `Problem` 400 if the body is not a JSON array,
    413 if it has more than `BATCH_ITEMS` items."""
    text = _text(body)
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise Problem("undecodable", "expected a JSON array of events")
    at = _skip(text, at + 1)
    found: list[bytes] = []
    if text[at : at + 1] == "]":
        return _nothing_after(text, at + 1, found)
    while True:
        end = _end_of_value(text, at)
        found.append(text[at:end].encode())
        if len(found) > BATCH_ITEMS:
            raise Problem("too_large", f"the batch: expected at most {BATCH_ITEMS} events")
        at = _skip(text, end)
        mark = text[at : at + 1]
        if mark == "]":
            return _nothing_after(text, at + 1, found)
        if mark != ",":
            raise Problem("undecodable", "expected a JSON array of events")
        at = _skip(text, at + 1)


def from_headers(headers: Headers, body: bytes) -> bytes:
    """Binary form → structured bytes. Raises `Problem` 400 for a doubled attribute or a body that is not
    one JSON value."""
    attributes: dict[str, object] = {}
    for name, value in headers.items():
        if not name.startswith("ce-"):
            continue
        attribute = name[3:]
        if attribute in attributes:
            raise Problem("undecodable", f"header ce-{attribute[:20]}: expected once")
        attributes[attribute] = _header_value(attribute, value)
    attributes.setdefault("datacontenttype", "application/json")
    text = _text(body)
    at = _skip(text, 0)
    end = _end_of_value(text, at)
    _nothing_after(text, end, [])
    if "data" in attributes or "data_base64" in attributes:
        raise Problem("undecodable", "header ce-data: expected the data in the body")
    return orjson.dumps(attributes)[:-1] + b',"data":' + text[at:end].encode() + b"}"


def _header_value(attribute: str, value: str) -> object:
    # Headers are latin-1 on the wire; CloudEvents percent-encodes everything beyond printable ASCII.
    try:
        plain = unquote(value, errors="strict")
        plain.encode()
    except UnicodeError:
        raise Problem("undecodable", f"header ce-{attribute[:20]}: expected percent-encoded UTF-8") from None
    if attribute in INTEGERS and re.fullmatch(r"[0-9]{1,18}", plain):
        return int(plain)
    return plain


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Problem("undecodable", "expected JSON in UTF-8") from None


def _skip(text: str, at: int) -> int:
    match = _space.match(text, at)
    return match.end() if match else at


def _end_of_value(text: str, at: int) -> int:
    try:
        return _scanner.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        raise Problem("undecodable", "expected JSON") from None


def _nothing_after(text: str, at: int, found: list[bytes]) -> list[bytes]:
    if _skip(text, at) != len(text):
        raise Problem("undecodable", "expected one JSON value and nothing behind it")
    return found
