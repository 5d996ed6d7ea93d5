"""Who may call: the accounts of sources in the credentials file, and sessions that end by themselves."""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from ioc.clock import Clock
from ioc.secrets import secret

RELOAD_S = 2.0
SESSION_S = 8 * 3600.0
MAX_SESSIONS = 10_000


class Accounts(Protocol):
    def source_of(self, username: str, password: str) -> str | None:
        """System code of the source whose account this is, or `None`."""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class CredentialAccounts:
    """Accounts of some sources in `credentials.json`; a changed file is noticed within two seconds."""

    def __init__(self, path: Path, sources: Iterable[str], clock: Clock) -> None:
        self._path = path
        self._sources = frozenset(sources)
        self._clock = clock
        self._looked = float("-inf")
        self._known: dict[str, tuple[bytes, bytes]] = {}

    def source_of(self, username: str, password: str) -> str | None:
        self._reload()
        name, word, found = _digest(username), _digest(password), None
        for code, (own_name, own_word) in self._known.items():
            if hmac.compare_digest(name, own_name) & hmac.compare_digest(word, own_word):
                found = code
        return found

    def _reload(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked < RELOAD_S:
            return
        self._looked = now
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8")).get("sources", {})
            accounts = {code: entries.get(code) for code in self._sources}
        except (OSError, ValueError, AttributeError):
            return  # an unreadable file changes nothing: the accounts known so far stay
        self._known = {
            code: (_digest(name), _digest(word))
            for code, entry in accounts.items()
            if (name := secret(entry, "username")) and (word := secret(entry, "password"))
        }


class Sessions:
    """Sessions of this process; one that is not used for some hours ends."""

    def __init__(self, clock: Clock, lasts_s: float = SESSION_S) -> None:
        self._clock = clock
        self._lasts_s = lasts_s
        self._open: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def begin(self, source: str) -> str:
        """A new session of a source."""
        token = secrets.token_urlsafe(32)
        now = self._clock.monotonic()
        with self._lock:
            self._open = {key: held for key, held in self._open.items() if held[1] > now}
            while len(self._open) >= MAX_SESSIONS:
                self._open.pop(next(iter(self._open)))
            self._open[token] = (source, now + self._lasts_s)
        return token

    def source_of(self, token: str) -> str | None:
        """Whose session it is; using it keeps it open."""
        now = self._clock.monotonic()
        with self._lock:
            source, ends = self._open.get(token, (None, 0.0))
            if source is None or ends <= now:
                self._open.pop(token, None)
                return None
            self._open[token] = (source, now + self._lasts_s)
            return source
