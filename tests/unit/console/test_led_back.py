"""After signing in one is led back to the page that was asked for, and to no other site."""

import asyncio
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI

from dashboards.console import signing
from ioc.clock import FixedClock
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore
from tests.unit.console.sheets import NOW

EDXML = "/console/case/G09.901,2026/03/02,123/QĐ-BNV"
ELSEWHERE = (
    "//elsewhere.example/console",
    "https://elsewhere.example/console",
    "/consoles",
    "/console//elsewhere.example",
    "/console/\\elsewhere.example",
    "/console/x\r\nSet-Cookie: a=b",
    "/console?to=//elsewhere.example",
    "/console/đâu đó",
    "/wall",
)


@pytest.mark.parametrize("to", ["/leader", "/console/alert/a-1", EDXML, *ELSEWHERE])
def test_where_one_is_led(to: str) -> None:
    async def location() -> str:
        clock = FixedClock(NOW)
        office = SmallOffice(clock)
        web = FastAPI()
        signing.install(web, small(office, SmallStore(clock), clock))
        fields = {"account": "truc_ca_1", "password": PASSWORD, "to": to}
        transport = httpx.ASGITransport(app=web)
        async with httpx.AsyncClient(transport=transport, base_url="http://wall") as client:
            answer = await client.post(signing.SIGN_IN, data=fields)
        assert answer.status_code == 303
        return answer.headers["location"]

    expected = "/console" if to in ELSEWHERE else to
    assert unquote(asyncio.run(location())) == expected
