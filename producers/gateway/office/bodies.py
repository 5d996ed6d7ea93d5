"""What the back office is asked, and how a body that is none of it is refused: by field, never by value."""

import re
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import Request

from ioc.commands import Seen
from ioc.contracts.fields import Code, Org
from ioc.desk import MOST, Kind, Sieve, Why
from ioc.roles import AlertAction
from producers.gateway.body import read
from producers.gateway.problems import Problem

LIMIT = 4 * 1024
M = TypeVar("M", bound=BaseModel)
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")


def _written(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _DAY_AND_TIME.match(value)):
        raise ValueError("expected a time with an offset, such as 2026-11-20T08:00:00+07:00")
    return value


Written = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A time as people write it; the parser alone also takes numbers, as seconds since 1970."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SignIn(_Body):
    account: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=256)]


class NewPassword(_Body):
    old: Annotated[str, Field(max_length=256)]
    new: Annotated[str, Field(max_length=256)]


class Wish(_Body):
    """What is asked of an alert, and the state in which it was seen."""

    action: AlertAction
    seen: Seen
    to_role: Code | None = None
    to_unit: Org | None = None
    reason_code: Code | None = None
    step: Code | None = None
    until: Written | None = None


class HandOver(_Body):
    """Codes only: the counts are the centre's own."""

    notes: Annotated[tuple[Code, ...], Field(max_length=20)] = ()


class Asked(_Body):
    """What is asked of records in quarantine: of these, or of all open ones that fit the rest."""

    kind: Kind
    records: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=MOST)] = ()
    source: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_:]*$")] = ""
    reason_of: Annotated[str, Field(max_length=32, pattern=r"^[a-z_]*$")] = ""
    field: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_/?]*$")] = ""
    since: Written | None = None
    mends: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=20)] = ()
    reason: Why | None = None

    def sieve(self) -> Sieve:
        """Which records, if none are named."""
        return Sieve(source=self.source, reason=self.reason_of, field=self.field, since=self.since)


async def taken(request: Request, model: type[M], limit: int = LIMIT) -> M:
    """The body as this model. Raises `Problem` 413, 415, 422."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("unsupported_media_type", "expected Content-Type application/json")
    raw = await read(request, limit, "the body")
    try:
        document: Any = orjson.loads(raw)
    except ValueError:
        raise Problem("undecodable", "expected a JSON object") from None
    try:
        return model.model_validate_json(orjson.dumps(document))
    except ValidationError as error:
        pointers = tuple((_pointer(each["loc"], model), each["msg"]) for each in error.errors()[:5])
        raise Problem("schema", f"{pointers[0][0]}: {pointers[0][1]}", pointers=pointers) from None


def _pointer(place: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Where; a member that is not ours is not repeated, for it can be anything."""
    first = str(place[0]) if place else ""
    if not place or first not in model.model_fields:
        return "/?" if place else ""
    return f"/{first}"


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """For the description of the route."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
