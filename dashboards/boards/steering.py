"""Boards for steering: tasks of the Government and the ministry, the leaders' page."""

from functools import partial
from typing import Any

from grafana_foundation_sdk.builders import dashboard as d

from dashboards.boards import level, panels, period
from dashboards.boards.canvas import Piece, Place, begun, placed
from dashboards.boards.catalogue import Facts
from dashboards.boards.domains import Domain, Rows, head, tiles
from dashboards.boards.kpi import Measure
from dashboards.boards.links import board_link, row_case
from dashboards.boards.panels import Said
from dashboards.boards.parts import UNIT, VERDICT_UP, WINDOW, beneath, mapping, prop, quoted, short

GOV10 = "gov10_task_completion"
HEADLINES = (
    "dossier_on_time_rate",
    "online_dossier_rate",
    "satisfaction_rate",
    "service_index_766",
    "doc_on_time_rate",
    "task_on_time_rate",
    "gov10_task_completion",
    "unit_dx_score",
)
"""What the leaders asked for by name in the conclusions of their meetings; at most eight stay readable."""
LEADERS = "leadership"


def _tasks(facts: Facts) -> Rows:
    first = [Piece("programs", 10, _programs)]
    if gov10 := facts.known([GOV10]):
        first.insert(0, Piece("gov10", 5, partial(_gov10, gov10[0])))
    return [
        (
            9,
            [
                *first,
                Piece("late tasks", 9, partial(_task_list, True)),
                Piece("due tasks", 9, partial(_task_list, False)),
            ],
        )
    ]


def _gov10(measure: Measure, at: Place) -> Any:
    sql = f"""
    SELECT value FROM ioc_read.values_now
    WHERE unit = {UNIT} AND dim = '' AND kpi = '{GOV10}' AND toString(window) = {WINDOW}
    """  # noqa: S608
    top = measure.target or 10
    said = Said("Nhiệm vụ Chính phủ đã xong", measure.meaning, decimals=0)
    return panels.dial(said, sql, top, (("act", None), ("warn", 0.8 * top), ("good", top)), at)


def _programs(at: Place) -> Any:
    done = "status = 'completed'"
    late = "open AND original_due_at < now()"
    sql = f"""
    SELECT {short("programs", "program", "program")} AS program_name, countIf({done}) AS done,
      countIf(open AND NOT ({late})) AS running, countIf({late}) AS late
    FROM ioc_read.cases_tasks WHERE {beneath("unit")}
    GROUP BY program ORDER BY count() DESC, program LIMIT 6
    """  # noqa: S608
    said = Said(
        "Nhiệm vụ theo chương trình",
        "Đã xong, đang làm trong hạn, quá hạn (so với hạn giao ban đầu).",
        decimals=0,
    )
    return panels.stacked(
        said, sql, {"done": "Đã xong", "running": "Trong hạn", "late": "Quá hạn"}, ["good", "info", "act"], at
    )


def _task_list(late: bool, at: Place) -> Any:
    when = (
        "t.original_due_at < now()" if late else "t.original_due_at BETWEEN now() AND now() + INTERVAL 14 DAY"
    )
    sql = f"""
    SELECT t.subject AS subject, {short("units", "t.unit", "u.name")} AS unit_name,
      {short("programs", "t.program", "t.program")} AS program_name,
      toInt64(abs(dateDiff('day', t.original_due_at, now()))) AS days, t.progress AS progress
    FROM ioc_read.cases_tasks AS t LEFT JOIN ioc_read.units AS u ON u.code = t.unit
    WHERE t.open AND {when} AND {beneath("t.unit")}
    ORDER BY t.original_due_at, subject LIMIT 8
    """  # noqa: S608
    if late:
        said = Said(
            "Nhiệm vụ quá hạn lâu nhất",
            "Quá hạn giao ban đầu lâu nhất trước; gia hạn không xóa quá hạn.",
            nothing="Không có",
        )
    else:
        said = Said(
            "Đến hạn trong 14 ngày", "Nhiệm vụ sắp đến hạn giao ban đầu, gấp nhất trước.", nothing="Không có"
        )
    shown = {
        "unit_name": "Đơn vị",
        "program_name": "Chương trình",
        "days": "Ngày quá hạn" if late else "Còn ngày",
        "progress": "Tiến độ",
    }
    props = {
        "unit_name": [row_case()],
        "days": panels.toned(
            [("warn", None), ("act", 10)] if late else [("act", None), ("warn", 3), ("info", 7)]
        ),
        "progress": [prop("unit", "percent")],
    }
    return panels.hide(panels.rows(said, sql, shown, at, props), "subject")


TASKS = Domain(
    "tasks",
    "Nhiệm vụ",
    "Nhiệm vụ Chính phủ và lãnh đạo Bộ giao: đúng hạn, quá hạn, tiến độ theo chương trình.",
    first=("task_on_time_rate", "task_overdue_open", GOV10, "unit_dx_score"),
    trend="task_on_time_rate",
    units=("task_on_time_rate", "task_overdue_open", "unit_dx_score"),
    more=_tasks,
)


def leadership(facts: Facts) -> d.Dashboard:
    """Exceptions first, then the way to each deadline, the commitments day by day, what needs a decision."""
    title = "Lãnh đạo"
    made = begun(
        LEADERS, title, "Ngoại lệ trước, tiến tới từng đích có thời hạn, việc cần quyết định.", facts
    )
    headlines = facts.known(HEADLINES)
    height, (heading, reach) = head(title, facts)
    status = Piece("level", 6, level.level)
    top = [status, Piece(heading.name, 9, heading.make), Piece(reach.name, 9, reach.make)]
    rows: list[tuple[int, list[Piece]]] = [(height, top)]
    rows += [(size, list(row)) for size, row in tiles(headlines, links=True)]
    rows += [
        (
            9,
            [
                Piece("exceptions", 9, partial(_exceptions, facts)),
                Piece("deadlines", 8, _deadlines),
                Piece("decisions", 7, _decisions),
            ],
        ),
    ]
    if headlines:
        rows.append((7, [Piece("verdicts", 24, partial(_verdicts, headlines))]))
    for panel in placed(rows):
        made = made.with_panel(panel)
    return made


def _exceptions(facts: Facts, at: Place) -> Any:
    measures = list(facts.measures.values())
    sql = f"""
    SELECT name, shown, verdict, target FROM ({period.every(measures)})
    WHERE verdict IN ('red', 'old', 'amber')
    ORDER BY indexOf(['red', 'old', 'amber'], verdict), name LIMIT 8
    """  # noqa: S608
    said = Said(
        "Ngoại lệ",
        "Chỉ tiêu thấp xa mục tiêu, dữ liệu cũ, rồi dưới mục tiêu; mọi chỉ tiêu của Bộ chỉ số.",
        nothing="Không có ngoại lệ",
    )
    shown = {"name": "Chỉ tiêu", "shown": "Giá trị", "verdict": "Đánh giá", "target": "Mục tiêu"}
    return panels.rows(said, sql, shown, at, {"verdict": [mapping(VERDICT_UP)]})


def _deadlines(at: Place) -> Any:
    sql = f"""
    SELECT v.name_vi AS name, {period.said("v.value", "v.unit_of_measure")} AS shown,
      {period.said("v.target", "v.unit_of_measure")} AS wanted, v.target_by AS target_by,
      {period.said("f.expected", "v.unit_of_measure")} AS expected,
      multiIf(isNull(v.value), 'none',
        if(v.direction = 'up', v.value >= v.target, v.value <= v.target), 'green',
        v.target_by < toDate(now('Asia/Ho_Chi_Minh')), 'missed', f.status = 'on_pace', 'on_pace',
        f.status = 'off_pace', 'off_pace', 'running') AS state
    FROM (
      SELECT kpi, name_vi, value, target, target_by, direction, unit_of_measure FROM ioc_read.values_now
      WHERE unit = {UNIT} AND dim = '' AND toString(window) = 'ytd' AND isNotNull(target_by)
        AND toYear(assumeNotNull(target_by)) BETWEEN 2001 AND 2198
    ) AS v
    LEFT JOIN (
      SELECT kpi, toString(status) AS status, expected FROM ioc_read.forecasts
      WHERE unit = {UNIT} AND dim = ''
    ) AS f ON f.kpi = v.kpi
    ORDER BY indexOf(['off_pace', 'missed', 'none', 'running', 'on_pace', 'green'], state), target_by, name
    LIMIT 8
    """  # noqa: S608
    words = {
        "green": ("■ Đã đạt", "good"),
        "on_pace": ("■ Kịp đích", "good"),
        "off_pace": ("▼ Khó kịp đích", "act"),
        "missed": ("▼ Quá hạn mục tiêu", "act"),
        "running": ("▲ Còn thời hạn", "warn"),
        "none": ("Không có dữ liệu", "faint"),
    }
    said = Said(
        "Đích có thời hạn",
        "Giá trị từ đầu năm, dự báo tại ngày phải đạt theo văn bản, và có kịp hay không; khó kịp đứng trước.",
        every="30s",
    )
    shown = {
        "name": "Chỉ tiêu",
        "shown": "Hiện nay",
        "wanted": "Đích",
        "target_by": "Hạn",
        "expected": "Dự báo",
        "state": "Tình trạng",
    }
    by = [prop("unit", "time:DD/MM/YYYY")]
    return panels.rows(said, sql, shown, at, {"state": [mapping(words)], "target_by": by})


def _decisions(at: Place) -> Any:
    kpis = {"tasks": "task_overdue_open", "dossiers": "dossier_overdue_open", "documents": "doc_overdue_open"}
    columns = ", ".join(f"anyIf(value, kpi = '{kpi}') AS {name}" for name, kpi in kpis.items())
    sql = f"""
    SELECT {columns}, (
      SELECT countIf(severity IN ('critical', 'major')) FROM ioc_read.alerts WHERE open AND {beneath("unit")}
    ) AS alerts
    FROM ioc_read.values_now
    WHERE unit = {UNIT} AND dim = '' AND kpi IN ({quoted(kpis.values())}) AND window = 'day'
    """  # noqa: S608
    said = Said("Việc cần quyết", "Việc quá hạn và cảnh báo lớn đang mở, của đơn vị và cấp dưới.", decimals=0)
    shown = {"tasks": "Nhiệm vụ", "dossiers": "Hồ sơ", "documents": "Văn bản", "alerts": "Cảnh báo lớn"}
    return panels.numbers(said, sql, shown, at).links([board_link("Xem nhiệm vụ", "tasks")])


def _verdicts(measures: list[Measure], at: Place) -> Any:
    """One row a KPI, one colour a day: what was shown at the end of it."""
    columns = ", ".join(
        f"nullIf(argMaxIf({_judged(each)}, hour, kpi = '{each.id}'), '') AS `{each.name}`"
        for each in measures
    )
    sql = f"""
    SELECT toDateTime(toDate(hour, 'Asia/Ho_Chi_Minh'), 'Asia/Ho_Chi_Minh') AS time, {columns}
    FROM ioc_read.published
    WHERE kpi IN ({quoted([each.id for each in measures])}) AND dim = '' AND unit = {UNIT}
      AND window = 'month' AND $__timeFilter(hour)
    GROUP BY time ORDER BY time
    """  # noqa: S608
    said = Said(
        "Đánh giá từng ngày",
        "Mỗi ngày một màu: giá trị tháng được công bố lúc cuối ngày so với mục tiêu.",
        "string",
        every="30s",
    )
    words = {word: VERDICT_UP[word] for word in ("green", "amber", "red", "none")}
    return panels.states(said, sql, words, at)


def _judged(measure: Measure) -> str:
    """SQL: the verdict of a published value, by the target that colours the board."""
    if measure.target is None:
        return "'none'"
    up = measure.direction == "up"
    near = measure.target - measure.within if up else measure.target + measure.within
    sign = ">=" if up else "<="
    return (
        f"multiIf(isNull(value), 'none', value {sign} {measure.target}, 'green',"
        f" value {sign} {near}, 'amber', 'red')"
    )
