"""What every route of the back office begins and ends with: whose session it is, and an answer as JSON."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request, Response
from starlette.datastructures import Headers

from ioc.accounts import Session
from producers.gateway.office.sessions import Sessions
from producers.gateway.problems import Problem

OURS = frozenset({"same-origin", "none"})


async def signed_in(request: Request, sessions: Sessions, *, issued: bool = False) -> Session:
    """Whose token it is; `issued`: as `Sessions.of`. Raises `Problem` 401, 403."""
    from_our_site(request.headers)
    given = request.headers.getlist("authorization")
    scheme, _, token = (given[0] if given else "").partition(" ")
    if len(given) != 1 or scheme.lower() != "bearer" or not token.strip():
        raise Problem("no_credential", "expected exactly one header Authorization: Bearer <token>")
    session = await sessions.of(token.strip(), issued=issued)
    if session is None:
        raise Problem("bad_credential", "the session has ended: sign in again")
    return session


def from_our_site(headers: Headers) -> None:
    """A browser says where a request comes from; programs do not."""
    if headers.get("sec-fetch-site", "none") not in OURS:
        raise Problem("cross_site", "requests from pages of other sites are refused")


def answer(document: Mapping[str, Any], status: int = 200) -> Response:
    return Response(
        orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json"
    )
