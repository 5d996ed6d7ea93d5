"""A column's value as people read it: mapping, unit, decimals, and the band its thresholds put it in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboards.style import DARK, TONE_OF_COLOUR
from dashboards.wall import words
from dashboards.wall.board import Panel, Thresholds
from dashboards.wall.markup import Html, el
from dashboards.wall.panels.scene import Tone
from ioc.clock import VIETNAM
from ioc.messages import say

SHAPES: dict[str, str] = {"good": "■", "warn": "▲", "act": "▼"}
"""A band is never said by colour alone."""
MEASURED = ("percent", "s", "ms", "m")
"""Units that are said behind a number."""
NAMED = {colour: name for name, colour in DARK.items()}
LEFT, SINCE = "left_s", "age_s"
"""Columns of seconds that go on while nothing can be read: what is left shrinks, an age grows."""
TONES: dict[str, Tone] = {"good": "good", "warn": "warn", "act": "act", "info": "info", "faint": "none"}


def suffix(unit: str | None) -> str:
    """What is said behind a number of a unit of measure; "" for plain counts."""
    return say(f"suffix.{unit}") if unit in MEASURED else ""


def more_of(panel: Panel, rest: int) -> Html:
    """The line below rows that says how many there are besides; the page counts those it has no room for.

    Rows that carry a unit's code are units.
    """
    key = "wall.more_units" if panel.setting("unit", "custom.hidden") else "wall.more_rows"
    return el("p", "more", data_rest=str(rest), data_say=say(key, n="{n}"))


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a value, the tone of its band ("" for plain data), and whether it is a number."""

    text: str
    tone: str = ""
    number: bool = False


def label(panel: Panel, name: str) -> str:
    """What a column is called."""
    return str(panel.setting(name, "displayName") or name)


def hidden(panel: Panel, name: str) -> bool:
    return bool(panel.setting(name, "custom.hidden"))


def said(panel: Panel, name: str, value: Any, late: float = 0.0) -> Said:
    """A cell. `late`: seconds since it was read."""
    mapped = panel.mapped(name, value)
    if mapped is not None:
        return Said(mapped.text, TONE_OF_COLOUR.get(mapped.color or "", "") if mapped.color else "")
    if value is None:
        return Said(words.NO_DATA)
    unit = str(panel.setting(name, "unit") or panel.fieldConfig.defaults.unit or "")
    if isinstance(value, (datetime, date)):
        return Said(_moment(value, unit), number=True)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        # What is opened by choosing its name must have one to choose.
        return Said(str(value) if str(value).strip() or not panel.setting(name, "links") else words.NO_DATA)
    if unit == "s" and name == LEFT:
        return Said(words.remaining(value - late), "act" if value - late < 0 else "", number=True)
    band = tone(panel, name, value)
    text = words.age(value + (late if name == SINCE else 0)) if _is_span(panel, name, unit) else ""
    text = text or figure(panel, name, value)
    if band in SHAPES and coloured(panel, name):
        return Said(f"{SHAPES[band]} {text}", band, number=True)
    return Said(text, number=True)


def _is_span(panel: Panel, name: str, unit: str) -> bool:
    """Whole seconds are said in the largest unit; with decimals they are a measurement."""
    return unit == "s" and panel.setting(name, "decimals") is None


def figure(panel: Panel, name: str, value: float | None, *, bare: bool = False) -> str:
    """A number with its unit: `96,2 %`. `bare`: without the unit."""
    unit = str(panel.setting(name, "unit") or panel.fieldConfig.defaults.unit or "")
    shown = words.number(value, decimals(panel, name, value))
    said = "" if bare or value is None else suffix(unit)
    return f"{shown} {said}".rstrip()


def decimals(panel: Panel, name: str, value: float | None = None) -> int:
    """As the column or the panel says; else one for what is not whole."""
    own = panel.setting(name, "decimals")
    if own is None:
        own = panel.fieldConfig.defaults.decimals
    if own is not None:
        return int(own)
    return 0 if value is None or float(value).is_integer() else 1


def coloured(panel: Panel, name: str) -> bool:
    """A table's figures take the colour of their band only where the board says so."""
    options = panel.setting(name, "custom.cellOptions")
    return panel.type != "table" or bool(options and options.get("type") == "color-text")


def tone(panel: Panel, name: str, value: float | None) -> str:
    """The band a value lies in: the last step it has reached."""
    raw = panel.setting(name, "thresholds")
    found = Thresholds.model_validate(raw) if raw else panel.fieldConfig.defaults.thresholds
    if found is None or value is None:
        return ""
    reached = [step for step in found.steps if step.value is None or value >= step.value]
    return TONE_OF_COLOUR.get(reached[-1].color, "") if reached else ""


def colour(panel: Panel, name: str) -> str:
    """The name in the palette of a column's fixed colour; blue without one."""
    fixed = panel.setting(name, "color") or {}
    return NAMED.get(str(fixed.get("fixedColor", "")), "info")


def _moment(value: date, unit: str) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM) if value.tzinfo else value
        forms = {"time:HH:mm:ss": "%H:%M:%S", "time:DD/MM/YYYY": "%d/%m/%Y"}
        return value.strftime(forms.get(unit, "%d/%m %H:%M"))
    return value.strftime("%d/%m/%Y")
