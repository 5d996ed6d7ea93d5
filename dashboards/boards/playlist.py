"""The rotation of boards in Grafana, which files cannot provision: a call that every start may repeat.

Grafana keeps playlists as resources of `playlist.grafana.app` (12 and later). What is there already is left
alone, what differs is put right: hands that changed it in the browser do not change the wall for long.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from ioc.errors import IocError

NAME = "ioc-walls"
TITLE = "Trung tâm điều hành"
PLAYLISTS = "/apis/playlist.grafana.app/v1/namespaces/default/playlists"
KIOSK = "kiosk&_dash.hideTimePicker=true&_dash.hideVariables=true&_dash.hideLinks=true"
"""A kiosk alone leaves controls on the screen since Grafana 11.3."""
TURNING = (
    "operations-wall",
    "documents",
    "public-services",
    "tasks",
    "people",
    "data-quality",
    "ranking",
    "publishers",
    "pipeline",
)
"""Boards in their order on a wall; the leaders' own is not part of it."""
HEALTH_TRIES, HEALTH_WAIT_S, TIMEOUT_S = 60, 1.0, 10.0


class GrafanaError(IocError):
    """Grafana does not answer, or refuses what was asked."""


class Asks(Protocol):
    """How Grafana is spoken to."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of an answer. Raises `GrafanaError` when there is none."""


@dataclass(frozen=True)
class Done:
    uid: str
    changed: bool
    play: str
    """The address that a wall opens."""


class Grafana:
    """Grafana over HTTP, as a service account or, without a token, as whoever may write there."""

    def __init__(self, url: str, token: str = "") -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise GrafanaError(f"address {url}: expected http:// or https://")
        self.url = url.rstrip("/")
        self._token = token

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return int(answer.status), _json(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _json(error.read())
        except OSError as error:
            raise GrafanaError(f"Grafana at {self.url} does not answer: {error}") from None


def _json(text: bytes) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {}


def kiosk(base: str, uid: str) -> str:
    """The address of one board without controls."""
    return f"{base.rstrip('/')}/d/{uid}?{KIOSK}"


def wanted(interval: str, boards: Sequence[str] = TURNING) -> dict[str, Any]:
    """The playlist as Grafana should have it."""
    items = [{"type": "dashboard_by_uid", "value": uid} for uid in boards]
    return {"title": TITLE, "interval": interval, "items": items}


def ensure(
    grafana: Asks,
    interval: str = "30s",
    boards: Sequence[str] = TURNING,
    wait: Callable[[float], None] = time.sleep,
) -> Done:
    """Create or correct the playlist, once Grafana and its database are well. Raises `GrafanaError`."""
    _well(grafana, wait)
    status, found = grafana.ask("GET", f"{PLAYLISTS}/{NAME}")
    spec = wanted(interval, boards)
    changed = True
    if status == 404:
        _put(grafana, "POST", PLAYLISTS, {"name": NAME, "namespace": "default"}, spec)
    elif status == 200 and isinstance(found, Mapping):
        changed = not _same(found.get("spec") or {}, spec)
        if changed:
            _put(grafana, "PUT", f"{PLAYLISTS}/{NAME}", dict(found.get("metadata") or {}), spec)
    else:
        raise GrafanaError(f"Grafana answers {status} when asked for playlist {NAME}, expected 200 or 404")
    return Done(NAME, changed, f"{grafana.url}/playlists/play/{NAME}?{KIOSK}")


def _well(grafana: Asks, wait: Callable[[float], None]) -> None:
    said = "does not answer"
    for _ in range(HEALTH_TRIES):
        try:
            status, found = grafana.ask("GET", "/api/health")
        except GrafanaError as error:
            said = str(error)
        else:
            if status == 200 and isinstance(found, Mapping) and found.get("database") == "ok":
                return
            said = f"answers {status} to a question about its health, expected 200 and a database that is ok"
        wait(HEALTH_WAIT_S)
    raise GrafanaError(f"Grafana is not well: {said}")


def _same(found: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """Grafana may add fields of its own, to the items too."""
    items = [{"type": each.get("type"), "value": each.get("value")} for each in found.get("items") or ()]
    return {**{name: found.get(name) for name in spec}, "items": items} == spec


def _put(grafana: Asks, method: str, path: str, metadata: object, spec: object) -> None:
    body = {
        "apiVersion": "playlist.grafana.app/v1",
        "kind": "Playlist",
        "metadata": metadata,
        "spec": spec,
    }
    status, found = grafana.ask(method, path, body)
    if status not in (200, 201):
        said = found.get("message", "") if isinstance(found, Mapping) else ""
        raise GrafanaError(f"Grafana answers {status} to playlist {NAME}: {said or 'no reason given'}")
