"""The trust banner: what each source last said, what is expected of it, how many units it covers."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from dashboards.wall import words
from dashboards.wall.markup import Html, el, join
from ioc.messages import say

STATES = {"silent": "old", "late": "warn", "never": "none", "live": "good"}
"""State → tone, the worst first. One that nobody knows is never shown as living."""
SPEAKING = ("live", "late")
SIGNS = 88
"""What the line of a wall has room for beside the total and the rest, in signs."""
GAP = 4


def draw(rows: Sequence[Mapping[str, Any]], elapsed: float, doubt: str = "") -> Html:
    """The banner. `elapsed`: seconds since the rows were read, for ages go on growing.

    `doubt`: why nothing of it can be trusted now; nothing is called living then.
    """
    if not rows:
        return el("p", "empty", say("sources.unread"))
    ordered = sorted(rows, key=lambda row: (list(STATES).index(_state(row)), row["interval_s"]))
    never = [row for row in ordered if _state(row) == "never"]
    told = [row for row in ordered if _state(row) != "never"]
    said = [_said(row, elapsed, doubt) for row in told]
    fit = _fitting([sum(map(len, each[:3])) for each in said])
    cells = [_cell(each) for each in said[:fit]]
    return join(_total(ordered, doubt), *cells, _others(told[fit:], never, doubt))


def _fitting(lengths: Sequence[int]) -> int:
    """How many of the cells there is room for; the worst always has it."""
    ends = accumulate(length + GAP for length in lengths)
    return max(sum(end <= SIGNS for end in ends), 1)


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
    said = say("sources.unknown") if doubt else say("sources.alive", n=alive, of=len(rows))
    units = say("sources.covered", n=heard, of=expected) if expected and not doubt else ""
    return el(
        "div",
        f"source total {tone}",
        el("b", "", say("sources")),
        el("span", "", said),
        el("small", "", units),
    )


def _said(row: Mapping[str, Any], elapsed: float, doubt: str) -> tuple[str, str, str, str]:
    """Name, state, the rest, tone. Of one that lives all units are heard: only its rhythm is said."""
    state = _state(row)
    tone, said = ("old", say("source.unknown")) if doubt else (STATES[state], say(f"source.{state}"))
    age, rhythm = (
        words.age(seconds) for seconds in (float(row["age_s"]) + elapsed, float(row["interval_s"]))
    )
    if state == "live" and not doubt:
        return str(row["name"]), f"● {age}", say("sources.rhythm", age=rhythm), tone
    units = len(row["units"])
    parts = [age, say("sources.rhythm", age=rhythm)]
    if units:
        parts.append(say("sources.units", n=units if state in SPEAKING and not doubt else 0, of=units))
    return str(row["name"]), said, " · ".join(parts), tone


def _cell(said: tuple[str, str, str, str]) -> Html:
    name, state, more, tone = said
    return el("div", f"source {tone}", el("b", "", name), el("span", "", state), el("small", "", more))


def _others(rest: Sequence[Mapping[str, Any]], never: Sequence[Mapping[str, Any]], doubt: str) -> Html:
    parts = []
    bad = sum(_state(row) != "live" for row in rest)
    if rest:
        parts.append(
            say("sources.more", n=len(rest)) + (say("sources.bad", n=bad) if bad and not doubt else "")
        )
    if never:
        parts.append(say("sources.never", n=len(never)))
    return el("div", "source rest none", el("span", "", " · ".join(parts))) if parts else Html("")
