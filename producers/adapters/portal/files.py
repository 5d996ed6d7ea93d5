"""Saved calls of the synchronisation, for back-loading: a JSON file with calls, or with dossiers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from ioc.contracts import Reason
from producers.adapters.base import Item, Refused
from producers.adapters.portal.engine import PortalEngine

MAX_BYTES = 64 * 1024 * 1024
"""A file is read whole, and takes some ten times its size while it is looked at."""
BATCH = 500


class SavedCalls:
    """Takes files for one engine."""

    def __init__(self, engine: PortalEngine) -> None:
        self._engine = engine

    def take(self, where: str, path: Path) -> Iterable[Item]:
        """One item a dossier or step. Raises `NotAcknowledged`."""
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            expected = f"at most {MAX_BYTES >> 20} MB"
            yield Item(where, (), (Refused(where, "", Reason.oversize, expected),))
            return
        calls = _read(raw)
        if calls is None:
            expected = 'a call {"service","data":[…]}, or a list of calls or dossiers'
            yield Item(where, (), (Refused(where, "", Reason.undecodable, expected),))
            return
        for service, data, pointer in calls:
            steps = service == "CapNhatTienDoHoSoMC"
            take = self._engine.take_steps if steps else self._engine.take_dossiers
            # Steps of one dossier belong together: they are told in one go, however many there are.
            size = len(data) or 1 if steps else BATCH
            for start in range(0, len(data), size):
                yield from take(data[start : start + size], f"{where}:{pointer}", start)


def _read(raw: bytes) -> list[tuple[str, list[Mapping[str, Any]], str]] | None:
    try:
        document = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    if isinstance(document, dict) and "data" not in document:
        document = [document]
    if isinstance(document, dict):
        return _calls([document])
    if not isinstance(document, list) or not all(isinstance(each, dict) for each in document):
        return None
    if all("data" in each for each in document):
        return _calls(document)
    return [("DongBoHoSoMC", document, "")]


def _calls(documents: list[dict[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]], str]] | None:
    calls = []
    for number, document in enumerate(documents):
        data = document["data"]
        data = [data] if isinstance(data, dict) else data
        if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
            return None
        service = document.get("service", "DongBoHoSoMC")
        if service not in ("DongBoHoSoMC", "CapNhatTienDoHoSoMC"):
            return None
        calls.append((service, data, f"/{number}/data" if len(documents) > 1 else "/data"))
    return calls
