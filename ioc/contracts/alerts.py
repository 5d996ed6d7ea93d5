"""Alerts: every step of one, from the rule that raised it to its end, as the centre itself states it."""

from typing import Literal

from ioc.contracts.envelope import Data, event_type
from ioc.contracts.fields import Code, Name, Org, Ref, Ts, Whole
from ioc.topics import ALERTS


class AlertTransitioned(Data):
    """Một bước của cảnh báo: phát sinh, xác nhận, phân công, chuyển cấp, tạm ẩn, xử lý xong, đóng.

    `kpi_id` is absent when the rule looks at cases or at silence and not at an indicator. `to_role` and
    `to_unit`: who has it from now on; `until`: end of shelving; `breaches`: how many cases breach the rule.
    """

    alert_ref: Ref
    rule_id: Name
    kpi_id: Name | None = None
    org: Org
    severity: Literal["info", "minor", "major", "critical"]
    state: Literal["raised", "acknowledged", "assigned", "escalated", "shelved", "resolved", "closed"]
    actor_role: Name
    sop_step: Code | None = None
    reason_code: Code | None = None
    to_role: Name | None = None
    to_unit: Org | None = None
    until: Ts | None = None
    breaches: Whole | None = None
    at: Ts


EVENTS = (event_type(25, "alert.transitioned", ALERTS, subject="alert_ref", model=AlertTransitioned),)
