"""Grafana's own alert rules, for the day when the centre's watch cannot speak: health of the pipeline only.

What the ministry is alerted of is the centre's (rules, people, procedures); these say that it has stopped.
Each asks for one number; a store that does not answer fires too.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from dashboards.boards.canvas import identity
from dashboards.boards.clickhouse import DATA_SOURCE, Query

FILE = Path(__file__).parent.parent / "provisioning" / "alerting" / "rules.yaml"
BOARD = "pipeline"
HEADING = """\
# Written by `ioc boards generate` from dashboards/boards/health.py. Health of the pipeline only: what the
# ministry is alerted of comes from the centre itself.
"""


@dataclass(frozen=True)
class Rule:
    """`sql` gives one number; it fires when that is above (or below) the limit for so long."""

    uid: str
    title: str
    summary: str
    sql: str
    limit: float
    lasting: str
    severity: Literal["critical", "major"]
    panel: str
    is_bad: Literal["gt", "lt"] = "gt"

    def fires(self, number: float) -> bool:
        """Whether a number is beyond the limit."""
        return number > self.limit if self.is_bad == "gt" else number < self.limit


RULES = (
    Rule(
        "ioc-landing-stopped", "Việc ghi sổ cái dừng ở một phần",
        "Ghi sổ dừng lại để không bỏ sót bản ghi; cần người quyết định (xem `ioc ledger`).",
        "SELECT count() AS value FROM ioc_read.landing_stops", 0, "1m", "critical", "stops",
    ),
    Rule(
        "ioc-landing-silent", "Việc ghi sổ cái im lặng",
        "Không nghe tin từ việc ghi sổ hơn một phút: số liệu mới không vào nữa.",
        "SELECT ifNull(dateDiff('second', min(told_at), now()), 86400) AS value FROM"
        " (SELECT minOrNull(told_at) AS told_at FROM ioc_read.landing_lag)",
        60, "1m", "critical", "lag",
    ),
    Rule(
        "ioc-ticks-silent", "Việc tính số liệu im lặng",
        "Hơn một phút không có lần tính nào: mọi ô chỉ tiêu sẽ thành dữ liệu cũ.",
        "SELECT ifNull(dateDiff('second', maxOrNull(finished_at), now()), 86400) AS value"
        " FROM ioc_read.ticks",
        60, "1m", "critical", "ticks",
    ),
    Rule(
        "ioc-ledger-missing", "Sổ cái thiếu bản ghi",
        "Có bản ghi của Kafka nằm trước chỗ đã ghi mà sổ cái không có: phải bằng 0.",
        "SELECT missing AS value FROM ioc_read.ledger_total", 0, "5m", "critical", "ledger",
    ),
    Rule(
        "ioc-landing-lag", "Ghi sổ cái chậm",
        "Kafka giữ hơn 50.000 bản ghi chưa vào sổ cái suốt mười phút.",
        "SELECT sum(lag) AS value FROM ioc_read.landing_lag", 50_000, "10m", "major", "lag",
    ),
    Rule(
        "ioc-canary", "Sự kiện thử không đến số liệu",
        "Một chủ đề lỡ ba sự kiện thử liền: đường từ cổng đến số liệu bị đứt (xem sổ tay vận hành).",
        "SELECT ifNull(maxOrNull(missed), 0) AS value FROM ioc_read.canaries",
        2, "1m", "critical", "canaries",
    ),
    Rule(
        "ioc-latency", "Độ trễ đến màn hình cao",
        "Hôm nay hơn 5 % sự kiện cần quá 10 giây từ lúc phát đến lúc đọc được.",
        "SELECT if(sum(events) = 0, 0, 100 * sumIf(events, milliseconds > 10000) / sum(events)) AS value"
        " FROM ioc_read.latency WHERE day = toDate(now('Asia/Ho_Chi_Minh'))",
        5, "10m", "major", "latency",
    ),
)  # fmt: skip


def text() -> str:
    """The file that Grafana provisions its rules from."""
    group = {
        "orgId": 1,
        "name": "ioc-pipeline",
        "folder": "Trung tâm điều hành",
        "interval": "30s",
        "rules": [_rule(each) for each in RULES],
    }
    return HEADING + yaml.safe_dump(
        {"apiVersion": 1, "groups": [group]}, allow_unicode=True, sort_keys=False, width=120
    )


def _rule(rule: Rule) -> dict[str, Any]:
    expression = {"type": "__expr__", "uid": "__expr__"}
    last = {"refId": "B", "type": "reduce", "expression": "A", "reducer": "last", "datasource": expression}
    bad = {
        "refId": "C",
        "type": "threshold",
        "expression": "B",
        "datasource": expression,
        "conditions": [{"evaluator": {"type": rule.is_bad, "params": [rule.limit]}}],
    }
    asked = Query(rule.sql).to_json() | {"intervalMs": 1000, "maxDataPoints": 100}
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "data": [
            _step("A", str(DATA_SOURCE.uid), asked),
            _step("B", "__expr__", last),
            _step("C", "__expr__", bad),
        ],
        "for": rule.lasting,
        # Nothing known is not well: silence must not look like health.
        "noDataState": "Alerting",
        "execErrState": "Alerting",
        "labels": {"severity": rule.severity, "room": "pipeline"},
        "annotations": {
            "summary": rule.summary,
            "__dashboardUid__": BOARD,
            "__panelId__": str(identity(rule.panel)),
        },
        "isPaused": False,
    }


def _step(ref: str, source: str, model: object) -> dict[str, Any]:
    return {
        "refId": ref,
        "relativeTimeRange": {"from": 600, "to": 0},
        "datasourceUid": source,
        "model": model,
    }
