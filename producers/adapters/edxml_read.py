"""edXML (QCVN 102:2016/BTTTT) as a stream: the header becomes a small tree, attachments pass by unread.

Memory stays flat whatever the size of the file, yet the file is read to its end: one cut off is refused.
No DTD, hence no entities and nothing fetched. Every text of the header is searched for secrecy markings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from ioc.contracts import EventRefused, Reason
from producers.adapters.words import given, marked_secret

NAMESPACES = frozenset({"http://www.mic.gov.vn/tbt/qcvn_102_2016", "http://www.e-doc.vn/schema"})
CHUNK = 64 * 1024
MAX_DEPTH = 64
MAX_NODES = 20_000
MAX_TEXT = 2_000_000
MAX_TOKEN = 4 * 1024 * 1024
_PAYLOAD = frozenset({"ContentTransferEncoded", "Attachment"})
_LEVEL = re.compile(r"secur|secre|confiden|classif|domat", re.IGNORECASE)
_OPEN = frozenset({"0", "normal", "public", "thường", "không"})


@dataclass(slots=True)
class Node:
    """One element of the header, by its local name."""

    name: str
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, *path: str) -> Iterator["Node"]:
        """Every element at a path beneath this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def anywhere(self, *names: str) -> Iterator["Node"]:
        """Every element beneath this one with one of these names, in document order."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.anywhere(*names)

    def value(self, *path: str) -> str | None:
        """The first text at a path that says something (`N/A` does not)."""
        return next((text for node in self.all(*path) if (text := given(node.text))), None)


class _Refuse(Exception):
    """Carries a refusal out of the parser's callbacks."""

    def __init__(self, reason: Reason, field: str, expected: str) -> None:
        super().__init__(reason)
        self.refused = EventRefused(reason, field, "", expected)


class _Reader:
    def __init__(self) -> None:
        self.header: Node | None = None
        self._path: list[Node] = []
        self._text: list[str] = []
        self._nodes = 0
        self._size = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, stream: BinaryIO) -> Node:
        fed = 0
        while chunk := stream.read(CHUNK):
            self._parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - self._parser.CurrentByteIndex > MAX_TOKEN:
                raise _Refuse(Reason.oversize, "", "no single tag or comment of megabytes")
        self._parser.Parse(b"", True)
        if self.header is None:
            raise _Refuse(Reason.schema, "edXMLHeader", "an edXMLEnvelope with its header")
        return self.header

    def _doctype(self, *_: object) -> None:
        raise _Refuse(Reason.undecodable, "DOCTYPE", "no document type, no entities")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        self._flush()
        space, _, name = qualified.rpartition(" ")
        known = space.rstrip("/").lower() in NAMESPACES
        if not self._path and not (known and name.lower() == "edxml"):
            raise _Refuse(Reason.schema, "edXML", "a root edXML in the namespace of QCVN 102:2016/BTTTT")
        self._nodes += 1
        if len(self._path) >= MAX_DEPTH or self._nodes > MAX_NODES:
            raise _Refuse(Reason.oversize, "", f"at most {MAX_NODES} elements, {MAX_DEPTH} deep")
        node = Node(name if known else "?" + name)
        for value in attributes.values():
            self._screen(node.name, value)
        if self.header is not None and self._path and self._in_header():
            self._path[-1].children.append(node)
        self._path.append(node)
        if node.name == "edXMLHeader" and self.header is None:
            self.header = node
        self._parser.CharacterDataHandler = None if name in _PAYLOAD else self._characters

    def _in_header(self) -> bool:
        return any(node is self.header for node in self._path)

    def _end(self, _: str) -> None:
        self._flush()
        self._path.pop()
        opaque = bool(self._path) and self._path[-1].name in _PAYLOAD
        self._parser.CharacterDataHandler = None if opaque else self._characters

    def _characters(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise _Refuse(
                Reason.oversize, self._path[-1].name, "text of at most 2 MB besides the attachments"
            )
        self._text.append(text)

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        if self._path and text.strip():
            self._path[-1].text += text
            self._screen(self._path[-1].name, self._path[-1].text)

    def _screen(self, name: str, text: str) -> None:
        level = given(text) if _LEVEL.search(name) else None
        if marked_secret(text) or (level is not None and level.casefold() not in _OPEN):
            raise _Refuse(Reason.secret_marking, "", "no classified content at all")


def read_header(stream: BinaryIO) -> Node:
    """The `edXMLHeader` of a whole, well-formed message. Raises `EventRefused`; `field` names the element."""
    try:
        return _Reader().read(stream)
    except _Refuse as refuse:
        raise refuse.refused from None
    except expat.ExpatError as error:
        expected = f"well-formed XML to its end (line {error.lineno})"
        raise EventRefused(Reason.undecodable, "", "", expected) from None
    except (ValueError, LookupError):
        raise EventRefused(
            Reason.undecodable, "encoding", "", "the encoding that the file declares"
        ) from None
