"""A KPI tile: name, value, target, verdict in words and shape, change, cases, as of, coverage."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import suffix
from dashboards.wall.panels.scene import TONES, Drawn, Scene, old_tag, title, untrusted
from dashboards.wall.poller import PanelData
from ioc.messages import say

CLOSER = 2
"""Decimals more than usual, where the usual ones would hide on which side of its target a value is."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    verdict = str(row.get("verdict", "none"))
    doubt = untrusted(panel, data, scene, verdict)
    value = row.get("value")
    tone = "old" if doubt else ("none" if value is None else TONES.get(verdict, "none"))
    body = [
        el("h2", "", title(panel, scene)),
        _value(panel, value, row.get("target")),
        _target_bar(panel, value, row.get("target")),
    ]
    if data.awaited and not doubt:
        said = el("div", "word", say("wall.unread"))
    elif doubt:
        said = _old(row, doubt, scene)
    else:
        said = join(_verdict(panel, row, verdict), _change(panel, row, scene))
    body.append(el("div", "said", said))
    return Drawn(join(*body, _foot(row, scene, doubt)), tone)


def _value(panel: Panel, value: float | None, target: float | None) -> Html:
    shown = told(value, target, panel.fieldConfig.defaults.decimals or 0)
    unit = suffix(panel.fieldConfig.defaults.unit)
    return el("div", "value", shown, el("small", "", " " + unit) if unit and value is not None else "")


def told(value: float | None, target: float | None, decimals: int) -> str:
    """Rounded, but never onto a target that it only comes near to: 98.96 of 99 is not 99,0."""
    if value is not None and target is not None and value != target:
        for more in range(decimals, decimals + CLOSER + 1):
            if (shown := words.number(value, more)) != words.number(target, more):
                return shown
    return words.number(value, decimals)


def _target_bar(panel: Panel, value: float | None, target: float | None) -> Html:
    top = panel.fieldConfig.defaults.max
    if not top:
        return Html("")
    fill = el("i", "", style=f"width:{_share(value, top):.1f}%") if value is not None else ""
    tick = el("u", "", style=f"left:{min(_share(target, top), 99.2):.1f}%") if target is not None else ""
    return el("div", "target", fill, tick)


def _share(value: float | None, top: float) -> float:
    return min(max((value or 0.0) / top, 0.0), 1.0) * 100


def _verdict(panel: Panel, row: dict[str, Any], verdict: str) -> Html:
    if row.get("value") is None:
        return el("div", "word", say("wall.no_data"))
    mapped = panel.mapped("verdict", verdict)
    said = mapped.text if mapped else say("wall.unclear")
    target = row.get("target")
    if target is not None and verdict in ("green", "amber", "red"):
        unit = suffix(panel.fieldConfig.defaults.unit)
        said += f" {words.number(target, 0 if target == int(target) else 1)} {unit}".rstrip()
    return el("div", "word", said)


def _change(panel: Panel, row: dict[str, Any], scene: Scene) -> Html:
    parts = []
    change, as_of = row.get("change"), row.get("as_of")
    if as_of is not None:
        parts.append(say("wall.at", at=words.moment(as_of, scene.now)))
    if row.get("restated"):
        # The hollow square is that of a trend's days.
        parts.append(say("wall.restated"))
    changed = Html("")
    if change is not None:
        told = say("wall.change", change=words.signed(change, panel.fieldConfig.defaults.decimals or 0))
        changed = el("span", "change", told, " · " if parts else "")
    return el("div", "soft", changed, " · ".join(parts) or " ")


def _old(row: dict[str, Any], doubt: str, scene: Scene) -> Html:
    since = row.get("stale_since")
    said: str = doubt
    if doubt == say("doubt.silent"):
        # Where there is little room, since when is said and that it is the source is not.
        rest = "" if since is None else say("doubt.since", at=words.moment(since, scene.now))
        said = join(el("span", "whole", doubt), rest)
    return join(el("div", "word", old_tag()), el("div", "soft", said))


def _foot(row: dict[str, Any], scene: Scene, doubt: str) -> Html:
    """Cases and period left, coverage right; a low tile says as of when instead of the period."""
    cases, as_of = row.get("cases"), row.get("as_of")
    counted = [_counted(cases, row.get("noun"))] if cases is not None else []
    known = bool(row.get("window") and row.get("start"))
    period = [words.window(str(row["window"]), row["start"])] if known else []
    since = [say("wall.at", at=words.moment(as_of, scene.now))] if as_of is not None and not doubt else []
    return el(
        "div",
        "foot",
        el("span", "whole", " · ".join(counted + period)),
        el(
            "span",
            "brief",
            " · ".join(since),
            el("span", "counted", f"{' · ' if since else ''}{counted[0]}" if counted else ""),
        ),
        el("span", "", str(row.get("coverage") or "")),
    )


def _counted(cases: int, noun: object) -> str:
    """How many cases, by what they are called."""
    return f"{words.many(cases)} {noun}" if noun else say("wall.cases", n=words.many(cases))
