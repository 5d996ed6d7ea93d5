"""The endpoint that one-stop software already knows: login, then calls by the name of their service.

Its callers look at `error_code`, never at the HTTP status: that is always 200. A message names the member
that is wrong, never what it held.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from ioc.clock import Clock
from producers.adapters.base import Item, Refused
from producers.adapters.portal.accounts import Accounts, Sessions
from producers.adapters.portal.engine import PortalEngine, ref_of
from producers.adapters.portal.state import State
from producers.throttle import Throttle, address_of, either

log = logging.getLogger("ioc.portal")
MAX_BODY = 32 * 1024 * 1024
MAX_LOGIN = 16 * 1024
"""Nobody has shown a credential before: a login holds two short texts."""
READ_TIMEOUT_S = 60.0
BAD_SESSION, BAD_BODY, REFUSED, TRY_AGAIN = "01", "02", "03", "99"
Answer = dict[str, Any]
Take = Callable[[list[Mapping[str, Any]], str], list[Item]]
OnRefused = Callable[[str, Refused], None]


def _nobody(_: str, __: Refused) -> None:
    """Nobody keeps count."""


class _Wrong(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = {"error_code": code, "message": message}


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 512 else ""


def _object(raw: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(raw)
    except ValueError:
        raise _Wrong(BAD_BODY, "Nội dung không phải JSON hợp lệ") from None
    if not isinstance(document, dict):
        raise _Wrong(BAD_BODY, "Nội dung phải là một đối tượng JSON")
    return document


def _data(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = body.get("data")
    data = [data] if isinstance(data, dict) else data
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise _Wrong(BAD_BODY, "data: cần một danh sách đối tượng")
    return data


class Calls:
    """The services behind the endpoint; one engine for each source that has an account."""

    def __init__(
        self, engines: Mapping[str, PortalEngine], sessions: Sessions, on_refused: OnRefused
    ) -> None:
        self._engines = engines
        self._sessions = sessions
        self._on_refused = on_refused
        self._services: dict[str, Callable[[PortalEngine, Mapping[str, Any]], Answer]] = {
            "TraCuuHoSo": self._look_up,
            "DongBoHoSoMC": lambda engine, body: self._taken(engine, engine.take_dossiers, body),
            "CapNhatTienDoHoSoMC": lambda engine, body: self._taken(engine, engine.take_steps, body),
        }

    def answer(self, raw: bytes) -> Answer:
        """What a call is answered. Raises nothing."""
        try:
            body = _object(raw)
            token = body.get("session")
            source = self._sessions.source_of(token) if isinstance(token, str) else None
            engine = self._engines.get(source or "")
            if engine is None:
                raise _Wrong(BAD_SESSION, "Phiên làm việc không đúng hoặc đã hết hạn: đăng nhập lại")
            name = body.get("service")
            service = self._services.get(name) if isinstance(name, str) else None
            if service is None:
                raise _Wrong(BAD_BODY, "service: cần TraCuuHoSo, DongBoHoSoMC hoặc CapNhatTienDoHoSoMC")
            return service(engine, body)
        except _Wrong as wrong:
            return wrong.answer
        except Exception as error:  # whatever fails, its caller reads `error_code` and nothing else
            # The class alone: a message could carry what the call held.
            log.warning("a call was not taken (%s)", error.__class__.__name__)
            return {"error_code": TRY_AGAIN, "message": "Chưa ghi nhận được: gửi lại nguyên nội dung"}

    def _look_up(self, engine: PortalEngine, body: Mapping[str, Any]) -> Answer:
        ref = ref_of(body)
        if ref is None:
            raise _Wrong(BAD_BODY, "mahoso: cần mã hồ sơ")
        state = engine.known(ref)
        return {"result": [_known(state)] if state is not None and state.status else []}

    def _taken(
        self,
        engine: PortalEngine,
        take: Take,
        body: Mapping[str, Any],
    ) -> Answer:
        items = take(_data(body), "data")
        refused = [each for item in items for each in item.refused]
        for each in refused:
            self._on_refused(engine.source.system_code, each)
        if refused:
            raise _Wrong(REFUSED, _sentence(refused))
        return {"error_code": "00"}


def _known(state: State) -> Answer:
    """What a look-up may see: code and status, nothing else is needed to choose `isUpdating`."""
    return {"MaHoSo": state.dossier_ref, "TrangThaiHoSo": str(state.status)}


def _sentence(refused: list[Refused]) -> str:
    first = refused[0]
    more = f" (và {len(refused) - 1} mục khác)" if len(refused) > 1 else ""
    field = f".{first.field}" if first.field else ""
    return f"{first.where}{field}: {first.reason.label}{more}; các mục còn lại đã được ghi nhận"


def _json(answer: Answer) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


async def _body(request: Request, limit: int) -> bytes | None:
    """The body, or `None` when it is longer than a call may be, or takes longer to come."""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    return None
                pieces.append(piece)
    except TimeoutError:
        return None
    return b"".join(pieces)


def router(
    engines: Mapping[str, PortalEngine],
    accounts: Accounts,
    clock: Clock,
    *,
    sessions: Sessions | None = None,
    on_refused: OnRefused = _nobody,
) -> APIRouter:
    """`POST /portal/auth` and `POST /portal/integration`. `engines`: by system code; `on_refused` hears
    of each dossier that was refused (system code, refusal)."""
    held = sessions or Sessions(clock)
    # A source is counted together with its address, so that nobody elsewhere can make it wait.
    by_account, by_address = Throttle(clock, free=10), Throttle(clock, free=60)
    calls = Calls(engines, held, on_refused)
    routes = APIRouter(prefix="/portal", tags=["portal"])
    too_long: Answer = {"error_code": BAD_BODY, "message": f"Nội dung dài hơn {MAX_BODY >> 20} MB"}

    @routes.post("/auth")
    async def auth(request: Request) -> Response:
        """Login: `{"username","password"}` → `{"session","error_code":0}`."""
        raw = await _body(request, MAX_LOGIN)
        if raw is None:
            return _json({"session": "", "error_code": BAD_BODY, "message": "Nội dung quá dài cho đăng nhập"})
        try:
            body = _object(raw)
        except _Wrong as wrong:
            return _json({"session": "", **wrong.answer})
        name, where = _text(body.get("username")), address_of(request)
        who = f"{where} {name}"
        wait = either((by_account, who), (by_address, where))
        if wait > 0:
            message = f"Đăng nhập sai quá nhiều lần: thử lại sau {int(wait) + 1} giây"
            return _json({"session": "", "error_code": 1, "message": message})
        source = accounts.source_of(name, _text(body.get("password")))
        if source not in engines or source is None:
            return _json({"session": "", "error_code": 1, "message": "Sai tên đăng nhập hoặc mật khẩu"})
        by_account.forget(who)
        by_address.forgive(where)
        return _json({"session": held.begin(source), "error_code": 0})

    @routes.post("/integration")
    async def integration(request: Request) -> Response:
        """All other calls: `{"session","madonvi","service",…}`."""
        raw = await _body(request, MAX_BODY)
        return _json(too_long if raw is None else await run_in_threadpool(calls.answer, raw))

    return routes
