"""`/console/audit.csv`: the audit trail as a file, for who may read it; reading it is noted."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.signing import refusal, to_password, to_sign_in, visitor
from dashboards.console.state import Console
from ioc.messages import say

PATH = "/console/audit.csv"
COLUMNS = ("at", "account", "role", "action", "object", "outcome", "detail", "id",
           "writer", "seqno", "after", "link")  # fmt: skip
A_TIME = 1000
"""Lines that are asked for at once."""
Row = dict[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def asked_for(days: int, account: str, about: str) -> tuple[int, str, str]:
    """What of an address is handed on: days within the trail's, names no longer than there are."""
    return min(max(days, 1), 400), account[:32], about[:64]


def install(web: FastAPI, console: Console) -> None:
    @web.get(PATH)
    async def export(request: Request, days: int = 7, account: str = "", about: str = "") -> Response:
        known = visitor(console, request)
        if known is None:
            return to_sign_in("/console/audit")
        if known.signed.must_change:
            return to_password()
        if not known.opens("audit"):
            return PlainTextResponse(say("forbidden", role=known.role_name), 403)

        async def page(after: str = "") -> Row:
            asked = asked_for(days, account, about)
            return await console.office.audit(known.token, *asked, after, limit=A_TIME)

        try:
            first = await page()
        except (OfficeLost, OfficeRefused) as error:
            return refusal(console, known, "/console/audit", error)
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(whole(first, page), media_type="text/csv; charset=utf-8", headers=headers)


async def whole(first: Row, page: Callable[[str], Awaitable[Row]]) -> AsyncIterator[bytes]:
    """The file, page by page to the last line.

    When a page cannot be had it raises, and the download breaks off: a part must not pass for the trail.
    """
    yield "\ufeff".encode() + written([COLUMNS])  # or spreadsheets break the diacritics
    found = first
    while True:
        yield written([[_plain(deed[name]) for name in COLUMNS] for deed in found["deeds"]])
        if found["next"] is None:
            return
        found = await page(found["next"])


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV."""
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue().encode()


def _plain(value: Any) -> str:
    """As text that no spreadsheet takes for a formula."""
    said = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said
