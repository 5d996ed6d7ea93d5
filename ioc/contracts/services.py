"""Public services: dossiers from receipt to return, payments, ratings, citizens' feedback, procedures."""

from typing import Annotated, Literal

from pydantic import Field

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Amount, Code, Counting, Org, Positive, Ref, Ts, Whole
from ioc.topics import SERVICES

DossierChannel = Literal["direct", "online", "postal"]


class DossierReceived(Data):
    """Tiếp nhận hồ sơ thủ tục hành chính.

    `paper_result`: the procedure ends in a paper result; `store_reused`: at least one paper was taken from
    the citizen's store (QĐ 766/QĐ-TTg, số hóa hồ sơ).
    """

    dossier_ref: Ref
    procedure_code: Code
    field_code: Code
    org: Org
    channel: DossierChannel
    applicant_kind: Literal["citizen", "business", "agency", "organisation", "other"]
    submitted_at: Ts
    received_at: Ts
    due_at: Ts
    statutory_days: Positive
    digitised_components: bool
    components_total: Whole
    components_reused: Whole
    vneid_verified: bool
    fee_required: bool
    paper_result: bool | None = None
    store_reused: bool | None = None

    between = (
        Between(
            "submitted_at",
            "not after received_at",
            ("submitted_at", "received_at"),
            lambda submitted, received: submitted <= received,
        ),
        Between(
            "due_at", "after received_at", ("due_at", "received_at"), lambda due, received: due > received
        ),
        Between(
            "components_reused",
            "at most components_total",
            ("components_reused", "components_total"),
            lambda reused, total: reused <= total,
        ),
    )


class DossierClockChanged(Data):
    """Tạm dừng, tính tiếp hoặc gia hạn thời gian giải quyết hồ sơ."""

    dossier_ref: Ref
    state: Literal["paused", "running", "extended"]
    reason: Literal["supplement", "financial_obligation", "stopped", "interagency", "resumed", "agency_delay"]
    portal_status: Literal[4, 5, 6, 8] | None = None
    round: Counting
    at: Ts
    old_due_at: Ts | None = None
    new_due_at: Ts | None = None
    apology_issued: bool | None = None

    between = (
        *(
            Between(
                name,
                "present exactly when state is extended",
                ("state", name),
                lambda state, given: (given is not None) == (state == "extended"),
            )
            for name in ("old_due_at", "new_due_at", "apology_issued")
        ),
        Between(
            "new_due_at",
            "after old_due_at",
            ("old_due_at", "new_due_at"),
            lambda old, new: old is None or new is None or new > old,
        ),
    )


class DossierPortalSynced(Data):
    """Đồng bộ trạng thái hồ sơ lên Cổng Dịch vụ công quốc gia."""

    dossier_ref: Ref
    portal_status: Annotated[int, Field(ge=1, le=10)]
    result: Literal["ok", "failed"]
    attempt: Counting
    synced_at: Ts


class DossierResolved(Data):
    """Đã xử lý xong hồ sơ, có kết quả; `store_returned`: kết quả vào kho dữ liệu cá nhân, tổ chức."""

    dossier_ref: Ref
    org: Org
    resolved_at: Ts
    result: Literal["approved", "refused"]
    e_result: bool
    store_returned: bool | None = None


class DossierClosed(Data):
    """Kết thúc hồ sơ: trả kết quả, từ chối tiếp nhận, rút hoặc hủy."""

    dossier_ref: Ref
    outcome: Literal["returned", "rejected_at_intake", "withdrawn", "cancelled"]
    closed_at: Ts
    return_channel: DossierChannel | None = None


class PaymentCompleted(Data):
    """Hoàn thành thanh toán phí, lệ phí của hồ sơ."""

    dossier_ref: Ref
    method: Literal["online", "transfer", "cash", "exempt"]
    amount_vnd: Whole
    paid_at: Ts


class SatisfactionRated(Data):
    """Đánh giá mức độ hài lòng về việc giải quyết hồ sơ."""

    dossier_ref: Ref
    score: Annotated[int, Field(ge=1, le=5)]
    dissatisfied: bool
    channel: Literal["direct", "online", "postal", "phone"]
    rated_at: Ts


class FeedbackChanged(Data):
    """Tiếp nhận và xử lý phản ánh, kiến nghị."""

    feedback_ref: Ref
    kind: Literal["complaint", "suggestion", "question"]
    state: Literal["received", "assigned", "resolved", "refused", "reopened"]
    org: Org
    due_at: Ts
    at: Ts
    dissatisfied: bool | None = None
    dossier_ref: Ref | None = None


class ProcedurePublished(Data):
    """Công bố, công khai thủ tục hành chính; đúng hạn và đủ nội dung tính theo QĐ 766/QĐ-TTg.

    `fee_offered_online`: its fee can be paid on the portal; `citizen_facing`: citizens apply for it;
    `population_connected`: it reads the population database.
    """

    procedure_code: Code
    field_code: Code
    action: Literal["created", "updated", "abolished", "merged"]
    online_level: Literal["none", "partial", "full"]
    online_eligible: bool
    business_related: bool
    statutory_days: Amount
    fee_required: bool
    announced_on_time: bool
    published_on_time: bool
    content_complete: bool
    paper_result: bool | None = None
    fee_offered_online: bool | None = None
    citizen_facing: bool | None = None
    population_connected: bool | None = None
    at: Ts


EVENTS = (
    event_type(6, "dossier.received", SERVICES, subject="dossier_ref", model=DossierReceived),
    event_type(7, "dossier.clock_changed", SERVICES, subject="dossier_ref", model=DossierClockChanged),
    event_type(8, "dossier.portal_synced", SERVICES, subject="dossier_ref", model=DossierPortalSynced),
    event_type(9, "dossier.resolved", SERVICES, subject="dossier_ref", model=DossierResolved),
    event_type(10, "dossier.closed", SERVICES, subject="dossier_ref", model=DossierClosed),
    event_type(11, "payment.completed", SERVICES, subject="dossier_ref", model=PaymentCompleted),
    event_type(12, "satisfaction.rated", SERVICES, subject="dossier_ref", model=SatisfactionRated),
    event_type(13, "feedback.changed", SERVICES, subject="feedback_ref", model=FeedbackChanged),
    event_type(14, "procedure.published", SERVICES, subject="procedure_code", model=ProcedurePublished),
)
