"""Pieces that panels share: places, thresholds, verdict words, short names."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.style import DARK

SHORT_NAMES = Path(__file__).with_name("short_names.yaml")

UNIT = "${unit:singlequote}"
"""The board's variable: the unit whose numbers (everything below it included) are shown."""
WINDOW = "${window:singlequote}"
"""The board's variable: the period its values are of."""

_ESCAPED = {ord(sign): f"\\x{ord(sign):02x}" for sign in "\\'$["}


def beneath(column: str) -> str:
    """SQL: that unit and all beneath it; codes are paths, so they share a prefix."""
    return f"({column} = {UNIT} OR startsWith({column}, concat({UNIT}, '.')))"


def place(x: int, y: int, w: int, h: int) -> dm.GridPos:
    return dm.GridPos(x=x, y=y, w=w, h=h)


def mapping(words: dict[str, tuple[str, str]]) -> dm.DynamicConfigValue:
    """What values are called and coloured: value → (words, tone)."""
    options = {
        value: dm.ValueMappingResult(text=text, color=DARK[tone], index=at)
        for at, (value, (text, tone)) in enumerate(words.items())
    }
    return dm.DynamicConfigValue("mappings", [dm.ValueMap(options=options)])


def displayed(*names: str) -> str:
    """The fields that a panel reduces, as a regular expression over their display names.

    Grafana compares it with what a field is called in the end, not with the column's name.
    """
    escaped = "|".join(re.sub(r"([.()|?*+\[\]{}^$\\/])", r"\\\1", name) for name in names)
    return f"/^({escaped})$/"


def prop(name: str, value: Any) -> dm.DynamicConfigValue:
    return dm.DynamicConfigValue(name, value)


Bounds = Sequence[tuple[str, float | None]]
"""Tones with the value each begins at; the first begins at None, below all."""


def bounds(target: float | None, direction: str, within: float) -> Bounds:
    """Red, amber within so much of it, green at target; without a target everything is plain data."""
    if target is None:
        return (("info", None),)
    if direction == "up":
        return (("act", None), ("warn", target - within), ("good", target))
    # "At most the target" is green; Grafana's steps begin at a value, hence the smallest step above it.
    return (("good", None), ("warn", target + 0.001), ("act", target + within + 0.001))


def steps(found: Bounds) -> list[dm.Threshold]:
    return [dm.Threshold(color=DARK[tone], value=value) for tone, value in found]


def thresholds(found: Bounds) -> d.ThresholdsConfig:
    """A KPI's verdict as Grafana's thresholds."""
    return plain(steps(found))


def plain(found: list[dm.Threshold] | None = None) -> d.ThresholdsConfig:
    found = found or [dm.Threshold(color=DARK["info"], value=None)]
    return d.ThresholdsConfig().mode(dm.ThresholdsMode.ABSOLUTE).steps(found)


VERDICT_UP = {
    "green": ("■ Đạt mục tiêu", "good"),
    "amber": ("▲ Dưới mục tiêu", "warn"),
    "red": ("▼ Thấp xa mục tiêu", "act"),
    "grey": ("◇ Chưa đủ số liệu", "faint"),
    "none": ("Không có dữ liệu", "faint"),
    "old": ("DỮ LIỆU CŨ", "faint"),
}
VERDICT_DOWN = VERDICT_UP | {
    "amber": ("▲ Vượt mục tiêu", "warn"),
    "red": ("▼ Vượt xa mục tiêu", "act"),
}

RESTATED = {"0": ("không", "faint"), "1": ("☐ điều chỉnh", "warn")}
"""Whether what was shown until yesterday is known otherwise now."""


@cache
def _short_names() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(SHORT_NAMES.read_text(encoding="utf-8"))
    return loaded


def short_names(kind: str) -> dict[str, str]:
    """Codes of a kind with their short names."""
    return _short_names()[kind]


def short(kind: str, code: str, name: str) -> str:
    """SQL for the short name of a code column, else its full name."""
    names = _short_names()[kind]
    return f"transform({code}, [{quoted(names)}], [{quoted(names.values())}], {name})"


def quoted(texts: Iterable[str]) -> str:
    """SQL for a list of strings, whatever a catalogue has in them: nothing ends one, and neither Grafana nor
    the wall takes part of one for a variable or a macro."""
    return ", ".join(f"'{text.translate(_ESCAPED)}'" for text in texts)
