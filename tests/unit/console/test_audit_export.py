"""The audit trail as a file: all lines, readable in a spreadsheet, for those who may read it."""

import asyncio
import csv
import io
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from dashboards.console import audit_export, more_pages
from dashboards.console.office import OfficeLost
from dashboards.console.sessions import COOKIE
from ioc.clock import SystemClock
from ioc.messages import say
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore
from tests.unit.console.sheets import Desk
from tests.unit.console.sheets import told as seen

DEED = {
    "id": "1", "at": "2026-03-10T03:00:00+00:00", "account": "quan_tri_1", "role": "platform_admin",
    "action": "propose_change", "object": "=1+1", "outcome": "done",
    "detail": ["document=12/QĐ-BNV", "value=9"],
    "writer": "7", "seqno": 1, "after": ["before:00"], "link": "ab",
}  # fmt: skip
MANY = [{**DEED, "id": f"line-{n:03}"} for n in range(250)]


def asked(account: str, prepare: Callable[[SmallOffice], None]) -> httpx.Response:
    """What the address of the file answers to an account."""

    async def told() -> httpx.Response:
        clock = SystemClock()
        office = SmallOffice(clock)
        prepare(office)
        console = small(office, SmallStore(clock), clock)
        web = FastAPI()
        audit_export.install(web, console)
        cookies = {}
        if account:
            cookies[COOKIE] = console.sessions.open(await console.office.sign_in(account, PASSWORD, ""))
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://wall", cookies=cookies) as client:
            return await client.get(audit_export.PATH)

    return asyncio.run(told())


def holding(lines: list[dict[str, object]]) -> Callable[[SmallOffice], None]:
    """A trail of these lines, of which the gateway tells a hundred at once."""

    def prepare(office: SmallOffice) -> None:
        office.deeds, office.lines_at_most = lines, 100

    return prepare


def test_every_line_is_there_and_none_is_a_formula() -> None:
    made = asked("thanh_tra_1", holding(MANY)).content
    assert made.startswith(b"\xef\xbb\xbf"), "or spreadsheets break the diacritics"
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [deed["id"] for deed in MANY]
    assert (rows[0]["object"], rows[0]["detail"]) == ("'=1+1", "document=12/QĐ-BNV value=9")
    assert rows[0]["account"] == "quan_tri_1"


def test_a_part_of_the_trail_never_passes_for_the_whole() -> None:
    async def lost(after: str) -> audit_export.Row:
        raise OfficeLost(f"the gateway does not answer after {after}")

    async def told() -> int:
        taken = 0
        async for part in audit_export.whole({"deeds": MANY[:100], "next": "100"}, lost):
            taken += part.count(b"\n")
        return taken

    with pytest.raises(OfficeLost):
        asyncio.run(told())


@pytest.mark.parametrize(
    ("account", "status"),
    [("thanh_tra_1", 200), ("an_toan_1", 200), ("quan_tri_1", 403), ("truc_ca_1", 403), ("", 303)],
)
def test_it_is_handed_to_who_may_read_the_trail(account: str, status: int) -> None:
    answer = asked(account, holding([DEED]))
    assert answer.status_code == status, answer.text
    assert ("quan_tri_1" in answer.text) is (status == 200)


def test_the_page_says_that_there_are_more_and_leads_to_them() -> None:
    async def story(desk: Desk) -> None:
        more_pages.install(FastAPI(), desk.console)
        holding(MANY)(desk.office)
        await desk.sign_in("thanh_tra_1")
        await desk.open("/console/audit?days=30", say("audit.part", n="100"))
        assert desk.said.count("quan_tri_1") == 100
        await desk.open("/console/audit?days=30&after=200", say("col.outcome"))
        assert desk.said.count("quan_tri_1") == 50
        assert say("audit.older") not in desk.said

    seen(story)
