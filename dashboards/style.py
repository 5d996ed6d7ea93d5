"""Colours and verdict words: one meaning each, shared by Grafana and the wall.

Green at target, amber within 5 points of it, red "act now" only, blue plain data, grey no longer trusted.
"""

PALETTES: dict[str, dict[str, str]] = {
    "dark": {
        "ground": "#0a1120", "panel": "#101a2e", "edge": "#22314f", "ink": "#eef3fc", "soft": "#a9b8d3",
        "faint": "#8393b3", "good": "#45c49a", "warn": "#f4b740", "act": "#ff5d6c", "info": "#62aefc",
    },
    "light": {
        "ground": "#eef1f6", "panel": "#ffffff", "edge": "#c9d2e0", "ink": "#0f1b31", "soft": "#3f4d66",
        "faint": "#4d586d", "good": "#00664a", "warn": "#7a4c00", "act": "#a8001c", "info": "#0b559f",
    },
}  # fmt: skip
"""Text on its panel has at least 7:1 (ink, soft) in both themes."""

DARK = PALETTES["dark"]
TONE_OF_COLOUR = {DARK[tone]: tone for tone in ("good", "warn", "act", "info", "faint")}
