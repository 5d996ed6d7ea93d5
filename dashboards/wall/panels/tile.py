"""A KPI tile: name, value, target, verdict in words and shape, change, cases, as of, coverage."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import SUFFIX
from dashboards.wall.panels.scene import SILENT, TONES, Drawn, Scene, old_tag, title, untrusted
from dashboards.wall.poller import PanelData

RESTATED = "☐ điều chỉnh"
"""What was shown until yesterday is known otherwise now; the hollow square is that of a trend's days."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    verdict = str(row.get("verdict", "none"))
    doubt = untrusted(panel, data, scene, verdict)
    value = row.get("value")
    tone = "old" if doubt else ("none" if value is None else TONES.get(verdict, "none"))
    body = [
        el("h2", "", title(panel, scene)),
        _value(panel, value),
        _target_bar(panel, value, row.get("target")),
    ]
    if data.awaited and not doubt:
        said = el("div", "word", "Đang đọc số liệu…")
    elif doubt:
        said = _old(row, doubt, scene)
    else:
        said = join(_verdict(panel, row, verdict), _change(panel, row, scene))
    body.append(el("div", "said", said))
    return Drawn(join(*body, _foot(row, scene, doubt)), tone)


def _value(panel: Panel, value: float | None) -> Html:
    shown = words.number(value, panel.fieldConfig.defaults.decimals or 0)
    suffix = SUFFIX.get(panel.fieldConfig.defaults.unit or "", "")
    return el("div", "value", shown, el("small", "", " " + suffix) if suffix and value is not None else "")


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
        return el("div", "word", "Không có dữ liệu")
    mapped = panel.mapped("verdict", verdict)
    said = mapped.text if mapped else "◇ Chưa rõ"
    target = row.get("target")
    if target is not None and verdict in ("green", "amber", "red"):
        unit = SUFFIX.get(panel.fieldConfig.defaults.unit or "", "")
        said += f" {words.number(target, 0 if target == int(target) else 1)} {unit}".rstrip()
    return el("div", "word", said)


def _change(panel: Panel, row: dict[str, Any], scene: Scene) -> Html:
    parts = []
    change, as_of = row.get("change"), row.get("as_of")
    if change is not None:
        parts.append(f"{words.signed(change, panel.fieldConfig.defaults.decimals or 0)} so hôm qua")
    if as_of is not None:
        parts.append(f"lúc {words.moment(as_of, scene.now)}")
    if row.get("restated"):
        parts.append(RESTATED)
    return el("div", "soft", " · ".join(parts) or " ")


def _old(row: dict[str, Any], doubt: str, scene: Scene) -> Html:
    since = row.get("stale_since")
    if doubt == SILENT and since is not None:
        doubt = f"{SILENT} từ {words.moment(since, scene.now)}"
    # Where there is little room, since when is said and that it is the source is not.
    rest = doubt.removeprefix(SILENT)
    said = join(el("span", "whole", SILENT), rest) if doubt.startswith(SILENT) else doubt
    return join(el("div", "word", old_tag()), el("div", "soft", said))


def _foot(row: dict[str, Any], scene: Scene, doubt: str) -> Html:
    """Cases and period left, coverage right; a low tile says as of when instead of the period."""
    cases, as_of = row.get("cases"), row.get("as_of")
    counted = [f"{words.number(cases)} {row.get('noun') or 'ca'}"] if cases is not None else []
    known = bool(row.get("window") and row.get("start"))
    period = [words.window(str(row["window"]), row["start"])] if known else []
    since = [f"lúc {words.moment(as_of, scene.now)}"] if as_of is not None and not doubt else []
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
