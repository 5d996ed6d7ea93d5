"""The platform: heartbeats of sources, calls between systems, and what was refused before Kafka."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import EVENT_TYPE, Amount, Code, SourceUrn, SystemCode, Ts, Whole
from ioc.topics import PLATFORM


class InteropRecorded(Data):
    """Số lượt gọi giữa hai hệ thống qua nền tảng tích hợp, cộng theo phút; `p95_ms` là mili giây.

    `platform` is an open list: ngsp, lgsp, dscp, axis, direct, and what a ministry adds.
    """

    system_code: SystemCode
    peer_code: Code
    service_code: Code
    platform: SystemCode
    window_start: Ts
    calls: Whole
    ok: Whole
    failed: Whole
    p95_ms: Amount | None = None

    between = (
        Between(
            "calls",
            "the sum of ok and failed",
            ("calls", "ok", "failed"),
            lambda calls, ok, failed: calls == ok + failed,
        ),
    )


class SourceHeartbeat(Data):
    """Nhịp báo của hệ thống nguồn; `sent_total` là số sự kiện đã giao từ `sent_epoch`, để đối chiếu đủ."""

    system_code: SystemCode
    status: Literal["up", "degraded", "down", "maintenance"]
    interval_s: Annotated[int, Field(ge=10, le=86400)]
    last_business_event_at: Ts | None = None
    backlog: Whole
    sent_total: Whole
    sent_epoch: Ts


class EventRejected(Data):
    """Một sự kiện bị từ chối trước khi vào Kafka; không giữ lại nội dung."""

    source: SourceUrn
    rejected_type: Annotated[str, StringConstraints(pattern=f"^(unknown|{EVENT_TYPE.pattern})$")]
    reason: Literal[
        "undecodable",
        "schema",
        "unknown_type",
        "unauthorised_source",
        "unknown_unit",
        "future_time",
        "personal_data",
        "secret_marking",
        "oversize",
        "lifecycle",
        "duplicate_conflict",
    ]
    rule: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_./:\-]{1,64}$")]
    payload_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    at: Ts

    between = (
        Between(
            "payload_hash",
            "absent for this reason",
            ("reason", "payload_hash"),
            lambda reason, hash_: hash_ is None or reason not in ("personal_data", "secret_marking"),
        ),
    )


class CanarySent(Data):
    """Sự kiện thử trên từng chủ đề, để đo đường đi đến số liệu; không nằm trong chỉ tiêu nào."""

    topic: SystemCode
    every_s: Annotated[int, Field(ge=1, le=3600)]


EVENTS = (
    event_type(23, "interop.recorded", PLATFORM, subject="system_code", model=InteropRecorded),
    event_type(
        24, "source.heartbeat", PLATFORM, subject="system_code", model=SourceHeartbeat, of_itself=True
    ),
    event_type(26, "event.rejected", PLATFORM, subject="source", model=EventRejected),
    event_type(27, "canary.sent", PLATFORM, subject="topic", model=CanarySent, anywhere=True),
)
