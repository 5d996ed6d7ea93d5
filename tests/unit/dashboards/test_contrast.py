"""Every tone of both themes can be read on every ground it is written on: at least 4.5:1."""

import re
from pathlib import Path

import pytest

from dashboards.style import PALETTES
from dashboards.wall import page
from tests.unit.dashboards.test_boards import contrast

LEAST = 4.5
TONES = ("ink", "soft", "faint", "good", "warn", "act", "info")
SELECTOR = {"dark": ":root", "light": ".light"}
STATUS, STANDING = 0.14, 0.22
"""Shares of a tone in the ground of the status and of the alert that stands (frame.css)."""


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme, as the style sheet has them."""
    css = (Path(page.__file__).parent / "wall.css").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^{re.escape(SELECTOR[theme])} {{(.*?)}}", css, re.M | re.S)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
    return {
        name: each if len(each) == 7 else "#" + "".join(2 * sign for sign in each[1:])
        for name, each in found.items()
    }


def mixed(tone: str, ground: str, share: float) -> str:
    """CSS `color-mix(in srgb, tone share, ground)`."""
    parts = (
        round(int(tone[at : at + 2], 16) * share + int(ground[at : at + 2], 16) * (1 - share))
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


@pytest.mark.parametrize("theme", sorted(PALETTES))
@pytest.mark.parametrize("tone", TONES)
def test_tones_can_be_read_on_ground_panel_and_the_hatching_of_old_data(theme: str, tone: str) -> None:
    found = colours(theme)
    for ground in ("ground", "panel", "hatch-a", "hatch-b"):
        assert contrast(found[tone], found[ground]) >= LEAST, f"{tone} on {ground}"
    assert contrast(found["tag-ink"], found["tag"]) >= LEAST


@pytest.mark.parametrize("theme", sorted(PALETTES))
@pytest.mark.parametrize("tone", ["good", "warn", "act", "faint"])
def test_the_status_can_be_read_on_its_own_tint(theme: str, tone: str) -> None:
    found = colours(theme)
    tint = mixed(found[tone], found["ground"], STATUS)
    assert contrast(found[tone], tint) >= LEAST
    assert contrast(found["soft"], tint) >= LEAST


@pytest.mark.parametrize("theme", sorted(PALETTES))
def test_the_alert_that_stands_can_be_read(theme: str) -> None:
    found = colours(theme)
    tint = mixed(found["act"], found["ground"], STANDING)
    for tone in ("ink", "act"):
        assert contrast(found[tone], tint) >= LEAST, tone
