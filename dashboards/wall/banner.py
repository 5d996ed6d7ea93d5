"""The trust banner: what each source last said, what is expected of it, how many units it covers."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.wall import words
from dashboards.wall.markup import Html, el, join

STATES = {
    "silent": ("old", "▬ im lặng"),
    "late": ("warn", "◆ trễ"),
    "never": ("none", "◇ chưa từng"),
    "live": ("good", "● đang sống"),
}
"""State → tone and words, the worst first. One that nobody knows is never shown as living."""
SPEAKING = ("live", "late")
SHOWN = 4
"""Sources named one by one; on a phone and with fewer in trouble there is room for those that live, too."""


def draw(rows: Sequence[Mapping[str, Any]], elapsed: float, doubt: str = "") -> Html:
    """The banner. `elapsed`: seconds since the rows were read, for ages go on growing.

    `doubt`: why nothing of it can be trusted now; nothing is called living then.
    """
    if not rows:
        return el("p", "empty", "Nguồn: chưa biết")
    ordered = sorted(rows, key=lambda row: (list(STATES).index(_state(row)), row["interval_s"]))
    never = [row for row in ordered if _state(row) == "never"]
    told = [row for row in ordered if _state(row) != "never"]
    shown, rest = told[:SHOWN], told[SHOWN:]
    cells = [_source(row, elapsed, doubt) for row in shown]
    return join(_total(ordered, doubt), _others(rest, never, doubt), *cells)


def coverage(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Units that are heard of through some source, of those that are expected to be."""
    expected = {unit for row in rows for unit in row["units"]}
    heard = {unit for row in rows if _state(row) in SPEAKING for unit in row["units"]}
    return len(heard), len(expected)


def _state(row: Mapping[str, Any]) -> str:
    state = str(row["state"])
    return state if state in STATES and row.get("age_s") is not None else "never"


def _total(rows: Sequence[Mapping[str, Any]], doubt: str) -> Html:
    alive = sum(_state(row) == "live" for row in rows)
    heard, expected = coverage(rows)
    tone = "old" if doubt else "good" if alive == len(rows) else "warn"
    said = "không rõ" if doubt else f"{alive}/{len(rows)} đang sống"
    units = f"phủ {heard}/{expected} đơn vị" if expected and not doubt else ""
    return el(
        "div", f"source total {tone}", el("b", "", "Nguồn"), el("span", "", said), el("small", "", units)
    )


def _source(row: Mapping[str, Any], elapsed: float, doubt: str) -> Html:
    state = _state(row)
    tone, said = ("old", "▬ không rõ") if doubt else STATES[state]
    age = words.age(float(row["age_s"]) + elapsed)
    units = len(row["units"])
    covered = f" · {units if state in SPEAKING and not doubt else 0}/{units} đơn vị" if units else ""
    small = f"{age} · nhịp {words.age(float(row['interval_s']))}{covered}"
    return el(
        "div", f"source {tone}", el("b", "", str(row["name"])), el("span", "", said), el("small", "", small)
    )


def _others(rest: Sequence[Mapping[str, Any]], never: Sequence[Mapping[str, Any]], doubt: str) -> Html:
    parts = []
    bad = sum(_state(row) != "live" for row in rest)
    if rest:
        parts.append(f"+{len(rest)} nguồn" + (f", {bad} trễ hoặc im" if bad and not doubt else ""))
    if never:
        parts.append(f"◇ {len(never)} chưa từng có tin")
    return el("div", "source rest none", el("span", "", " · ".join(parts))) if parts else Html("")
