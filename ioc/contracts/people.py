"""Staff: changes, synchronised records, credentials, training. Persons are publishers' pseudonyms."""

from typing import Literal

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Counting, Org, PersonRef, Positive, Ref, Ts, Whole
from ioc.topics import HR


class HrChangeRecorded(Data):
    """Ghi nhận biến động nhân sự."""

    change_ref: Ref
    person_ref: PersonRef
    org: Org
    change_group: Literal[
        "recruitment", "appointment", "transfer", "salary", "qualification", "end_of_service", "other"
    ]
    effective_at: Ts
    completed_at: Ts
    origin: Literal["system", "unit_entry", "external"]


class HrRecordSynced(Data):
    """Đồng bộ hồ sơ cán bộ, công chức, viên chức."""

    person_ref: PersonRef
    org: Org
    change_ref: Ref | None = None
    target: Literal["ministry_db", "national_db"]
    result: Literal["ok", "failed", "conflict"]
    fields_total: Counting
    fields_filled: Whole
    population_match: bool | None = None
    synced_at: Ts

    between = (
        Between(
            "fields_filled",
            "at most fields_total",
            ("fields_filled", "fields_total"),
            lambda filled, total: filled <= total,
        ),
    )


class HrCredentialIssued(Data):
    """Cấp, gia hạn, thu hồi chữ ký số, thẻ điện tử, thư công vụ, định danh."""

    person_ref: PersonRef
    org: Org
    kind: Literal["digital_signature", "e_card", "official_email", "e_id"]
    action: Literal["issued", "renewed", "revoked"]
    valid_until: Ts | None = None


class TrainingCompleted(Data):
    """Hoàn thành khóa đào tạo, bồi dưỡng."""

    person_ref: PersonRef
    org: Org
    course_group: Literal["dx", "infosec", "ai", "other"]
    level: Literal["basic", "proficient"]
    passed: bool
    hours: Positive
    completed_at: Ts


EVENTS = (
    event_type(15, "hr.change_recorded", HR, subject="change_ref", model=HrChangeRecorded),
    event_type(16, "hr.record_synced", HR, subject="person_ref", model=HrRecordSynced),
    event_type(17, "hr.credential_issued", HR, subject="person_ref", model=HrCredentialIssued),
    event_type(18, "training.completed", HR, subject="person_ref", model=TrainingCompleted),
)
