"""Who is not signed in any more reads nothing: also where a page asks the store and not the gateway."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dashboards.console import adoption_page, evidence_page, leader_page, more_pages, signing
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.sessions import COOKIE
from dashboards.console.state import BELIEVED_S, GRACE_S
from ioc.clock import FixedClock
from ioc.messages import say
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore
from tests.unit.console.sheets import NOW, Desk, told

PAGES = {
    "/console/case/VB-2026-0001": ("truc_ca_1", "Tiếp nhận văn bản đến"),
    "/console/work": ("truc_ca_1", "VB-2026-0001"),
    "/leader/evidence/online_dossier_rate/G09": ("lanh_dao_1", "Hồ sơ trực tuyến · Toàn Bộ"),
    "/adoption": ("lanh_dao_1", say("adoption.acted")),
}
"""Pages that ask the gateway for nothing, who opens them, and what stands there."""


def install(desk: Desk) -> None:
    for part in (signing, more_pages, evidence_page, adoption_page):
        part.install(FastAPI(), desk.console)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_over_the_store_is_drawn_for_who_is_signed_in(path: str) -> None:
    async def story(desk: Desk) -> None:
        install(desk)
        account, there = PAGES[path]
        await desk.sign_in(account)
        await desk.open(path, there)

        desk.office.tokens.clear()
        desk.clock.advance(timedelta(seconds=BELIEVED_S))
        await desk.open(path, say("ended"))
        assert there not in desk.said

    told(story)


def test_while_the_gateway_is_away_a_page_is_shown_for_a_short_while() -> None:
    async def story(desk: Desk) -> None:
        install(desk)
        await desk.sign_in("truc_ca_1")
        desk.office.stopped = True
        desk.clock.advance(timedelta(seconds=GRACE_S - 1))
        await desk.open("/console/work", "VB-2026-0001")

        desk.clock.advance(timedelta(seconds=1))
        await desk.open("/console/work", say("office_lost"))
        assert "VB-2026-0001" not in desk.said

        desk.office.stopped = False
        await desk.open("/console/work", "VB-2026-0001")

    told(story)


def test_who_signed_out_here_is_out_also_while_the_gateway_is_away() -> None:
    async def story(desk: Desk) -> None:
        known = await desk.sign_in("truc_ca_1")
        desk.office.stopped = True
        desk.console.sessions.close(known.key)
        with pytest.raises(OfficeRefused) as refused:
            await desk.console.confirm(known)
        assert refused.value.ended

    told(story)


def test_the_gateway_is_asked_once_in_a_few_seconds() -> None:
    async def story(desk: Desk) -> None:
        known = await desk.sign_in("truc_ca_1")
        desk.office.stopped = True
        assert await desk.console.confirm(known)
        desk.clock.advance(timedelta(seconds=GRACE_S))
        with pytest.raises(OfficeLost):
            await desk.console.confirm(known)
        desk.office.stopped = False
        assert await desk.console.confirm(known)

    told(story)


def test_a_briefing_is_handed_to_who_is_signed_in(tmp_path: Path) -> None:
    brief = tmp_path / "2026-W47/G09.pdf"
    brief.parent.mkdir()
    brief.write_bytes(b"%PDF-1.7 of the week")

    async def story() -> list[tuple[int, str]]:
        clock = FixedClock(NOW)
        office = SmallOffice(clock)
        console = small(office, SmallStore(clock), clock, tmp_path)
        web = FastAPI()
        leader_page.install(web, console)
        cookies = {COOKIE: console.sessions.open(await console.office.sign_in("lanh_dao_1", PASSWORD, ""))}
        found = []

        async def asked(client: httpx.AsyncClient) -> None:
            clock.advance(timedelta(seconds=GRACE_S))
            answer = await client.get("/leader/brief")
            found.append((answer.status_code, answer.headers.get("location", answer.text)))

        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://wall", cookies=cookies) as client:
            await asked(client)
            office.stopped = True
            await asked(client)
            office.stopped = False
            office.tokens.clear()
            await asked(client)
        return found

    assert asyncio.run(story()) == [
        (200, "%PDF-1.7 of the week"),
        (503, say("office_lost")),
        (303, "/console/sign-in?to=%2Fleader&why=ended"),
    ]
