"""F24: what happened up to 40 days ago is told now. Closed days and windows that change are marked restated.

A stack that has just begun has shown nobody yesterday's numbers. So the numbers that its closed days have at
one moment are written down as shown when those days ended; then late events come for some of the days.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from proof.faults.data import sent
from proof.harness import wall
from proof.harness.stack import until
from proof.oracle import kpis
from proof.oracle.events import TENANT, UNITS
from proof.oracle.journal import Told
from proof.scene import Fault, Scene

KPIS = ("doc_digital_exchange_rate", "online_dossier_rate", "e_result_rate")
"""Ratios, whose days add up. Nothing late is told of the third."""
LATE_DAYS = (0, 1, 2, 7, 20, 39)
"""Days before today of which something is told late; today is not closed and is never restated."""
DRAWN = 400
AGREES = 0.0005
PATIENCE_S = 240.0
TILE = ("online_dossier_rate", TENANT, "month")
"""What the operations wall shows on a tile."""
Marks = set[tuple[str, str, str]]
"""(kpi, unit, closed day or window)."""
_NAMES = "kpi IN ('" + "','".join(KPIS) + "') AND dim = ''"
_TODAY = "toDate(now('Asia/Ho_Chi_Minh'))"


@dataclass(frozen=True)
class Marked:
    """What is marked as restated."""

    days: Marks
    windows: Marks


def late(scene: Scene) -> None:
    """Days end and are shown; then late events come; marked is what they changed, and nothing else."""
    scene.more.setdefault("I9", [])
    today = datetime.now(kpis.VIETNAM).date()
    scene.load.paused = True
    if not _settled(scene):
        # What is shown of a moment of which nobody knows what belongs to it says nothing of marks.
        scene.wrong("I10", "the reducer did not come to rest before the late events")
        scene.load.paused = False
        return
    before = scene.asked.cells()
    _days_end(scene)
    _judge(scene, "before anything was late", Marked(set(), set()))
    told = late_events(scene, today)
    sent(scene, [each for each in told if each.source.endswith(":qlvb")])
    sent(scene, [each for each in told if each.source.endswith(":motcua")], "motcua")
    scene.bit(f"{len(told)} late events for {len(LATE_DAYS)} days")
    more = kpis.cells(told)
    expected = restated(before, added(before, more), today)
    _judge(scene, "after the late events", expected)
    scene.numbers["restated"] = {"days": len(expected.days), "windows": len(expected.windows)}
    if not expected.days or not expected.windows:
        scene.evidence.clear()  # nothing had to be marked: that proves nothing
    scene.load.paused = False


def late_events(scene: Scene, today: date) -> list[Told]:
    """Events of these days only, each a case by itself, so that no other day is touched."""
    wanted = {(today - timedelta(days=back)).isoformat() for back in LATE_DAYS}
    drawn = [scene.events.issued() for _ in range(DRAWN)]
    drawn += islice(scene.events.stream("motcua"), DRAWN)
    by_key = {each.key: each for each in drawn if _day(each) in wanted}
    return list(by_key.values())


def _day(told: Told) -> str:
    said = json.loads(told.said)
    field = {"document.issued": "issued_at", "dossier.received": "received_at"}
    name = field.get(told.type.removeprefix("vn.gov.ioc.").removesuffix(".v1"))
    return kpis.day(said[name]) if name else ""


# What must be marked, in plain Python


def added(cells: kpis.Cells, more: kpis.Cells) -> kpis.Cells:
    """Cells of both together."""
    found = dict(cells)
    for at, (above, below) in more.items():
        n, d = found.get(at, (0, 0))
        found[at] = n + above, d + below
    return found


def restated(shown: kpis.Cells, known: kpis.Cells, today: date) -> Marked:
    """Closed days, and the closed part of windows, that are known otherwise than they were shown."""
    starts = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "ytd": today.replace(month=1, day=1),
    }
    shown, known = _up(shown), _up(known)
    return Marked(
        {at for at, now in known.items() if at[2] < today.isoformat() and _differ(shown.get(at), now)},
        {
            (kpi, unit, name)
            for kpi in KPIS
            for unit in (TENANT, *UNITS)
            for name, start in starts.items()
            if _differ(*(_span(cells, kpi, unit, start, today) for cells in (shown, known)))
        },
    )


def _up(cells: kpis.Cells) -> kpis.Cells:
    """The cells of each unit and of all of them together."""
    found: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (kpi, unit, day), (above, below) in cells.items():
        if kpi in KPIS and unit in UNITS:
            for whose in (unit, TENANT):
                n, d = found[kpi, whose, day]
                found[kpi, whose, day] = n + above, d + below
    return dict(found)


def _span(cells: kpis.Cells, kpi: str, unit: str, start: date, today: date) -> tuple[int, int]:
    """What is over of a window."""
    parts = [
        pair
        for (name, whose, day), pair in cells.items()
        if (name, whose) == (kpi, unit) and start.isoformat() <= day < today.isoformat()
    ]
    return sum(n for n, _ in parts), sum(d for _, d in parts)


def _differ(shown: tuple[int, int] | None, known: tuple[int, int]) -> bool:
    """Never of what was not shown."""
    if shown is None or not shown[1] or not known[1]:
        return False
    return abs(100 * shown[0] / shown[1] - 100 * known[0] / known[1]) > AGREES


# What is marked, by plain SQL and by the wall


def _settled(scene: Scene) -> bool:
    """All that Kafka holds is in the cells: they stay as they are while the reducer goes on."""
    ends = scene.asked.ends()
    looks: list[kpis.Cells] = []

    def still() -> bool:
        looks.append(scene.asked.cells())
        return len(looks) > 1 and looks[-1] == looks[-2]

    if not until(lambda: scene.has_landed(ends), PATIENCE_S, 0.5):
        return False
    ((landed,),) = scene.asked.sql("SELECT now64(3, 'UTC')")
    since = f"SELECT min(tick) FROM ioc.ticks WHERE started_at > '{landed:%F %T.%f}'"
    begun = f"SELECT count() FROM ioc.ticks WHERE settled >= ({since}) AND ({since}) > 0"
    return until(lambda: scene.asked.sql(begun)[0][0] > 1, PATIENCE_S, 0.5) and until(still, PATIENCE_S, 2.0)


def _days_end(scene: Scene) -> None:
    """Every closed day was shown as it is known now, when it ended."""
    version = time.time_ns() // 1_000_000
    columns = "tenant, kpi, unit, window, dim, hour, numerator, denominator, cases, value, shown_at, version"
    evening = "toDateTime({day}, 'Asia/Ho_Chi_Minh') - INTERVAL 1 HOUR"
    tomorrow, today = evening.format(day="addDays(day, 1)"), evening.format(day=_TODAY)
    scene.asked.sql(
        f"INSERT INTO ioc.kpi_history ({columns}) SELECT '{TENANT}', kpi, unit, 'day', dim, {tomorrow},"
        f" 0, 0, 0, value, now64(3), {version} FROM ioc_read.history"
        f" WHERE {_NAMES} AND day < {_TODAY} AND isNotNull(value)"
    )
    scene.asked.sql(
        f"INSERT INTO ioc.kpi_history ({columns}) SELECT tenant, kpi, unit, window, dim, {today},"
        f" 0, 0, 0, previous, now64(3), {version} FROM ioc.kpi_values FINAL"
        f" WHERE {_NAMES} AND on_day = {_TODAY} AND isNotNull(previous) AND window != 'day'"
    )


def _marked(scene: Scene) -> Marked:
    units = "unit IN ('" + "','".join((TENANT, *UNITS)) + "')"
    days = scene.asked.sql(
        f"SELECT kpi, unit, toString(day) FROM ioc_read.history WHERE {_NAMES} AND {units} AND restated"
    )
    windows = scene.asked.sql(
        f"SELECT kpi, unit, toString(window) FROM ioc_read.restated_now WHERE {_NAMES} AND {units}"
    )
    return Marked({(k, u, d) for k, u, d in days}, {(k, u, w) for k, u, w in windows})


def _judge(scene: Scene, when: str, expected: Marked) -> None:
    """By SQL what is marked; by HTTP whether the tile of the wall says so."""
    found: list[Marked] = []

    def equal() -> bool:
        found.append(_marked(scene))
        return found[-1] == expected

    until(equal, PATIENCE_S, 1.0)
    for wrong in differing(found[-1], expected):
        scene.wrong("I9", f"{when}: {wrong}")
    sent(scene, [scene.events.heartbeat("motcua")], "motcua")  # a number that is old says nothing else
    says = TILE in expected.windows
    if not until(lambda: wall.restates(scene.stack.port + 5) == says, PATIENCE_S, 1.0):
        scene.wrong("I9", f"{when}: the wall {'does not mark' if says else 'marks'} its tile as restated")
    scene.numbers[f"marked {when}"] = {"days": len(found[-1].days), "windows": len(found[-1].windows)}


def differing(found: Marked, expected: Marked) -> Iterator[str]:
    """A sentence for each mark that is missing or too many."""
    for name, have, want in (
        ("day", found.days, expected.days), ("window", found.windows, expected.windows)
    ):  # fmt: skip
        yield from (f"{name} {at} changed and is not marked" for at in sorted(want - have))
        yield from (f"{name} {at} is marked and did not change" for at in sorted(have - want))


FAULTS = (Fault("F24", "what happened up to 40 days ago is told now", late, days=40),)
