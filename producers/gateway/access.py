"""Who is calling: a bearer key per source system, kept in the stack's credentials file (mode 600).

Only digests of the keys are held in memory, and every known key is compared on every call, so that the time
of an answer says nothing about which sources exist.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers

from ioc.clock import Clock
from ioc.errors import SettingsError
from ioc.secrets import findings, secret
from producers.gateway.problems import Problem

log = logging.getLogger("ioc.access")
RELOAD_S = 2.0


def digests(keys: Mapping[str, str]) -> dict[str, bytes]:
    """SHA-256 of each source's key; empty keys are left out, so that they can never match."""
    return {code: hashlib.sha256(key.encode()).digest() for code, key in keys.items() if key}


class Keyring:
    """The keys of all sources by system code; a changed file is noticed within `RELOAD_S` seconds."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._seen = (0, 0)
        self._looked = float("-inf")
        self._digests: dict[str, bytes] = {}

    def source_of(self, token: str) -> str | None:
        """System code of the source that owns this key, `None` if nobody does."""
        self._reload()
        presented = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = None
        for code, digest in self._digests.items():
            if hmac.compare_digest(digest, presented):
                found = code
        return found

    def _reload(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked < RELOAD_S:
            return
        self._looked = now
        try:
            stat = self._path.stat()
            if (stat.st_mtime_ns, stat.st_size) == self._seen:
                return
            sources = json.loads(self._path.read_text(encoding="utf-8")).get("sources", {})
            self._digests = digests({code: secret(entry, "key") for code, entry in sources.items()})
            self._seen = (stat.st_mtime_ns, stat.st_size)
            for finding in findings(sources):
                log.warning("%s: %s", self._path, finding)
        except (OSError, ValueError, AttributeError) as error:
            if not self._digests:
                kind = error.__class__.__name__
                raise SettingsError(
                    f"{self._path}: expected the credentials of the sources ({kind})"
                ) from error


def caller(headers: Headers, keyring: Keyring) -> str:
    """System code of the caller. Raises `Problem` 401 when there is no, more than one, or an unknown
    credential."""
    given = headers.getlist("authorization")
    if not given:
        raise Problem("no_credential", "expected one header Authorization: Bearer <key>")
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise Problem("no_credential", "expected exactly one header Authorization: Bearer <key>")
    code = keyring.source_of(token.strip())
    if code is None:
        raise Problem("bad_credential", "the key is not the key of a source in use")
    return code
