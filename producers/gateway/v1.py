"""`POST /v1/events`: CloudEvents in all three HTTP forms."""

from collections.abc import Callable
from typing import Any, Protocol

import orjson
from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPBearer

from ioc import failpoints
from producers.gateway.access import caller
from producers.gateway.body import BATCH_ITEMS, BATCH_LIMIT, EVENT_LIMIT, read
from producers.gateway.cloudevents import BATCH, STRUCTURED, Mode, from_headers, items, mode_of
from producers.gateway.intake import Caller, Intake, Outcome
from producers.gateway.problems import PROBLEM, Problem, described

Admit = Callable[[str], None]
"""Asked with the source's code before its request is read; raises `Problem("quota_exceeded")` to refuse."""


class KeyOwner(Protocol):
    def source_of(self, token: str) -> str | None:
        """System code of the source that owns this key."""


def everyone(_: str) -> None:
    """No quotas."""


def events_router(intake: Intake, keyring: Any, admit: Admit) -> APIRouter:
    """The route of publishers."""
    # For the description only: who is calling is decided in `access`, which also refuses doubled headers.
    key = Security(HTTPBearer(scheme_name="key", auto_error=False))
    router = APIRouter(prefix="/v1", tags=["events"], dependencies=[key])

    @router.post("/events", status_code=202, responses=RESPONSES, openapi_extra=REQUEST)
    async def post_events(request: Request) -> Response:
        """Publish one event or a batch. 202 means: acknowledged by Kafka, counted once or quarantined with a
        reason. A batch is answered item by item, in order; 207 when the items differ."""
        code = caller(request.headers, keyring)
        failpoints.hit("G1")
        request.scope.setdefault("state", {})["source"] = code
        admit(code)
        who = intake.caller(code)
        try:
            mode = mode_of(request.headers)
            raws = await _events_of(request, mode)
        except Problem as problem:
            intake.refuse_whole(problem, who)
            raise
        return await _answer(intake, raws, who, mode)

    return router


async def _events_of(request: Request, mode: Mode) -> list[bytes]:
    if mode is Mode.BATCH:
        return items(await read(request, BATCH_LIMIT, "the batch"))
    body = await read(request, EVENT_LIMIT, "the event")
    return [from_headers(request.headers, body) if mode is Mode.BINARY else body]


async def _answer(intake: Intake, raws: list[bytes], who: Caller, mode: Mode) -> Response:
    outcomes = await intake.take(raws, who)
    if mode is Mode.BATCH:
        return batch_answer(outcomes)
    (outcome,) = outcomes
    if isinstance(outcome, Problem):
        return outcome.response()
    return Response(orjson.dumps(outcome.body()), 202, media_type="application/json")


def batch_answer(outcomes: list[Outcome]) -> Response:
    """One result an item, in order; the status they share, 207 when they differ."""
    statuses = {outcome.status for outcome in outcomes}
    status = statuses.pop() if len(statuses) == 1 else 207 if statuses else 202
    waits = [one.retry_after_s for one in outcomes if isinstance(one, Problem) and one.retry_after_s]
    headers = {"Retry-After": str(max(waits))} if waits else {}
    body = orjson.dumps({"results": [outcome.body() for outcome in outcomes]})
    return Response(body, status, headers, "application/json")


_RECEIPT = {
    "type": "object",
    "required": ["status", "id", "topic", "partition", "offset"],
    "properties": {
        "status": {"const": 202},
        "id": {"type": "string"},
        "topic": {"type": "string"},
        "partition": {"type": "integer"},
        "offset": {"type": "integer"},
    },
}
_RESULTS = {
    "type": "object",
    "required": ["results"],
    "properties": {"results": {"type": "array", "items": {"oneOf": [_RECEIPT, PROBLEM]}}},
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Acknowledged by Kafka.",
        "content": {"application/json": {"schema": {"oneOf": [_RECEIPT, _RESULTS]}}},
    },
    207: {
        "description": "A batch whose items differ: one result an item, in order.",
        "content": {"application/json": {"schema": _RESULTS}},
    },
    **described(400, 401, 403, 408, 413, 415, 422, 429, 503),
}
for _status in (400, 403, 413, 422, 429, 503):
    # All items of a batch refused alike: their status, with a result each.
    RESPONSES[_status]["content"]["application/json"] = {"schema": _RESULTS}
_EVENT = {"type": "object", "description": f"A CloudEvents 1.0 event, at most {EVENT_LIMIT} bytes."}
REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": _EVENT},
            BATCH: {"schema": {"type": "array", "maxItems": BATCH_ITEMS, "items": _EVENT}},
            "application/json": {"schema": {"type": "object", "description": "Data, with ce- headers."}},
        },
    },
}
