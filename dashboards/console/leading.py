"""What leaders are shown first, and what is ranked: pure, over the rows of the reading views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from ioc.messages import either, formats, say
from storage.reference import FOREVER

Row = dict[str, Any]
Verdict = Literal["red", "off_pace", "stale", "well", "unknown"]
ORDER: tuple[Verdict, ...] = ("red", "off_pace", "stale")
RANKED = ("unit_dx_score", "dossier_on_time_rate", "doc_on_time_rate")
"""Indicators that units are ranked by, the default first."""
MEASURES = frozenset({"percent", "points", "seconds", "minutes", "hours", "days"})
"""Units of measure that are said with the number."""
WINDOW_OF = {"stock": "day", "gauge": "day"}
"""What stands is told as of now, what flows for the month."""


@dataclass(frozen=True, slots=True)
class Item:
    """One indicator as leaders see it."""

    kpi: str
    name: str
    measure: str
    verdict: Verdict
    value: float | None
    target: float | None
    deadline: date | None
    cases: int
    as_of: datetime | None
    stale_since: datetime | None
    status: str
    expected: float | None
    low: float | None
    high: float | None
    direction: str
    window: str

    @property
    def gap(self) -> float:
        """How far from the target, as a share of it; the worst first within a verdict."""
        if self.value is None or self.target is None:
            return 0.0
        missing = self.target - self.value if self.direction == "up" else self.value - self.target
        return missing / max(abs(self.target), 1.0)


def items(rows: Iterable[Row]) -> list[Item]:
    """Each indicator once, in the window it is told for."""
    return [_item(row) for row in rows if row["window"] == WINDOW_OF.get(row["kind"], "month")]


def exceptions(found: Sequence[Item]) -> list[Item]:
    """Red, then off pace, then stale; the widest gap first."""
    wanted = [each for each in found if each.verdict in ORDER]
    return sorted(wanted, key=lambda each: (ORDER.index(each.verdict), -each.gap, each.name))


def verdict(row: Row) -> Verdict:
    """Old before everything but what a forecast says; unknown is never good."""
    if row["fresh"] == 0:
        return "stale"
    if row["band"] == "red":
        return "red"
    if row["status"] == "off_pace":
        return "off_pace"
    return "well" if row["band"] in ("green", "amber") else "unknown"


def _item(row: Row) -> Item:
    status = row["status"] or ""
    deadline = row["deadline"] if status in ("on_pace", "off_pace", "passed", "too_little_data") else None
    deadline = deadline or row["target_by"]
    if deadline is not None and deadline >= FOREVER:  # the target holds at all times
        deadline = None
    return Item(
        row["kpi"], either(row, "name"), row["unit_of_measure"], verdict(row),
        row["value"], row["target"], deadline, row["cases"], row["as_of"],
        row["stale_since"], status, row["expected"], row["low"], row["high"], row["direction"],
        row["window"],
    )  # fmt: skip


def shown(value: float | None, measure: str) -> str:
    """A number with its unit: `96,2%`, `74`."""
    if value is None:
        return formats.NO_DATA
    decimals = 0 if measure == "count" or value == int(value) else 1
    plain = formats.number(value, decimals)
    return say(f"measure.{measure}", n=plain) if measure in MEASURES else plain


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit's place; 0 when it has too few cases or old data."""

    place: int
    unit: str
    value: float | None
    cases: int
    as_of: datetime | None


def ranking(rows: Iterable[Row], direction: str) -> list[Ranked]:
    """Units by value, equal values sharing a place; those that cannot be judged last, without one."""
    found = list(rows)
    judged = [row for row in found if row["value"] is not None and row["fresh"] and row["enough"]]
    judged.sort(key=lambda row: (-row["value"] if direction == "up" else row["value"], row["unit"]))
    ranked: list[Ranked] = []
    for at, row in enumerate(judged):
        same = at > 0 and round(row["value"], 2) == round(judged[at - 1]["value"], 2)
        ranked.append(_ranked(row, ranked[-1].place if same else at + 1))
    left = sorted((row for row in found if row not in judged), key=lambda row: row["unit"])
    return ranked + [_ranked(row, 0) for row in left]


def _ranked(row: Row, place: int) -> Ranked:
    return Ranked(place, row["unit"], row["value"], row["cases"], row["as_of"])


@dataclass(frozen=True, slots=True)
class Track:
    """A bar from nothing to the end of the scale, in percent of its length."""

    value: float
    target: float | None
    low: float | None
    high: float | None


def track(item: Item) -> Track | None:
    """Where value, target and forecast stand beside each other; None without a value."""
    if item.value is None:
        return None
    known = [each for each in (item.value, item.target, item.high) if each is not None]
    scale = 100.0 if item.measure in ("percent", "points") else max(*known, 1.0) * 1.1

    def at(value: float | None) -> float | None:
        return None if value is None else round(min(max(100 * value / scale, 0.0), 100.0), 1)

    return Track(at(item.value) or 0.0, at(item.target), at(item.low), at(item.high))


@dataclass(frozen=True, slots=True)
class Sketch:
    """Points of the trend in a field 100 wide and 30 high; empty where there is nothing to draw."""

    past: str
    ahead: str
    band: str
    aim: float | None


NOW_AT, TOP, BOTTOM = 62.0, 2.0, 28.0
"""The past ends here; what is left on the right is the way to the deadline, whatever its length."""


def sketch(item: Item, days: Sequence[float]) -> Sketch | None:
    """The last days and the way to the forecast; None with fewer than two days."""
    if len(days) < 2:
        return None
    others = (item.target, item.expected, item.low, item.high)
    known = [*days, *(each for each in others if each is not None)]
    low, high = min(known), max(known)

    def at(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(BOTTOM - share * (BOTTOM - TOP), 1)

    step = NOW_AT / (len(days) - 1)
    past = " ".join(f"{round(n * step, 1)},{at(value)}" for n, value in enumerate(days))
    now = f"{NOW_AT},{at(days[-1])}"
    ahead = f"{now} 100,{at(item.expected)}" if item.expected is not None else ""
    band = ""
    if item.low is not None and item.high is not None:
        band = f"{now} 100,{at(item.high)} 100,{at(item.low)}"
    return Sketch(past, ahead, band, None if item.target is None else at(item.target))
