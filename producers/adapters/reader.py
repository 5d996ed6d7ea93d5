"""Which adapter reads a file: by what its source is, and by the file's extension."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ioc.clock import Clock
from ioc.contracts import Reason, Rules
from ioc.errors import SettingsError
from ioc.sources import Source
from producers.adapters.base import EventMaker, Item, Refused
from producers.adapters.cloudevents import CloudEventsAdapter
from producers.adapters.edxml import EdXmlAdapter
from producers.adapters.tables import TablesAdapter

EDXML = frozenset({".xml", ".edxml", ".edoc"})
TABLES = frozenset({".csv", ".xlsx"})
EVENTS = frozenset({".ndjson", ".jsonl"})
CALLS = frozenset({".json"})


def shown(path: Path) -> str:
    """A file's name as text that can be written anywhere: bytes that are no UTF-8 are spelled out."""
    return path.name.encode(errors="backslashreplace").decode()


class Reader:
    """Files of one source → items. Never raises for what a file holds.

    `pseudonym_key` is asked for each table of persons: who adds the key later need not start anything again.
    """

    def __init__(
        self, source: Source, rules: Rules, clock: Clock, pseudonym_key: Callable[[], bytes]
    ) -> None:
        self.source = source
        self.rules = rules
        self._clock = clock
        self._key = pseudonym_key
        self._maker = EventMaker(source, rules, clock)

    def is_table(self, path: Path) -> bool:
        """Whether the file is an exported table, to be remembered by its content."""
        return path.suffix.lower() in TABLES and bool(self.source.tables)

    def is_call(self, path: Path) -> bool:
        """Whether the file is a saved call of the portal's synchronisation, which needs their memory."""
        return path.suffix.lower() in CALLS and self.source.portal_sync is not None

    def read(self, path: Path) -> Iterator[Item]:
        """The items of one file, as a stream. Raises `SettingsError` if a pseudonym key is missing."""
        suffix, where = path.suffix.lower(), shown(path)
        if suffix in EVENTS:
            yield from CloudEventsAdapter(self._maker.urn, self.rules, self._clock).read(where, path)
        elif suffix in EDXML and self.source.edxml is not None:
            with path.open("rb") as stream:
                yield EdXmlAdapter(self._maker).read(where, stream)
        elif self.is_table(path):
            key = self._key() if self.source.has_persons else b""
            if not key and self.source.has_persons:
                code = self.source.system_code
                raise SettingsError(f"credentials.json: sources.{code}.pseudonym_key: expected a key")
            yield from TablesAdapter(self._maker, key).read(where, path)
        else:
            yield Item(where, (), (Refused(where, "", Reason.undecodable, self._expected()),))

    def _expected(self) -> str:
        kinds = ["ndjson"]
        kinds += ["xml"] if self.source.edxml else []
        kinds += ["csv", "xlsx"] if self.source.tables else []
        kinds += ["json"] if self.source.portal_sync else []
        return f"a file of {self.source.system_code}: " + ", ".join(kinds)
