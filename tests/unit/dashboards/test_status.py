"""The overall status: a rule over facts, never better than what is known."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.wall.alarms import Alarm
from dashboards.wall.status import SIGNS, Alerts, Facts, judged
from ioc.messages import say

WELL = Facts(
    lost=False, stopped=False, numbers=20, old=0, missing=0, red=0, late=0, silent=0,
    alerts=Alerts(),
)  # fmt: skip
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({}, 1, "bình thường"),
        ({"missing": 3}, 2, "3 chưa có số"),
        ({"red": 2}, 2, "2 chỉ tiêu đỏ"),
        ({"late": 1}, 2, "1 nguồn trễ"),
        ({"alerts": Alerts(lesser=4)}, 2, "4 cần chú ý"),
        ({"alerts": Alerts(major=1)}, 3, "1 nghiêm trọng"),
        ({"alerts": Alerts(in_hand=1)}, 3, "1 khẩn cấp đang xử lý"),
        ({"old": 1}, 3, "1 số liệu cũ"),
        ({"silent": 2}, 3, "2 nguồn im lặng"),
        ({"old": 20}, 4, "mọi số liệu đều cũ"),
        ({"old": 17, "missing": 3}, 4, "mọi số liệu đều cũ"),
        ({"stopped": True}, 4, "ngừng cập nhật"),
        ({"alerts": Alerts(standing=1)}, 4, "1 khẩn cấp chưa tiếp nhận"),
        ({"alerts": Alerts(standing=1, overdue=1)}, 5, "1 khẩn cấp chưa tiếp nhận"),
        ({"alerts": Alerts(standing=2)}, 5, "2 khẩn cấp chưa tiếp nhận"),
        ({"lost": True}, 0, "mất kết nối"),
        ({"alerts": None}, 0, "không đọc được cảnh báo"),
        ({"numbers": 0}, 0, "chưa có số liệu"),
        ({"missing": 20}, 0, "chưa có số liệu"),
        ({"missing": 20, "alerts": Alerts(standing=1)}, 4, "1 khẩn cấp chưa tiếp nhận"),
    ],
)
def test_the_rule(changes: dict[str, Any], level: int, reason: str) -> None:
    found = judged(replace(WELL, **changes))
    assert (found.level, found.word, found.sign) == (level, say(f"level.{level}"), SIGNS[level])
    assert reason in " · ".join(found.reasons)


def test_the_gravest_reasons_come_first() -> None:
    found = judged(replace(WELL, red=1, missing=1, old=2, alerts=Alerts(standing=1, major=2)))
    assert found.reasons == (
        "1 khẩn cấp chưa tiếp nhận", "2 nghiêm trọng", "2 số liệu cũ", "1 chỉ tiêu đỏ", "1 chưa có số"
    )  # fmt: skip


COUNTS = st.integers(0, 3)


@given(
    st.builds(
        Facts, lost=st.booleans(), stopped=st.booleans(), numbers=st.integers(0, 5), old=COUNTS,
        missing=COUNTS, red=COUNTS, late=COUNTS, silent=COUNTS,
        alerts=st.one_of(st.none(), st.builds(Alerts, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)),
    )
)  # fmt: skip
def test_only_what_is_wholly_known_and_well_is_normal(facts: Facts) -> None:
    found = judged(facts)
    assert 0 <= found.level <= 5 and all(found.reasons)
    if found.level == 1:
        assert facts.numbers > 0
        assert facts == replace(
            WELL, numbers=facts.numbers, alerts=Alerts(overdue=getattr(facts.alerts, "overdue", 0))
        )
    if facts.lost or facts.alerts is None:
        assert found.level == 0
    elif facts.alerts.standing:
        assert found.level >= 4


def alarm(severity: str, status: str = "raised", taken_by: str = "", *, escalated: bool = False) -> Alarm:
    return Alarm("a", "rule", "Tên", "G09.901", severity, status, AT, taken_by=taken_by, escalated=escalated)


def test_alerts_are_counted_by_what_they_ask_for() -> None:
    found = Alerts.of(
        [
            alarm("critical"),
            alarm("critical", "escalated", escalated=True),
            alarm("critical", "acknowledged", "truc_ca_ioc"),
            alarm("critical", "shelved"),
            alarm("major"),
            alarm("major", "assigned", "truc_ca_ioc"),
            alarm("minor"),
            alarm("info"),
            alarm("major", "shelved"),
        ]
    )
    assert found == Alerts(standing=2, overdue=1, in_hand=1, major=2, lesser=2)
