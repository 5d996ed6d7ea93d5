"""The back office over HTTP: what the console asks of the gateway, and how a refusal comes back."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from ioc.errors import IocError
from ioc.settings import Http

TIMEOUT_S = 10.0
ANSWERED_WITHIN_S = 20.0
ASK_AGAIN_S = 0.15


class OfficeLost(IocError):
    """The gateway does not answer; the same may be asked again."""


class OfficeRefused(IocError):
    """The gateway refused. `code` and `detail`: of its problem document."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(f"the back office refused ({status} {code})")
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def ended(self) -> bool:
        """The session is over."""
        return self.status == 401


class Office:
    """One client for all sessions; tokens are handed in with each call and never kept here."""

    def __init__(self, where: Http, transport: httpx.AsyncBaseTransport | None = None) -> None:
        # The authorities that the machine trusts, a ministry's own among them; the client knows others only.
        trusted = ssl.create_default_context() if where.secure else True
        # Neither proxies nor .netrc of the machine: the gateway is ours and near.
        self._client = httpx.AsyncClient(
            base_url=f"{where.url}/office",
            verify=trusted,
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=False,
        )

    async def sign_in(self, account: str, password: str, address: str) -> dict[str, Any]:
        """`{token, account, role, unit, …}`. Raises `OfficeRefused` 401 or 429, `OfficeLost`."""
        body = {"account": account, "password": password}
        # Attempts are counted by where they come from, not by this process.
        headers = {"X-Forwarded-For": address} if address else {}
        return await self._ask("POST", "/session", json=body, headers=headers)

    async def sign_out(self, token: str) -> None:
        await self._ask("DELETE", "/session", token)

    async def change_password(self, token: str, old: str, new: str, address: str) -> None:
        headers = {"X-Forwarded-For": address} if address else {}
        await self._ask("POST", "/password", token, json={"old": old, "new": new}, headers=headers)

    async def me(self, token: str) -> dict[str, Any]:
        return await self._ask("GET", "/me", token)

    async def alerts(self, token: str, status: str = "open", limit: int = 500) -> list[dict[str, Any]]:
        """The alerts that the account may see."""
        found = await self._ask("GET", "/alerts", token, params={"status": status, "limit": limit})
        return list(found["alerts"])

    async def alert(self, token: str, ref: str) -> dict[str, Any] | None:
        """One alert; None when there is none of that name that the account may see."""
        try:
            return await self._ask("GET", f"/alerts/{quote(ref, safe='')}", token)
        except OfficeRefused as refused:
            if refused.status in (404, 422):
                return None
            raise

    async def act(self, token: str, ref: str, wish: Mapping[str, object]) -> dict[str, Any] | None:
        """Ask something of an alert and wait for `{accepted, reason, status, seqno}`.

        None: it was sent, but nobody answered in time.
        """
        sent = await self._ask("POST", f"/alerts/{quote(ref, safe='')}/actions", token, json=dict(wish))
        path = f"/commands/{quote(str(sent['command_id']), safe='')}"
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                while True:
                    answer = await self._ask("GET", path, token)
                    if "accepted" in answer:
                        return answer
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError:
            return None

    async def hand_over(self, token: str, notes: list[str]) -> dict[str, Any]:
        return await self._ask("POST", "/shift", token, json={"notes": notes})

    async def last_shift(self, token: str) -> dict[str, Any] | None:
        shift = (await self._ask("GET", "/shift/last", token))["shift"]
        return dict(shift) if shift else None

    async def audit(
        self, token: str, days: int, account: str, about: str, after: str = "", limit: int = 500
    ) -> dict[str, Any]:
        """`{deeds, next, chain}`: lines of the trail, where they go on, whether the chain of the days holds.

        `after`: the `next` of the lines that were told before.
        """
        params = {"days": days, "account": account, "object": about, "limit": limit, "after": after}
        return await self._ask("GET", "/audit", token, params=params)

    async def desk(self, method: str, path: str, token: str, **more: Any) -> dict[str, Any]:
        """One request to the quarantine desk, whose routes are `docs/quarantine.md`'s."""
        return await self._ask(method, f"/quarantine{path}", token, **more)

    async def desk_done(self, token: str, act: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """An act of the desk once nothing of it is left to do by itself; None: not within that time."""
        try:
            async with asyncio.timeout(seconds):
                while act["stage"] == "asked":
                    await asyncio.sleep(ASK_AGAIN_S)
                    act = await self.desk("GET", f"/acts/{quote(str(act['act_id']), safe='')}", token)
        except TimeoutError:
            return None
        return dict(act)

    async def decisions(self, method: str, path: str, token: str, **more: Any) -> dict[str, Any]:
        """One request about targets, weights and thresholds, whose routes are `docs/targets.md`'s."""
        return await self._ask(method, f"/decisions{path}", token, **more)

    async def sources(self, method: str, path: str, token: str, **more: Any) -> dict[str, Any]:
        """One request about source systems: `docs/office.md`."""
        return await self._ask(method, f"/sources{path}", token, **more)

    async def orders(self, method: str, path: str, token: str, **more: Any) -> dict[str, Any]:
        """One request about tasks, comments and corrections: `docs/office.md`."""
        return await self._ask(method, f"/orders{path}", token, **more)

    async def reports(self, method: str, path: str, token: str, **more: Any) -> dict[str, Any]:
        """One request about reports and who approved them: `docs/office.md`."""
        return await self._ask(method, f"/reports{path}", token, **more)

    async def add_views(self, batch: Mapping[str, object]) -> None:
        """Hand over what was counted; the same batch may be sent again."""
        await self._ask("POST", "/views", json=dict(batch))

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        authorised = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = await self._client.request(
                method, path, headers={**authorised, **(headers or {})}, **more
            )
            said = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise OfficeLost(f"the gateway does not answer ({error.__class__.__name__})") from error
        if not isinstance(said, dict):
            raise OfficeLost("the gateway answered with something that is not an object")
        if answer.is_error:
            code, detail = str(said.get("code", answer.status_code)), str(said.get("detail", ""))
            raise OfficeRefused(answer.status_code, code, detail)
        return said
