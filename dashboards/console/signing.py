"""Signing in and out: forms that need no scripts, a cookie no script can read, nothing from other sites."""

import re
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from nicegui import ui

from dashboards.console.frame import box, languages, pages_of, plain, text
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.sessions import COOKIE, Visitor
from dashboards.console.state import Console
from ioc.messages import say

SIGN_IN = "/console/sign-in"
PASSWORD = "/console/password"  # noqa: S105 - an address
OURS = re.compile(r"/(leader|console|adoption)(/[A-Za-z0-9._,Đ%-]+)*/?")
"""Where one may be led after signing in: paths of ours, with all that names a case (`fields.Ref`)."""
WHY = ("ended", "credential", "attempts", "office_lost", "store_lost", "signed_out", "password_changed",
       "weak_password")  # fmt: skip
LIMIT = 4096


def visitor(console: Console, request: Request) -> Visitor | None:
    """Who asks, if signed in."""
    return console.sessions.find(request.cookies.get(COOKIE))


def to_sign_in(path: str = "", why: str = "") -> RedirectResponse:
    """Led to the form, and back afterwards."""
    asked = {name: value for name, value in (("to", path), ("why", why)) if value}
    return RedirectResponse(f"{SIGN_IN}?{urlencode(asked)}" if asked else SIGN_IN, 303)


def to_password() -> RedirectResponse:
    """Led to changing a password that somebody else issued."""
    return RedirectResponse(PASSWORD, 303)


def refusal(console: Console, known: Visitor, path: str, error: OfficeLost | OfficeRefused) -> Response:
    """What is said instead of a file that was asked for on a page."""
    if isinstance(error, OfficeLost):
        return PlainTextResponse(say("office_lost"), 503)
    if error.ended:
        console.sessions.close(known.key)
        return to_sign_in(path, "ended")
    said = say("store_lost") if error.status == 503 else say("refused", code=error.code)
    return PlainTextResponse(said, error.status)


def install(web: FastAPI, console: Console) -> None:
    """Add the forms and what takes them."""
    _forms(console)

    @web.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return PlainTextResponse(say("cross_site"), 403)
        to = fields.get("to", "")
        try:
            said = await console.office.sign_in(
                fields.get("account", ""), fields.get("password", ""), _address(console, request)
            )
        except OfficeRefused as refused:
            return to_sign_in(to, _why(refused))
        except OfficeLost:
            return to_sign_in(to, "office_lost")
        key = console.sessions.open(said)
        known = console.sessions.find(key)
        response = RedirectResponse(_next(known, to), 303)
        # Without `secure` on plain HTTP the browser keeps it; behind TLS it must not leave it.
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(COOKIE, key, path="/", httponly=True, samesite="strict", secure=secure)
        return response

    @web.post("/console/sign-out")
    async def sign_out(request: Request) -> Response:
        if not _from_here(request):
            return PlainTextResponse(say("cross_site"), 403)
        known = visitor(console, request)
        if known is not None:
            console.sessions.close(known.key)
            # If it fails: this process has forgotten the token, and the session ends by its own time.
            with suppress(OfficeLost, OfficeRefused):
                await console.office.sign_out(known.token)
        response = to_sign_in(why="signed_out")
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    @web.post(PASSWORD)
    async def change_password(request: Request) -> Response:
        known, fields = visitor(console, request), await _fields(request)
        if fields is None:
            return PlainTextResponse(say("cross_site"), 403)
        if known is None:
            return to_sign_in(PASSWORD)
        old, new = fields.get("old", ""), fields.get("new", "")
        try:
            await console.office.change_password(known.token, old, new, _address(console, request))
        except OfficeRefused as refused:
            why = "weak_password" if refused.status == 422 else _why(refused)
            return RedirectResponse(f"{PASSWORD}?why={why}", 303)
        except OfficeLost:
            return RedirectResponse(f"{PASSWORD}?why=office_lost", 303)
        console.sessions.close(known.key)
        return to_sign_in(why="password_changed")


def _forms(console: Console) -> None:
    @ui.page(SIGN_IN)
    def sign_in_page(to: str = "", why: str = "") -> None:
        with _form(say("sign_in"), SIGN_IN, why):
            _field("account", say("account"), "text", "username", first=True)
            _field("password", say("password"), "password", "current-password")
            box("", "input").props("type=hidden name=to").props["value"] = to
            text("button", say("sign_in"), "primary").props("type=submit")

    @ui.page(PASSWORD)
    def password_page(request: Request, why: str = "") -> Response | None:
        known = visitor(console, request)
        if known is None:
            return to_sign_in(PASSWORD)
        if not why and known.signed.must_change:
            why = "must_change"
        with _form(say("change_password"), PASSWORD, why):
            _field("old", say("old_password"), "password", "current-password", first=True)
            _field("new", say("new_password"), "password", "new-password")
            text("button", say("change_password"), "primary").props("type=submit")
        return None


def _form(title: str, action: str, why: str) -> ui.element:
    plain(title)
    with box("console door"), box("card"):
        text("h1", say("title"))
        text("h2", title)
        if why in (*WHY, "must_change"):
            text("p", say(why), "notice warn").props("role=alert")
        made = ui.element("form").props(f"method=post action={action}")
        with box("tongues"):
            languages()
        return made


def _field(name: str, label: str, kind: str, fill: str, *, first: bool = False) -> None:
    with box("field", "label"):
        text("span", label)
        entry = box("", "input").props(f"name={name} type={kind} autocomplete={fill} required maxlength=256")
        if first:
            entry.props("autofocus")


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of a form of ours; None when another site sent it."""
    if not _from_here(request):
        return None
    form = await request.form(max_files=0, max_fields=10, max_part_size=LIMIT)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _from_here(request: Request) -> bool:
    """Whether a page of ours sent it. Where browsers say so themselves, that counts; elsewhere the origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    hosts = (request.headers.get("x-forwarded-host"), request.headers.get("host"))
    return origin is None or urlsplit(origin).netloc in hosts


def _address(console: Console, request: Request) -> str:
    """Whose attempts the gateway counts: a desk's own, not those of the proxy before this page."""
    peer = request.client.host if request.client else ""
    return console.proxies.client(peer, request.headers.getlist("x-forwarded-for"))


def _why(refused: OfficeRefused) -> str:
    if refused.status == 429:
        return "attempts"
    return "store_lost" if refused.status == 503 else "credential"


def _next(known: Visitor | None, to: str) -> str:
    """The page that was asked for, if it is one of ours; else the visitor's first."""
    if known is not None and known.signed.must_change:
        return PASSWORD
    if OURS.fullmatch(to):
        return to
    pages = pages_of(known) if known else []
    return pages[0][1] if pages else "/console"
