"""The rotation in Grafana: made once, left alone, put right; and what is said when Grafana is not well."""

from typing import Any

import pytest

from dashboards.boards import generate, playlist
from dashboards.boards.playlist import NAME, PLAYLISTS, Grafana, GrafanaError, ensure
from ioc.kpis import Kpis


class Twin:
    """As much of Grafana as a playlist needs."""

    url = "http://grafana.example"

    def __init__(self, sick: int = 0, refuses: int = 0) -> None:
        self.kept: dict[str, Any] | None = None
        self.asked: list[str] = []
        self._sick = sick
        self._refuses = refuses

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if path == "/api/health":
            self._sick -= 1
            return (503, {}) if self._sick >= 0 else (200, {"database": "ok"})
        if self._refuses:
            return self._refuses, {"message": "not allowed"}
        if method == "GET":
            return (404, {}) if self.kept is None else (200, self.kept)
        assert (method, path) == (
            ("POST", PLAYLISTS) if self.kept is None else ("PUT", f"{PLAYLISTS}/{NAME}")
        )
        version = 1 if self.kept is None else self.kept["metadata"]["resourceVersion"] + 1
        if self.kept is not None:
            assert body["metadata"]["resourceVersion"] == version - 1, "Grafana refuses an older state"
        self.kept = {**body, "metadata": {**body["metadata"], "resourceVersion": version}}
        for item in self.kept["spec"]["items"]:
            item["title"] = "added by Grafana"
        return 201, self.kept


def done(grafana: Twin, interval: str = "30s") -> playlist.Done:
    return ensure(grafana, interval, wait=lambda seconds: None)


def test_made_once_and_then_left_alone() -> None:
    grafana = Twin(sick=3)
    assert done(grafana).changed
    assert not done(grafana).changed
    writes = [each for each in grafana.asked if not each.startswith("GET")]
    assert writes == [f"POST {PLAYLISTS}"]
    assert grafana.asked.count("GET /api/health") == 5


def test_what_was_changed_by_hand_is_put_right() -> None:
    grafana = Twin()
    done(grafana)
    assert grafana.kept is not None
    grafana.kept["spec"]["items"].reverse()
    assert done(grafana).changed
    assert [item["value"] for item in grafana.kept["spec"]["items"]] == list(playlist.TURNING)
    assert done(grafana, "45s").changed
    assert not done(grafana, "45s").changed


def test_the_address_hides_every_control() -> None:
    assert done(Twin()).play == f"http://grafana.example/playlists/play/{NAME}?{playlist.KIOSK}"


def test_every_board_that_turns_exists() -> None:
    assert set(playlist.TURNING) <= set(generate.boards(Kpis.load()))


@pytest.mark.parametrize(
    ("grafana", "said"),
    [(Twin(sick=99), "not well: answers 503"), (Twin(refuses=403), "answers 403")],
)
def test_what_goes_wrong_is_one_sentence(grafana: Twin, said: str) -> None:
    with pytest.raises(GrafanaError, match=said):
        done(grafana)


def test_only_addresses_of_the_web_are_taken() -> None:
    with pytest.raises(GrafanaError, match="expected http"):
        Grafana("file:///etc/passwd")
