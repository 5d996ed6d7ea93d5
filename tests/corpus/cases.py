"""The bad-input corpus: how a case is written down, and how it becomes bytes.

One line a case: a good event of ours with one piece replaced (`at`), or the whole text (`at` empty). What
must become of it (`want`) is reasoned by class in `make.py`; it was never copied from what the code answers.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
ACCEPT = "accept"
READABLE = "readable"
"""Refused, but not as undecodable: the grammar is not what is wrong."""

DOCUMENT = (
    '{"specversion":"1.0","id":"3f2b8a54-0000-4000-8000-000000000001","source":"urn:ioc:G09:qlvb",'
    '"type":"vn.gov.ioc.document.received.v1","subject":"12/BNV-VP","time":"2026-11-20T02:00:00Z",'
    '"tenant":"G09","orgunit":"G09.901","seqno":1,"producedat":"2026-11-20T02:00:02Z",'
    '"dataclass":"internal","data":{"doc_ref":"12/BNV-VP","doc_type":"cong_van","sender_org":"G12",'
    '"receiver_org":"G09.901","urgency":"normal","classification":"normal","channel":"axis",'
    '"arrived_at":"2026-11-20T02:00:00Z","registered_at":"2026-11-20T02:09:00Z",'
    '"due_at":"2026-11-25T03:00:00Z","steering":true,"response_required":false}}'
)
DOSSIER = (
    '{"specversion":"1.0","id":"3f2b8a54-0000-4000-8000-000000000002","source":"urn:ioc:G09:motcua",'
    '"type":"vn.gov.ioc.dossier.received.v1","subject":"H01-261120-0001","time":"2026-11-20T02:00:00Z",'
    '"tenant":"G09","orgunit":"G09.901","seqno":1,"producedat":"2026-11-20T02:00:02Z",'
    '"dataclass":"internal","data":{"dossier_ref":"H01-261120-0001","procedure_code":"1.012345",'
    '"field_code":"thi_dua","org":"G09.901","channel":"online","applicant_kind":"citizen",'
    '"submitted_at":"2026-11-19T23:00:00Z","received_at":"2026-11-20T02:00:00Z",'
    '"due_at":"2026-11-25T03:00:00Z","statutory_days":7.5,"digitised_components":true,'
    '"components_total":4,"components_reused":1,"vneid_verified":true,"fee_required":false}}'
)
BASES = {"document": DOCUMENT, "dossier": DOSSIER}
TOPICS = {"document": "ioc.documents", "dossier": "ioc.services"}
SYSTEMS = {"document": "qlvb", "dossier": "motcua"}
REFS = {"document": "doc_ref", "dossier": "dossier_ref"}


@dataclass(frozen=True, slots=True)
class Case:
    """`want`: accept, a reason, several with | between them, or `readable`."""

    name: str
    at: str
    put: bytes
    want: str

    @property
    def base(self) -> str:
        return self.at.partition("/")[0].rstrip("+") or "document"

    @property
    def system(self) -> str:
        """Whose event it is."""
        return SYSTEMS[self.base]

    @property
    def topic(self) -> str:
        return TOPICS[self.base]

    @property
    def raw(self) -> bytes:
        """The bytes that are sent."""
        return placed(self.at, self.put)

    def line(self) -> str:
        """As it stands in its file."""
        try:
            put, text = "put", self.put.decode()
        except UnicodeDecodeError:
            put, text = "", ""
        # What looks like a number of a person stands in no file as such.
        if not put or len(self.put) > 400 or "personal" in self.want:
            put, text = "zip", base64.b85encode(zlib.compress(self.put, 9)).decode()
        line = {"name": self.name, "at": self.at, put: text, "want": self.want}
        return json.dumps(line, ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def read(cls, line: str) -> "Case":
        found = json.loads(line)
        zipped = found.get("zip")
        put = found["put"].encode() if zipped is None else zlib.decompress(base64.b85decode(zipped))
        return cls(found["name"], found["at"], put, found["want"])

    def fits(self, answer: str) -> bool:
        """Whether a verdict is the one that is wanted."""
        if self.want == READABLE:
            return answer not in (ACCEPT, "undecodable")
        return answer in self.want.split("|")


def placed(at: str, put: bytes) -> bytes:
    """A base with a piece replaced: `document/seqno` a value, `document/ref` subject and reference,
    `document+` members at its beginning, `document/data+` at that of its data."""
    if not at:
        return put
    name, _, place = at.partition("/")
    base = BASES[name.rstrip("+")].encode()
    if place == "data+":
        return base.replace(b'"data":{', b'"data":{' + put, 1)
    if at.endswith("+"):
        return base[:1] + put + base[1:]
    if place == "ref":
        for member in ("subject", REFS[name]):
            base = _replaced(base, member, put)
        return base
    return _replaced(base, place.rpartition("/")[2], put)


def _replaced(base: bytes, member: str, put: bytes) -> bytes:
    start = base.index(f'"{member}":'.encode()) + len(member) + 3
    value = json.JSONDecoder().raw_decode(base[start:].decode())[1]
    return base[:start] + put + base[start + value :]


def load(name: str) -> list[Case]:
    """The cases of a class."""
    return [Case.read(line) for line in (FOLDER / f"{name}.ndjson").read_text().splitlines()]


def classes() -> Iterator[str]:
    """B1, B2 …"""
    yield from sorted((file.stem for file in FOLDER.glob("*.ndjson")), key=lambda name: int(name[1:]))
