"""`/console/audit.csv`: the audit trail as a file, for who may read it; reading it is noted."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.signing import refusal, to_password, to_sign_in, visitor
from dashboards.console.state import Console
from ioc.messages import say

PATH = "/console/audit.csv"
COLUMNS = ("at", "account", "role", "action", "object", "outcome", "detail", "id",
           "writer", "seqno", "after", "link")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        asked = (known.token, min(max(days, 1), 400), account[:32], about[:64])
        try:
            found = await console.office.audit(*asked)
        except (OfficeLost, OfficeRefused) as error:
            return refusal(console, known, "/console/audit", error)
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(written(found["deeds"]), media_type="text/csv; charset=utf-8", headers=headers)


def written(deeds: Sequence[Mapping[str, Any]]) -> bytes:
    """The lines as CSV that spreadsheets open with their diacritics, and never as formulas."""
    made = io.StringIO()
    sheet = csv.writer(made)
    sheet.writerow(COLUMNS)
    for deed in deeds:
        sheet.writerow([_plain(deed[name]) for name in COLUMNS])
    return made.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> str:
    said = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said
