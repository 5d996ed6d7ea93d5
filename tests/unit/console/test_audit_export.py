"""The audit trail as a file: all lines, readable in a spreadsheet, for those who may read it."""

import asyncio
import csv
import io

import httpx
import pytest
from fastapi import FastAPI

from dashboards.console import audit_export
from dashboards.console.sessions import COOKIE
from ioc.clock import SystemClock
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore

DEED = {
    "id": "1", "at": "2026-03-10T03:00:00+00:00", "account": "quan_tri_1", "role": "platform_admin",
    "action": "propose_change", "object": "=1+1", "outcome": "done",
    "detail": ["document=12/QĐ-BNV", "value=9"],
    "writer": "7", "seqno": 1, "after": ["before:00"], "link": "ab",
}  # fmt: skip


def test_every_line_is_there_and_none_is_a_formula() -> None:
    made = audit_export.written([DEED])
    assert made.startswith(b"\xef\xbb\xbf"), "or spreadsheets break the diacritics"
    (row,) = csv.DictReader(io.StringIO(made.decode("utf-8-sig")))
    assert (row["object"], row["detail"]) == ("'=1+1", "document=12/QĐ-BNV value=9")
    assert row["account"] == "quan_tri_1"


@pytest.mark.parametrize(
    ("account", "status"),
    [("thanh_tra_1", 200), ("an_toan_1", 200), ("quan_tri_1", 403), ("truc_ca_1", 403), ("", 303)],
)
def test_it_is_handed_to_who_may_read_the_trail(account: str, status: int) -> None:
    async def told() -> httpx.Response:
        clock = SystemClock()
        office = SmallOffice(clock)
        office.deeds = [DEED]
        console = small(office, SmallStore(clock), clock)
        web = FastAPI()
        audit_export.install(web, console)
        cookies = {}
        if account:
            cookies[COOKIE] = console.sessions.open(await console.office.sign_in(account, PASSWORD, ""))
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://wall", cookies=cookies) as client:
            return await client.get(audit_export.PATH)

    answer = asyncio.run(told())
    assert answer.status_code == status, answer.text
    assert ("quan_tri_1" in answer.text) is (status == 200)
