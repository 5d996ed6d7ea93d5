"""The endpoint as one-stop software calls it: always 200, `error_code` says the rest."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from producers.adapters.base import Refused
from producers.adapters.portal.accounts import CredentialAccounts, Sessions
from producers.adapters.portal.router import router
from tests.unit.adapters.dossier_calls import REF, Bench, dossier, step, supplement

PERSON = "001" + "096" + "012345"


class Door:
    """A client of the endpoint, with the bench behind it."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.refused: list[tuple[str, Refused]] = []
        credentials = folder / "credentials.json"
        accounts = {
            "motcua": {"username": "motcua", "password": "mk"},
            "vxp": {"username": "vxp", "password": "mk"},
        }
        credentials.write_text(json.dumps({"sources": accounts}), encoding="utf-8")
        self.accounts = CredentialAccounts(credentials, ["motcua"], self.bench.clock)
        self.sessions = Sessions(self.bench.clock, lasts_s=600)
        app = FastAPI()
        app.include_router(
            router(
                {"motcua": self.bench.engine},
                self.accounts,
                self.bench.clock,
                sessions=self.sessions,
                on_refused=lambda code, refused: self.refused.append((code, refused)),
            )
        )
        self.app = app

    def post(self, path: str, body: Any) -> dict[str, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = asyncio.run(self._post(path, raw))
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    async def _post(self, path: str, raw: bytes) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post(path, content=raw, headers={"dstcode": "VN:GOV:000.00.00.G22"})

    def login(self, username: str = "motcua", password: str = "mk") -> str:
        return str(self.post("/portal/auth", {"username": username, "password": password})["session"])

    def call(self, service: str, session: str | None = None, **body: Any) -> dict[str, Any]:
        token = self.login() if session is None else session
        return self.post(
            "/portal/integration", {"session": token, "madonvi": "G09", "service": service, **body}
        )


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_login(door: Door) -> None:
    answer = door.post("/portal/auth", {"username": "motcua", "password": "mk"})
    assert (
        set(answer) == {"session", "error_code"} and answer["error_code"] == 0 and len(answer["session"]) > 20
    )
    for body in (
        {"username": "motcua", "password": "x"},
        {"username": "vxp", "password": "mk"},
        {"username": 1},
        {},
    ):
        wrong = door.post("/portal/auth", body)
        assert wrong["error_code"] != 0 and wrong["session"] == "" and wrong["message"]


def test_the_calls_in_their_order(door: Door) -> None:
    session = door.login()
    assert door.call("TraCuuHoSo", session, mahoso=REF) == {"result": []}
    assert door.call("DongBoHoSoMC", session, isUpdating="False", data=[dossier()]) == {"error_code": "00"}
    assert door.call("CapNhatTienDoHoSoMC", session, data=[step(4, "20260901100000")]) == {"error_code": "00"}
    assert door.call("TraCuuHoSo", session, mahoso=REF) == {"result": [{"MaHoSo": REF, "TrangThaiHoSo": "4"}]}
    told = len(door.bench.publisher.events)
    assert door.call("DongBoHoSoMC", session, isUpdating="True", data=[dossier()]) == {"error_code": "00"}
    assert told == len(door.bench.publisher.events) == 2


def test_a_wrong_session_and_one_that_ended(door: Door) -> None:
    assert door.call("TraCuuHoSo", "sai", mahoso=REF)["error_code"] == "01"
    assert door.call("DongBoHoSoMC", "", data=[dossier()])["error_code"] == "01"
    session = door.login()
    for _ in range(3):
        door.bench.clock.advance(timedelta(seconds=400))
        assert "result" in door.call("TraCuuHoSo", session, mahoso=REF)
    door.bench.clock.advance(timedelta(seconds=601))
    assert door.call("TraCuuHoSo", session, mahoso=REF)["error_code"] == "01"
    assert not door.bench.publisher.events


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"null",
        b'{"session": NaN}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b" " * 33_000_000,
    ],
)
def test_bad_bodies(door: Door, raw: bytes) -> None:
    for path in ("/portal/auth", "/portal/integration"):
        assert door.post(path, raw)["error_code"] not in (0, "00")


def test_bad_calls(door: Door) -> None:
    for body in ({"data": 5}, {"data": [5]}, {}, {"data": None}):
        assert door.call("DongBoHoSoMC", **body)["error_code"] == "02"
    assert door.call("XoaHoSo", data=[])["error_code"] == "02"
    assert door.call("TraCuuHoSo")["error_code"] == "02"


def test_a_bad_dossier_is_named_and_the_others_are_taken(door: Door) -> None:
    bad = dossier(MaHoSo="A-1", NgayTiepNhan="hôm qua")
    answer = door.call("DongBoHoSoMC", data=[dossier(), bad])
    assert answer["error_code"] == "03" and "data/1.NgayTiepNhan" in answer["message"]
    assert "hôm qua" not in answer["message"]
    assert {event.subject for event in door.bench.publisher.events} == {REF}
    assert [(code, refused.field) for code, refused in door.refused] == [("motcua", "NgayTiepNhan")]


def test_a_date_that_stands_for_none_does_not_take_the_others_with_it(door: Door) -> None:
    bad = dossier(MaHoSo="A-1", NgayTra="00010101000000")
    answer = door.call("DongBoHoSoMC", data=[dossier(), bad])
    assert answer["error_code"] == "03" and "data/1.NgayTra" in answer["message"]
    assert {event.subject for event in door.bench.publisher.events} == {REF}


def test_whatever_fails_the_caller_is_asked_to_send_again(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> list[Any]:
        raise OverflowError(PERSON)

    monkeypatch.setattr(door.bench.engine, "take_dossiers", fails)
    assert door.call("DongBoHoSoMC", data=[dossier()])["error_code"] == "99"
    assert "OverflowError" in caplog.text and PERSON not in caplog.text


def test_kafka_away_is_no_success(door: Door) -> None:
    door.bench.publisher.failing = True
    assert door.call("DongBoHoSoMC", data=[dossier()])["error_code"] == "99"
    assert door.call("TraCuuHoSo", mahoso=REF) == {"result": []}
    door.bench.publisher.failing = False
    assert door.call("DongBoHoSoMC", data=[dossier()]) == {"error_code": "00"}
    assert len(door.bench.publisher.events) == 2


def test_changed_passwords_are_noticed(door: Door) -> None:
    assert door.login()
    path = door.bench.folder / "credentials.json"
    path.write_text(
        json.dumps({"sources": {"motcua": {"username": "motcua", "password": "moi"}}}), encoding="utf-8"
    )
    door.bench.clock.advance(timedelta(seconds=3))
    assert not door.login() and door.login(password="moi")
    os.truncate(path, 3)
    door.bench.clock.advance(timedelta(seconds=3))
    assert door.login(password="moi")


@pytest.mark.parametrize("entry", [{"username": "motcua", "password": 12345}, None, []])
def test_what_is_no_text_is_no_password(door: Door, entry: Any) -> None:
    path = door.bench.folder / "credentials.json"
    path.write_text(json.dumps({"sources": {"motcua": entry}}), encoding="utf-8")
    assert not door.login(password="12345")


def test_a_login_is_short(tmp_path: Path) -> None:
    door = Door(tmp_path)
    body = {"username": "motcua", "password": "mk", "x": "y" * 20_000}
    assert door.post("/portal/auth", body)["error_code"] == "02"
    assert door.login()


@pytest.mark.parametrize("number", [PERSON, "Nguyễn Văn Kiểm", "tối mật", f"BS {PERSON}"])
def test_the_number_of_a_request_is_remembered_only_if_it_is_one(tmp_path: Path, number: str) -> None:
    door = Door(tmp_path)
    body = dossier(
        TrangThaiHoSo="5", DanhSachHoSoBoSung=[supplement(1, "20260902080000") | {"HoSoBoSungId": number}]
    )
    call = {"session": door.login(), "service": "DongBoHoSoMC", "data": [body]}
    assert door.post("/portal/integration", call) == {"error_code": "00"}
    state = door.bench.engine.known(REF)
    assert state is not None and len(state.pauses) == 1
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert number.encode() not in left and PERSON.encode() not in left


def test_guessing_a_password_slows_down(tmp_path: Path) -> None:
    door = Door(tmp_path)
    body = {"username": "motcua", "password": "sai"}
    for _ in range(10):
        assert door.post("/portal/auth", body)["message"] == "Sai tên đăng nhập hoặc mật khẩu"
    slowed = door.post("/portal/auth", {"username": "motcua", "password": "mk"})
    assert (slowed["session"], slowed["error_code"]) == ("", 1)
    assert "thử lại sau" in slowed["message"]
    door.bench.clock.advance(timedelta(seconds=2))
    assert [door.post("/portal/auth", {**body, "password": "mk"})["error_code"] for _ in range(30)] == [
        0
    ] * 30
