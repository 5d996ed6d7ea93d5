"""What the fuzzers feed: every reader of bytes that strangers send, and what each may answer.

A target takes bytes and returns, or raises one of its refusals; it also asserts what must hold of what it
accepted. Anything else that comes out of it is a bug. Nothing here needs a fuzzer: in `make test` the same
functions run over the seeds and over what was found.
"""

import contextlib
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from clickhouse_driver.util.escape import escape_param
from pydantic import ValidationError
from starlette.datastructures import Headers

from dashboards.wall.board import BoardError
from dashboards.wall.links import address
from dashboards.wall.macros import expand
from ioc.alerts import read as read_rule
from ioc.contracts import EventRefused, decode, encode, mask
from ioc.contracts.mending import NotMendable, mended, parse
from ioc.desk import NoSuchPlace, place_of
from ioc.errors import SettingsError
from ioc.kpis import read as read_kpi
from ioc.reference import Catalogue
from ioc.roles import Roles
from producers.adapters.cloudevents import CloudEventsAdapter
from producers.adapters.edxml import EdXmlAdapter
from producers.adapters.portal.dossier import DossierReader, read_step
from producers.adapters.portal.router import _data, _object, _Wrong
from producers.adapters.tables import TablesAdapter
from producers.gateway.access import Keyring, caller
from producers.gateway.cloudevents import Mode, from_headers, items, mode_of
from producers.gateway.office.bodies import Asked
from producers.gateway.problems import Problem
from storage.quarantine import _sieved
from tests.unit.adapters.support import CATALOGUE, KEY, NOW, RULES, clock, maker


@dataclass(frozen=True, slots=True)
class Target:
    """`feed` may raise `refusals` and nothing else; `cpu_ms`: processor time for 64 KiB."""

    name: str
    feed: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    cpu_ms: float = 50

    def run(self, raw: bytes) -> None:
        """One input. Raises what is a bug."""
        with contextlib.suppress(*self.refusals):
            self.feed(raw)


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="ioc-fuzz-"))


def _file(name: str, raw: bytes) -> Path:
    path = _scratch() / name
    path.write_bytes(raw)
    return path


def decoder(raw: bytes) -> None:
    """Accepted: what is stored reads back as the same; masked: small, and masking again changes nothing."""
    shape = mask(raw)
    assert len(shape.encode()) <= 1024, "a shape of more than 1 KiB"
    found = decode(raw, rules=RULES, now=NOW)
    again = decode(encode(found.envelope), rules=RULES, now=NOW)
    assert again == found, "what is stored reads as something else"


def batch(raw: bytes) -> None:
    """Every item that is cut out of a batch is a value of its own; joined again they are the same batch."""
    found = items(raw)
    assert items(b"[" + b",".join(found) + b"]") == found, "a batch that falls into other pieces"


class _Keys(Keyring):
    """No file: one key."""

    def __init__(self) -> None:
        pass

    def source_of(self, token: str) -> str | None:
        return "qlvb" if token == "key" else None


def headers(raw: bytes) -> None:
    """The first lines are headers, the rest the body, as a server hands them over."""
    head, _, body = raw.partition(b"\n\n")
    pairs = [line.partition(b":")[::2] for line in head.split(b"\n")]
    given = Headers(raw=[(name.strip().lower(), value.strip()) for name, value in pairs])
    assert caller(given, _Keys()) == "qlvb"
    match mode_of(given):
        case Mode.BINARY:
            orjson.loads(from_headers(given, b"{}"))
            decode(from_headers(given, body), rules=RULES, now=NOW)
        case Mode.BATCH:
            batch(body)
        case Mode.STRUCTURED:
            decoder(body)


def edxml(raw: bytes) -> None:
    """A message of the document axis. It never raises: what it refuses stands in its item."""
    item = EdXmlAdapter(maker("vxp")).read("x.edxml", io.BytesIO(raw))
    assert item.events or item.refused, "a message of which nothing is said"


def lines(raw: bytes) -> None:
    """A file with an event a line."""
    made = maker("qlvb")
    path = _file("x.ndjson", raw)
    for item in CloudEventsAdapter(made.urn, RULES, clock()).read("x", path):
        assert len(item.events) + len(item.refused) == 1


def table(raw: bytes) -> None:
    """A table of the personnel system; the first byte says whether it is CSV or a workbook."""
    path = _file("x.xlsx" if raw[:1] == b"P" else "x.csv", raw)
    for item in TablesAdapter(maker("hrm"), KEY).read("x", path):
        assert item.events or item.refused


_DOSSIERS = DossierReader(CATALOGUE.units)


def portal(raw: bytes) -> None:
    """A call of the portal's synchronisation: whole dossiers, or steps of them."""
    for each in _data(_object(raw)):
        for read in (_DOSSIERS.read, read_step):
            try:
                read(each)
            except EventRefused:
                continue


def filters(raw: bytes) -> None:
    """What viewers and operators choose by becomes SQL and addresses: it never ends its own quotes."""
    text = raw.decode("utf-8", "replace")
    sql = expand("a = ${unit:singlequote} AND b", now=NOW, variables={"unit": text})
    assert sql.startswith("a = '") and sql.endswith("' AND b")
    _inside(sql.removeprefix("a = '").removesuffix("' AND b"))
    _inside(escape_param(text, None)[1:-1])
    opened = address("/d/x?var-unit=${__data.fields.u}", {}, {"u": text})
    assert opened == "" or (opened.startswith("/wall/x?unit=") and "&" not in opened and "#" not in opened)


def _inside(literal: str) -> None:
    plain = literal.replace("\\\\", "")
    assert "'" not in plain.replace("\\'", ""), "a literal that ends before its end"


def desk(raw: bytes) -> None:
    """What the quarantine desk is asked: records, a filter, changes of codes."""
    asked = Asked.model_validate_json(raw)
    sql, given = _sieved(asked.sieve())
    assert not any(
        isinstance(each, str) and each and each in sql for each in given.values() if len(str(each)) > 12
    )
    for each in asked.records:
        assert str(place_of(each)) == each, "a record with two names"
    for each in asked.mends:
        mend = parse(each)
        assert parse(str(mend)) == mend
        mended({"type": "vn.gov.ioc.document.received.v1", "data": {}}, [mend])


def _folder(name: str, load: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A catalogue of one file; everything else is packaged."""

    def feed(raw: bytes) -> object:
        folder = _scratch() / name.partition(".")[0]
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(raw)
        return load(folder)

    return feed


_READ_ONCE = 300
"""Milliseconds: files of reference data are read at start, whole catalogues at a time."""
_REFUSED: tuple[type[Exception], ...] = (EventRefused, Problem)
TARGETS: dict[str, Target] = {
    each.name: each
    for each in (
        Target("decoder", decoder, _REFUSED),
        Target("batch", batch, _REFUSED),
        Target("headers", headers, _REFUSED),
        Target("edxml", edxml, ()),
        Target("lines", lines, ()),
        Target("table", table, (), cpu_ms=400),
        Target("portal", portal, (_Wrong,)),
        Target("filters", filters, (BoardError,)),
        Target("desk", desk, (ValidationError, NotMendable, NoSuchPlace)),
        Target("kpi", lambda raw: read_kpi(_file("x.yaml", raw)), (SettingsError,), cpu_ms=_READ_ONCE),
        Target("rule", lambda raw: read_rule(_file("x.yaml", raw)), (SettingsError,), cpu_ms=_READ_ONCE),
        Target("roles", _folder("roles.yaml", Roles.load), (SettingsError,), cpu_ms=_READ_ONCE),
        Target("units", _folder("units.yaml", Catalogue.load), (SettingsError,), cpu_ms=_READ_ONCE),
        Target("sources", _folder("sources.yaml", Catalogue.load), (SettingsError,), cpu_ms=_READ_ONCE),
    )
}
"""By name."""
