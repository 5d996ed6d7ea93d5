"""The overall status in Grafana: the wall's own rule (`dashboards/wall/status.py`), as one statement.

A test holds both against each other over many situations.
"""

from datetime import timedelta

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import displayed, mapping, plain, prop
from dashboards.wall.alarms import SHELVED, TAKEN
from dashboards.wall.around import LANDED_SQL, NUMBERS_SQL, OLD_AFTER, REACH_SQL, STOPPED_AFTER
from dashboards.wall.status import ASKS, SIGNS
from ioc.messages import FIRST, catalogue

TONES = ("faint", "good", "warn", "warn", "act", "act")
WHEN = {
    "pressing": "standing > 1 OR (standing > 0 AND overdue > 0)",
    "all_old": "old > 0 AND old >= numbers - missing",
}
"""What asks for a level, where that is not simply that there is one."""
LEVEL = f"""multiIf(numbers <= missing AND standing = 0, 0, greatest(1, {
    ", ".join(f"if({WHEN.get(name, f'{name} > 0')}, {level}, 0)" for name, level in ASKS.items())
}))"""
"""The level from columns that are called like the rule's facts."""

ALERTS = f"""
SELECT countIf(critical AND NOT taken) AS standing, countIf(critical AND NOT taken AND escalated) AS overdue,
  countIf(critical AND taken) AS in_hand, countIf(severity = 'major') AS major,
  countIf(severity NOT IN ('critical', 'major')) AS lesser
FROM (
  SELECT toString(severity) AS severity, severity = 'critical' AS critical, escalated,
    alert_ref IN (SELECT alert_ref FROM ({TAKEN}) WHERE taken_by != '') AS taken
  FROM ioc_read.alerts WHERE open AND status != '{SHELVED}'
)
"""  # noqa: S608
SOURCES = """
SELECT countIf(state = 'late') AS late, countIf(state = 'silent') AS silent
FROM (SELECT if(isNull(age_s), 'never', toString(state)) AS state FROM ioc_read.sources)
"""


def _older(instant: str, limit: timedelta) -> str:
    return f"ifNull(dateDiff('millisecond', {instant}, now64(3)) > {limit // timedelta(milliseconds=1)}, 0)"


STOPPED = f"""
SELECT count() > 0 AND ({_older("anyOrNull(as_of)", OLD_AFTER)}
  OR {_older("anyOrNull(finished_at)", STOPPED_AFTER)}
  OR {_older(f"({LANDED_SQL})", STOPPED_AFTER)}) AS stopped
FROM ({REACH_SQL})
"""  # noqa: S608
STATEMENT = f"""
SELECT {LEVEL} AS level
FROM ({NUMBERS_SQL}) AS n CROSS JOIN ({SOURCES}) AS s CROSS JOIN ({ALERTS}) AS a CROSS JOIN ({STOPPED}) AS t
"""  # noqa: S608


def words() -> dict[str, tuple[str, str]]:
    """Level → its number, sign and word, and its tone."""
    said = catalogue(FIRST)
    told = [f"{level or ''} {sign} {said[f'level.{level}']}".strip() for level, sign in enumerate(SIGNS)]
    return {str(level): (word, TONES[level]) for level, word in enumerate(told)}


def level(at: dm.GridPos) -> stat.Panel:
    """The status panel."""
    return (
        stat.Panel()
        .title("Mức độ chung")
        .description(
            "Mức 1 (tốt nhất) đến 5, theo cảnh báo đang mở, độ mới của số liệu, nguồn và chỉ tiêu toàn "
            "cơ quan. Không biết thì không phải là tốt."
        )
        .datasource(DATA_SOURCE)
        .with_target(Query(STATEMENT))
        .grid_pos(at)
        .interval("5s")
        .unit("short")
        .no_value("?")
        .thresholds(plain())
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed("Mức độ chung")))
        .graph_mode(cm.BigValueGraphMode.NONE)
        .color_mode(cm.BigValueColorMode.BACKGROUND)
        .override_by_name("level", [prop("displayName", "Mức độ chung"), mapping(words())])
    )
