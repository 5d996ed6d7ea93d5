"""Inputs to begin with: good ones of every reader, and the bad-input corpus for the decoder."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path

import orjson

from ioc.contracts import TYPES
from ioc.yamlfiles import PACKAGED
from tests.corpus.cases import DOCUMENT, DOSSIER, classes, load
from tests.unit.adapters import dossier_calls, edxml_files
from tests.unit.adapters.test_tables import CHANGES

SAMPLES = Path(__file__).parents[2] / "ioc/contracts/samples"
LARGEST = 8 * 1024
"""Bytes of a seed: small inputs are tried more often. What is larger the corpus of bad input holds."""


def _samples() -> list[bytes]:
    found = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.json"))]
    assert len(found) >= len(TYPES)
    return found


def decoder() -> Iterable[bytes]:
    """Every sample, and the fixed cases of every class."""
    yield from _samples()
    for name in classes():
        yield from (each.raw for each in load(name) if len(each.raw) <= LARGEST)


def batch() -> Iterable[bytes]:
    yield b"[" + DOCUMENT.encode() + b"," + DOSSIER.encode() + b"]"
    yield from (b"[]", b"[1, 2.5e3, true, null]", b'[{"a":"\\u0000"}]')


def headers() -> Iterable[bytes]:
    head = b"Authorization: Bearer key\nContent-Type: "
    yield head + b"application/cloudevents+json\n\n" + DOCUMENT.encode()
    yield head + b"application/cloudevents-batch+json; charset=utf-8\n\n[" + DOCUMENT.encode() + b"]"
    envelope = orjson.loads(DOCUMENT)
    lines = [f"ce-{name}: {value}" for name, value in envelope.items() if name != "data"]
    yield head + b"application/json\n" + "\n".join(lines).encode() + b"\n\n" + orjson.dumps(envelope["data"])


def edxml() -> Iterable[bytes]:
    yield edxml_files.message().encode()
    yield edxml_files.message(namespace=edxml_files.OLD, prefix="", business="1").encode()


def lines() -> Iterable[bytes]:
    yield DOCUMENT.encode() + b"\n" + DOSSIER.encode() + b"\n"


def table() -> Iterable[bytes]:
    yield CHANGES.encode()
    yield CHANGES.replace(";", ",").encode("utf-8-sig")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    yield packed.getvalue()


def portal() -> Iterable[bytes]:
    yield orjson.dumps({"session": "x", "data": [dossier_calls.dossier()]})
    more = [dossier_calls.supplement(1, "20260902080000", "20260903080000")]
    yield orjson.dumps({"data": dossier_calls.dossier(DanhSachHoSoBoSung=more)})
    yield orjson.dumps({"data": [dossier_calls.step(4, "20260902080000")]})


def filters() -> Iterable[bytes]:
    yield from (b"G09.901", b"' OR 1=1 --", b"\\'", b"${unit}", b"a&b=c#d", "Cục Việc làm".encode())


def desk() -> Iterable[bytes]:
    asked = {"kind": "replay", "records": ["ioc.documents/0/4"], "mends": ["orgunit:G09.17=G09.917"]}
    yield orjson.dumps(asked)
    chosen = {"kind": "discard", "source": "urn:ioc:G09:qlvb", "reason_of": "schema", "field": "/orgunit"}
    yield orjson.dumps(chosen | {"since": "2026-03-01T00:00:00Z", "reason": "test_data"})


def _files(pattern: str) -> Callable[[], Iterable[bytes]]:
    return lambda: (path.read_bytes() for path in sorted(PACKAGED.glob(pattern)))


SEEDS: Mapping[str, Callable[[], Iterable[bytes]]] = {
    **{made.__name__: made for made in (decoder, batch, headers, edxml, lines, table, portal, filters, desk)},
    **{"kpi": _files("kpis/*.yaml"), "rule": _files("alerts/*.yaml"), "roles": _files("roles.yaml")},
    **{"units": _files("units.yaml"), "sources": _files("sources.yaml")},
}
"""By target."""
