"""The error contract: fixed codes, one sentence, never the value that was wrong, never a stack trace.

Answers are `application/problem+json` (RFC 9457). The table of codes is part of the published contract:
publishers branch on `code`, people read `detail`.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi.responses import Response

from ioc.contracts import EventRefused, Reason
from ioc.errors import IocError

STATUS: Mapping[str, int] = {
    "undecodable": 400,
    "no_credential": 401,
    "bad_credential": 401,
    "source_mismatch": 403,
    "type_not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "timeout": 408,
    "too_large": 413,
    "unsupported_media_type": 415,
    "schema": 422,
    "unknown_type": 422,
    "unknown_unit": 422,
    "future_time": 422,
    "personal_data": 422,
    "secret_marking": 422,
    "lifecycle": 422,
    "duplicate_conflict": 422,
    "quota_exceeded": 429,
    "internal": 500,
    "broker_unavailable": 503,
    "draining": 503,
}
OFFICE_STATUS: Mapping[str, int] = {
    "cross_site": 403,
    "password_change_needed": 403,
    "role_not_allowed": 403,
    "unit_not_allowed": 403,
    "status_not_allowed": 403,
    "second_account": 403,
    "not_open": 409,
    "stale": 409,
    "not_awaiting": 409,
    "not_decidable": 422,
    "not_replayable": 422,
    "too_many_attempts": 429,
    "key_store": 503,
    "store_unavailable": 503,
}
"""Codes that only the back office answers with; publishers never meet them."""
RETRY_AFTER_S = 5


class Problem(IocError):
    """A refusal as the publisher sees it. `pointers` pairs a JSON pointer with what was expected there.

    `closes`: nothing more is read of this connection; so also after a body that did not come in time.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        pointers: tuple[tuple[str, str], ...] = (),
        retry_after_s: int | None = None,
        closes: bool = False,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status = STATUS[code] if code in STATUS else OFFICE_STATUS[code]
        self.detail = detail
        self.pointers = pointers
        if retry_after_s is None and self.status in (429, 503):
            retry_after_s = RETRY_AFTER_S
        self.retry_after_s = retry_after_s
        self.closes = closes or self.status == 408

    def body(self) -> dict[str, Any]:
        """The members of the problem document; the same for a single answer and an item of a batch."""
        document: dict[str, Any] = {"status": self.status, "code": self.code, "detail": self.detail}
        if self.pointers:
            document["errors"] = [{"pointer": at, "expected": what} for at, what in self.pointers]
        return document

    def response(self) -> Response:
        """The HTTP answer."""
        document = {"type": f"urn:ioc:problem:{self.code}", "title": TITLES[self.status], **self.body()}
        headers = {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        if self.closes:
            headers["Connection"] = "close"
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="ioc"'
        return Response(orjson.dumps(document), self.status, headers, "application/problem+json")


TITLES: Mapping[int, str] = {
    400: "Không đọc được",
    401: "Chưa xác thực",
    403: "Không được phép",
    404: "Không có địa chỉ này",
    405: "Phương thức không dùng ở đây",
    408: "Gửi quá chậm",
    409: "Trạng thái đã khác",
    413: "Quá giới hạn kích thước",
    415: "Kiểu nội dung không nhận",
    422: "Sự kiện không hợp lệ",
    429: "Vượt hạn mức",
    500: "Lỗi bên trong",
    503: "Tạm thời không nhận được",
}
PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "required": ["status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"enum": sorted({*STATUS, *OFFICE_STATUS})},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "expected": {"type": "string"}},
            },
        },
    },
}
"""A problem document, as JSON Schema."""


def described(*statuses: int, office: bool = False) -> dict[int | str, dict[str, Any]]:
    """These refusals for the description of a route. `office`: with the codes of the back office."""
    codes = {**STATUS, **(OFFICE_STATUS if office else {})}
    return {
        status: {
            "description": f"{TITLES[status]}: {', '.join(c for c, s in codes.items() if s == status)}",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in statuses
    }


def from_refusal(refused: EventRefused) -> Problem:
    """The answer to a refused event: pointer and expectation, never the value."""
    reason = refused.reason
    if reason.unmentionable:
        return Problem(reason.value, "the event was refused and nothing of it was kept")
    if reason is Reason.unauthorised_source:
        code = "type_not_allowed" if refused.field == "/type" else "source_mismatch"
        return Problem(code, f"this credential may not publish such an event: expected {refused.expected}")
    if reason is Reason.oversize:
        return Problem("too_large", f"the event is too large: expected {refused.expected}")
    code = reason.value if reason.value in STATUS else "schema"
    at = refused.field or "the event"
    return Problem(code, f"{at}: expected {refused.expected}", pointers=((refused.field, refused.expected),))
