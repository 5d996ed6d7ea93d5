"""Saved calls of the synchronisation, for back-loading: a JSON file with calls, or with dossiers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from ioc.contracts import Reason
from producers.adapters.base import Item, Refused
from producers.adapters.portal.engine import PortalEngine

MAX_BYTES = 512 * 1024 * 1024
BATCH = 500


class SavedCalls:
    """Takes files for one engine."""

    def __init__(self, engine: PortalEngine) -> None:
        self._engine = engine

    def take(self, where: str, path: Path) -> Iterable[Item]:
        """One item a dossier or step. Raises `NotAcknowledged`."""
        calls = self._read(path)
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

    def _read(self, path: Path) -> list[tuple[str, list[Mapping[str, Any]], str]] | None:
        if path.stat().st_size > MAX_BYTES:
            return None
        try:
            document = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
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
