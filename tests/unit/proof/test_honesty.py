"""What the wall says is read as a browser gets it, and a wall that keeps silent is found."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from proof import honesty
from proof.harness import wall
from proof.harness.stack import ROOT
from proof.scene import Scene

WORDS = yaml.safe_load((ROOT / "ioc" / "messages" / "vi.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene with nothing but findings and numbers; its wall has numbers, and clears at once."""
    monkeypatch.setattr(wall, "page", lambda _port: "<p>● Đang cập nhật</p>")
    found: dict[str, Any] = {"more": {}, "numbers": {}}
    found["wrong"] = lambda invariant, what: found["more"].setdefault(invariant, []).append(what)
    found["asked"] = SimpleNamespace(sql=lambda _text: [(1,)])
    return cast(Scene, SimpleNamespace(stack=SimpleNamespace(port=1), **found))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "silent"),
        ("<p>● Đang cập nhật</p>", ""),
        (f"<b>▼ {WORDS['wall.lost']}</b>", "lost"),
        (json.dumps({"html": WORDS["wall.lost"]}), "lost"),
        (json.dumps({"html": WORDS["wall.stopped"]}), "stopped"),
    ],
)
def test_what_a_page_says(monkeypatch: pytest.MonkeyPatch, page: str, said: str) -> None:
    monkeypatch.setattr(wall, "page", lambda _port: page)
    assert wall.doubt(1) == said


def test_a_wall_that_keeps_silent_is_found(scene: Scene) -> None:
    honesty.told_by_the_wall(lambda _scene: None)(scene)
    assert scene.more["I9"] == ["the wall never said that its numbers are old"]


def test_a_wall_that_says_so_too_late_is_found(scene: Scene) -> None:
    honesty._tells(scene, [(31.0, "lost")])
    assert "after 31 s" in scene.more["I9"][0]


def test_a_wall_that_says_so_in_time_is_not(scene: Scene) -> None:
    honesty._tells(scene, [(22.04, "stopped"), (40.0, "lost")])
    assert "I9" not in scene.more
    assert scene.numbers == {"wall_said": "stopped", "wall_said_after_s": 22.0}
