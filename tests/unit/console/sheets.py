"""Pages of the console drawn without a browser: what stands on them, look by look."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from dashboards.console.sessions import COOKIE, Visitor
from dashboards.console.state import Console
from ioc.clock import FixedClock
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore, instant

NOW = instant("2026-11-20 09:00")


class Desk:
    """A console over a small office and store, and one person who looks at it."""

    def __init__(self, user: User) -> None:
        self.clock = FixedClock(NOW)
        self.office, self.store = SmallOffice(self.clock), SmallStore(self.clock)
        self.console: Console = small(self.office, self.store, self.clock)
        self.user = user

    async def sign_in(self, account: str) -> Visitor:
        """Signed in as somebody, with the cookie."""
        key = self.console.sessions.open(await self.console.office.sign_in(account, PASSWORD, ""))
        self.user.http_client.cookies.set(COOKIE, key)
        found = self.console.sessions.find(key)
        assert found is not None
        return found

    async def open(self, path: str, until: str) -> None:
        """Look at a page, or at where it leads, until this stands there."""
        await self.user.open(path)
        async with asyncio.timeout(20):
            while until not in self.said:
                await asyncio.sleep(0.01)

    @property
    def said(self) -> list[str]:
        """The texts of the page, in the order in which they were made."""
        assert self.user.client is not None
        elements = self.user.client.elements.values()
        return [each.text for each in elements if isinstance(each, TextElement) and each.visible]


def told(story: Callable[[Desk], Awaitable[None]]) -> None:
    """Run a story at a desk."""

    async def run() -> None:
        async with user_simulation() as user:
            await story(Desk(user))

    asyncio.run(run())
