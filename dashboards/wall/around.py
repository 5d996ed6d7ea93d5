"""What a wall knows beside its board: open alerts, sources, how far the data reach, what the status rests on.

It is read as a board is, by the same thread and over the same connection, once for all walls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from dashboards.boards.parts import short
from dashboards.wall import alarms, status
from dashboards.wall.alarms import Alarm
from dashboards.wall.alarms import read as alarms_of
from dashboards.wall.board import Board
from dashboards.wall.poller import Frame, PanelData

STOPPED_AFTER = timedelta(seconds=25)
"""No tick, or no word from landing, for this long: no numbers are made any more. Ticks come every few
seconds, landing tells within eight; the store calls values old after 30 s, and a wall must not be later."""
OLD_AFTER = timedelta(seconds=30)
"""Numbers that reach no farther than this are old to the store, whoever still works (`ioc_read.trust`)."""
REACH, ALERTS, SOURCES, NUMBERS, LANDED = range(1, 6)

REACH_SQL = """
SELECT reached_at AS as_of, finished_at, live FROM ioc_read.ticks
WHERE settled = tick ORDER BY tick DESC LIMIT 1
"""
LANDED_SQL = "SELECT minOrNull(told_at) AS landed_at FROM ioc_read.landing_lag"
SOURCES_SQL = f"""
SELECT {short("sources", "s.system_code", "s.name")} AS name, s.age_s AS age_s, toString(s.state) AS state,
  s.interval_s AS interval_s, s.units AS units
FROM ioc_read.sources AS s
ORDER BY indexOf(['silent', 'late', 'never', 'live'], toString(s.state)), s.age_s DESC, s.system_code LIMIT 60
"""  # noqa: S608
NUMBERS_SQL = """
SELECT count() AS numbers, countIf(fresh = 0) AS old, countIf(isNull(fresh) OR isNull(value)) AS missing,
  countIf(band = 'red') AS red
FROM ioc_read.values_now
WHERE dim = '' AND toString(window) = 'month' AND isNotNull(target) AND unit IN (
  SELECT code FROM ioc_read.units WHERE parent = '')
"""


def _panel(number: int, title: str, interval: str, *statements: str) -> dict[str, Any]:
    source = {"type": "grafana-clickhouse-datasource", "uid": "ioc-clickhouse"}
    targets = [
        {"refId": ref, "datasource": source, "editorType": "sql", "queryType": "table", "format": 1,
         "pluginVersion": "", "rawSql": sql}
        for ref, sql in zip("AB", statements, strict=False)
    ]  # fmt: skip
    return {
        "id": number, "type": "stat", "title": title, "description": "", "options": {}, "interval": interval,
        "gridPos": {"x": 0, "y": 0, "w": 1, "h": 1}, "targets": targets,
    }  # fmt: skip


AROUND = Board.model_validate({
    "uid": "around", "title": "", "description": "", "tags": [], "editable": False, "refresh": "5s",
    "timezone": "Asia/Ho_Chi_Minh", "time": {"from": "now-24h", "to": "now"}, "templating": {"list": []},
    "schemaVersion": 42, "graphTooltip": 0, "fiscalYearStartMonth": 0, "annotations": {},
    "panels": [
        _panel(REACH, "reach", "1s", REACH_SQL),
        _panel(ALERTS, "alerts", "1s", alarms.STATEMENT, alarms.TAKEN),
        _panel(SOURCES, "sources", "5s", SOURCES_SQL),
        _panel(NUMBERS, "numbers", "5s", NUMBERS_SQL),
        _panel(LANDED, "landed", "5s", LANDED_SQL),
    ],
})  # fmt: skip
"""Not a board that anybody sees: what is asked for the frame, in the form that a poller reads."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is known at one instant. `alarms` None: they could not be read (or not yet)."""

    frame: Frame
    now: datetime

    @property
    def lost_since(self) -> datetime | None:
        return self.frame.lost_since(self.now)

    def data(self, number: int) -> PanelData:
        return self.frame.panels.get(number, PanelData())

    def rows(self, number: int, ref: str = "A") -> list[dict[str, Any]]:
        table = self.data(number).tables.get(ref)
        return table.records() if table else []

    @property
    def stopped_since(self) -> datetime | None:
        """Since when no numbers are made, or None while they are, or while nothing is known of it."""
        reach = next(iter(self.rows(REACH)), None)
        if reach is None:
            return None
        landed = next(iter(self.rows(LANDED)), {})
        as_of = reach.get("as_of")
        if as_of is not None and self.now - as_of > OLD_AFTER:
            return cast(datetime, as_of)
        told = [at for at in (reach.get("finished_at"), landed.get("landed_at")) if at is not None]
        oldest: datetime | None = min(told, default=None)
        return oldest if oldest is not None and self.now - oldest > STOPPED_AFTER else None

    @property
    def alarms(self) -> tuple[Alarm, ...] | None:
        data = self.data(ALERTS)
        if self.lost_since is not None or data.error or data.read_at is None:
            return None
        return alarms_of(self.rows(ALERTS), self.rows(ALERTS, "B"))

    @property
    def known_alarms(self) -> tuple[Alarm, ...]:
        """The last that were read, however long ago: what was critical is not forgotten."""
        return alarms_of(self.rows(ALERTS), self.rows(ALERTS, "B"))

    @property
    def judged(self) -> status.Status:
        numbers = next(iter(self.rows(NUMBERS)), {})
        states = [row["state"] for row in self.rows(SOURCES)]
        found = self.alarms
        unread = self.data(NUMBERS).error or self.data(SOURCES).error
        return status.judged(
            status.Facts(
                lost=self.lost_since is not None or bool(unread),
                stopped=self.stopped_since is not None,
                numbers=int(numbers.get("numbers", 0)),
                old=int(numbers.get("old", 0)),
                missing=int(numbers.get("missing", 0)),
                red=int(numbers.get("red", 0)),
                late=states.count("late"),
                silent=states.count("silent"),
                alerts=None if found is None else status.Alerts.of(found),
            )
        )
