"""Documents: received, assigned, completed, issued, and what the document axis says about them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Counting, Org, Ref, Ts, Whole
from ioc.topics import DOCUMENTS

DocumentKind = Literal[
    "cong_van", "quyet_dinh", "to_trinh", "bao_cao", "thong_bao", "ke_hoach", "giay_moi", "cong_dien", "khac"
]
Urgency = Literal["normal", "khan", "thuong_khan", "hoa_toc"]
DocumentChannel = Literal["axis", "internal", "email", "paper"]


class DocumentReceived(Data):
    """Văn bản đến: một đơn vị nhận và đăng ký một văn bản."""

    doc_ref: Ref
    doc_type: DocumentKind
    sender_org: Org
    receiver_org: Org
    urgency: Urgency
    classification: Literal["normal"]
    channel: DocumentChannel
    arrived_at: Ts
    registered_at: Ts
    due_at: Ts | None = None
    steering: bool
    response_required: bool

    between = (
        Between(
            "registered_at",
            "not before arrived_at",
            ("registered_at", "arrived_at"),
            lambda registered, arrived: registered >= arrived,
        ),
        Between(
            "due_at",
            "after arrived_at",
            ("due_at", "arrived_at"),
            lambda due, arrived: due is None or due > arrived,
        ),
    )


class DocumentAssigned(Data):
    """Phân công xử lý văn bản đến."""

    doc_ref: Ref
    from_org: Org
    to_org: Org
    role: Literal["lead", "cooperate"]
    assigned_at: Ts
    due_at: Ts | None = None
    step: Counting


class DocumentCompleted(Data):
    """Hoàn thành xử lý văn bản đến."""

    doc_ref: Ref
    org: Org
    completed_at: Ts
    outcome: Literal["replied", "filed", "forwarded", "no_action"]
    reply_doc_ref: Ref | None = None


class DocumentIssued(Data):
    """Văn bản đi: ban hành, ký số, gửi."""

    doc_ref: Ref
    issuer_org: Org
    doc_type: DocumentKind
    urgency: Urgency
    signed: bool
    signature_kind: Literal["none", "leader", "org", "both"]
    signed_at: Ts | None = None
    issued_at: Ts
    sent_at: Ts | None = None
    channel: DocumentChannel
    recipient_count: Whole
    in_reply_to: Ref | None = None

    between = (
        Between(
            "signature_kind",
            "none exactly when not signed",
            ("signed", "signature_kind"),
            lambda signed, kind: signed == (kind != "none"),
        ),
        Between(
            "signed_at",
            "absent when not signed",
            ("signed", "signed_at"),
            lambda signed, at: signed or at is None,
        ),
        Between(
            "issued_at",
            "not before signed_at",
            ("issued_at", "signed_at"),
            lambda issued, signed: signed is None or issued >= signed,
        ),
    )


class DocumentExchangeChanged(Data):
    """Trạng thái của văn bản trên trục liên thông."""

    doc_ref: Ref
    peer_org: Org
    status: Literal[
        "arrived",
        "rejected",
        "accepted",
        "assigned",
        "processing",
        "completed",
        "revoke_requested",
        "revoke_agreed",
        "revoke_refused",
        "updated",
        "replaced",
        "failed",
    ]
    edxml_status: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    business_type: Annotated[int, Field(ge=0, le=3)] | None = None
    at: Ts


EVENTS = (
    event_type(1, "document.received", DOCUMENTS, subject="doc_ref", model=DocumentReceived),
    event_type(2, "document.assigned", DOCUMENTS, subject="doc_ref", model=DocumentAssigned),
    event_type(3, "document.completed", DOCUMENTS, subject="doc_ref", model=DocumentCompleted),
    event_type(4, "document.issued", DOCUMENTS, subject="doc_ref", model=DocumentIssued),
    event_type(5, "document.exchange_changed", DOCUMENTS, subject="doc_ref", model=DocumentExchangeChanged),
)
