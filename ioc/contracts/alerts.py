"""Alerts: every step of one, from the rule that raised it to its end, as the centre itself states it."""

from typing import Literal

from ioc.contracts.envelope import Data, event_type
from ioc.contracts.fields import Code, Name, Org, Ref, Ts
from ioc.topics import ALERTS


class AlertTransitioned(Data):
    """Một bước của cảnh báo: phát sinh, xác nhận, phân công, chuyển cấp, tạm ẩn, xử lý xong, đóng.

    `kpi_id` is absent when the rule looks at cases or at silence and not at an indicator.
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
    at: Ts


EVENTS = (event_type(25, "alert.transitioned", ALERTS, subject="alert_ref", model=AlertTransitioned),)
