"""Signing in and out: nobody learns what was wrong, guessing slows down, sessions end by themselves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ioc.accounts import IDLE, SESSION
from tests.unit.office.bench import REF, WORD, Bench, opened


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            bench.has("truc_ca_1", "truc_ca_ioc")
            await story(bench)

    asyncio.run(told())


def test_who_signs_in_is_told_what_the_account_may(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        answer = await bench.sign_in("truc_ca_1")
        assert answer.status_code == 201
        told = answer.json()
        assert (told["account"], told["role"], told["unit"]) == ("truc_ca_1", "truc_ca_ioc", "G09")
        assert told["may"]["acknowledge"] == "all" and "close" not in told["may"]
        assert told["expires"] == "2026-03-10T15:00:00+00:00"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        header = {"Authorization": f"Bearer {told.pop('token')}"}
        assert (await bench.client.get("/office/me", headers=header)).json() == told
        assert bench.desk.told() == [("truc_ca_1", "sign_in", "done")]

    run(tmp_path, story)


def test_every_failure_looks_the_same(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.has("khoa_1", "truc_ca_ioc", disabled=True)
        answers = [
            await bench.sign_in("truc_ca_1", "wrong wrong wrong"),
            await bench.sign_in("nobody_1"),
            await bench.sign_in("khoa_1"),
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.text for answer in answers}) == 1
        assert [deed.detail for deed in bench.desk.deeds] == [
            ("reason=password",),
            ("reason=unknown",),
            ("reason=disabled",),
        ]
        assert [deed.account for deed in bench.desk.deeds] == ["truc_ca_1", "", "khoa_1"]

    run(tmp_path, story)


def test_an_unknown_account_costs_as_many_hashes_as_a_known_one(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        compared: list[bool] = []
        real = bench.passwords.matches

        def counting(kept: str | None, password: str) -> bool:
            compared.append(kept is not None)
            return real(kept, password)

        bench.passwords.matches = counting  # type: ignore[method-assign]
        await bench.sign_in("truc_ca_1", "wrong wrong wrong")
        await bench.sign_in("nobody_1", "wrong wrong wrong")
        assert compared == [True, False]

    run(tmp_path, story)


def test_guessing_slows_down_and_then_the_right_password_must_wait_too(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        for _ in range(5):
            assert (await bench.sign_in("truc_ca_1", "wrong wrong wrong")).status_code == 401
        waits = []
        for _ in range(8):
            answer = await bench.sign_in("truc_ca_1")
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
            waits.append(int(answer.headers["retry-after"]))
            bench.clock.advance(timedelta(seconds=waits[-1]))
            assert (await bench.sign_in("truc_ca_1", "wrong wrong wrong")).status_code == 401
        assert waits == [2, 3, 5, 9, 17, 33, 61, 61]
        bench.clock.advance(timedelta(seconds=61))
        assert (await bench.sign_in("truc_ca_1")).status_code == 201
        assert (await bench.sign_in("truc_ca_1")).status_code == 201

    run(tmp_path, story)


def test_a_thousand_guesses_at_once_are_not_free(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        answers = await asyncio.gather(*(bench.sign_in("truc_ca_1", f"wrong wrong {n}") for n in range(50)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 45

    run(tmp_path, story)


def test_who_guesses_from_elsewhere_does_not_lock_out_the_operator(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.client._transport.client = ("127.0.0.1", 1)  # type: ignore[attr-defined]
        desk, thief = {"X-Forwarded-For": "10.1.1.1"}, {"X-Forwarded-For": "10.1.1.1, 10.9.9.9"}
        assert (await bench.sign_in("truc_ca_1", **desk)).status_code == 201
        for _ in range(7):
            await bench.sign_in("truc_ca_1", "wrong wrong wrong", **thief)
        assert (await bench.sign_in("truc_ca_1", **thief)).status_code == 429
        assert (await bench.sign_in("truc_ca_1", **desk)).status_code == 201

    run(tmp_path, story)


def test_one_address_that_tries_many_accounts_slows_down(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        # Not from this machine: what it says of itself is not believed.
        answers = [
            await bench.sign_in(f"ca_{n}", "wrong wrong wrong", **{"X-Forwarded-For": f"10.2.2.{n}"})
            for n in range(31)
        ]
        assert [answer.status_code for answer in answers] == [401] * 30 + [429]

    run(tmp_path, story)


def test_a_session_ends_when_it_is_not_used_and_after_a_shift(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        for _ in range(11):
            bench.clock.advance(timedelta(minutes=59))
            assert (await bench.client.get("/office/me", headers=header)).status_code == 200
        bench.clock.advance(IDLE)
        assert (await bench.client.get("/office/me", headers=header)).status_code == 401

        header = await bench.token("truc_ca_1")
        for _ in range(23):
            bench.clock.advance(timedelta(minutes=31))
            assert (await bench.client.get("/office/me", headers=header)).status_code == 200
        bench.clock.advance(SESSION - 23 * timedelta(minutes=31))
        assert (await bench.client.get("/office/me", headers=header)).status_code == 401

    run(tmp_path, story)


def test_use_is_written_down_now_and_then_so_that_a_restart_signs_nobody_out(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        for _ in range(120):
            bench.clock.advance(timedelta(seconds=10))
            await bench.client.get("/office/me", headers=header)
        assert bench.desk.used == 4
        (session, _), *_ = bench.desk.sessions.values()
        assert bench.clock.now() - session.used_at < timedelta(minutes=6)

    run(tmp_path, story)


def test_signing_out_disabling_and_a_new_password_end_sessions(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        assert (await bench.client.delete("/office/session", headers=header)).status_code == 204
        assert (await bench.client.get("/office/me", headers=header)).status_code == 401

        header = await bench.token("truc_ca_1")
        bench.has("truc_ca_1", "truc_ca_ioc", disabled=True)
        bench.clock.advance(timedelta(seconds=2))
        assert (await bench.client.get("/office/me", headers=header)).status_code == 401

        bench.has("truc_ca_1", "truc_ca_ioc", must_change=True)
        first, second = await bench.token("truc_ca_1"), await bench.token("truc_ca_1")
        new = "một câu dài khác"
        for body, status in (
            ({"old": "wrong wrong wrong", "new": new}, 401),
            ({"old": WORD, "new": "short"}, 422),
            ({"old": WORD, "new": WORD}, 422),
            ({"old": WORD, "new": new}, 204),
        ):
            answer = await bench.client.post("/office/password", json=body, headers=first)
            assert answer.status_code == status, answer.text
            assert WORD not in answer.text and new not in answer.text
        for header in (first, second):
            assert (await bench.client.get("/office/me", headers=header)).status_code == 401
        assert (await bench.sign_in("truc_ca_1")).status_code == 401
        assert (await bench.sign_in("truc_ca_1", new)).json()["must_change"] is False

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "no_credential"),
        ({"Authorization": "Basic eDp5"}, 401, "no_credential"),
        ({"Authorization": "Bearer "}, 401, "no_credential"),
        ({"Authorization": "Bearer x"}, 401, "bad_credential"),
        ({"Authorization": "Bearer " + "A" * 43}, 401, "bad_credential"),
        ({"Authorization": "Bearer key-of-qlvb"}, 401, "bad_credential"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "cross_site"),
    ],
)
def test_no_session_no_entry(tmp_path: Path, headers: dict[str, str], status: int, code: str) -> None:
    async def story(bench: Bench) -> None:
        for method, path in (
            *(("GET", "/office/me"), ("DELETE", "/office/session"), ("POST", "/office/password")),
            *(("GET", "/office/alerts"), ("POST", "/office/alerts/x/actions"), ("POST", "/office/shift")),
            *(("GET", "/office/shift/last"), ("GET", "/office/audit")),
            ("GET", "/office/commands/00000000-0000-4000-8000-000000000000"),
        ):
            answer = await bench.client.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code), path

    run(tmp_path, story)


def test_a_cookie_is_nobody(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        token = (await bench.token("truc_ca_1"))["Authorization"].removeprefix("Bearer ")
        for name in ("session", "token", "Authorization"):
            answer = await bench.client.get("/office/me", headers={"Cookie": f"{name}={token}"})
            assert answer.status_code == 401

    run(tmp_path, story)


def test_a_form_cannot_sign_anybody_in(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        body = f'{{"account": "truc_ca_1", "password": "{WORD}"}}'.encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = await bench.client.post("/office/session", content=body, headers={"Content-Type": kind})
            assert answer.status_code == 415
        answer = await bench.sign_in("truc_ca_1", **{"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403

    run(tmp_path, story)


def test_with_the_store_away_nobody_gets_in_and_nothing_breaks(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        bench.desk.down = True
        bench.clock.advance(timedelta(seconds=3))
        for answer in (
            await bench.sign_in("truc_ca_1"),
            await bench.client.get("/office/me", headers=header),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert int(answer.headers["retry-after"]) > 0
        bench.desk.down = False
        assert (await bench.client.get("/office/me", headers=header)).status_code == 200

    run(tmp_path, story)


def test_no_secret_is_logged_answered_or_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = "không ai được thấy câu này"

    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        said = [
            await bench.sign_in("truc_ca_1", secret),
            # The password typed into the wrong field.
            await bench.sign_in(secret, secret),
            await bench.client.post(
                "/office/session", json={"account": "truc_ca_1", "password": WORD, secret: secret}
            ),
            await bench.client.post(
                "/office/session", content=secret.encode(), headers={"Content-Type": "application/json"}
            ),
            await bench.client.post(
                "/office/password", json={"old": secret, "new": secret * 30}, headers=header
            ),
            await bench.client.get("/office/audit", params={"account": secret}, headers=header),
            await bench.client.get("/office/alerts", params={"status": secret}, headers=header),
            await bench.client.get(f"/office/commands/{secret}", headers=header),
        ]
        assert {answer.status_code for answer in said} == {400, 401, 422}
        token = header["Authorization"].removeprefix("Bearer ")
        kept = f"{bench.desk.deeds} {bench.desk.sessions}"
        shown = " ".join([*(answer.text for answer in said), caplog.text, kept])
        for word in (secret, secret.encode().hex(), WORD, token, "$argon2"):
            assert word not in shown

    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    run(tmp_path, story)


def test_an_issued_password_is_changed_before_anything_else(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.has("truc_ca_2", "truc_ca_ioc", must_change=True)
        issued = await bench.token("truc_ca_2")
        for path in ("/office/alerts", "/office/shift/last", f"/office/alerts/{REF}"):
            answer = await bench.client.get(path, headers=issued)
            assert (answer.status_code, answer.json()["code"]) == (403, "password_change_needed")
        assert (await bench.ask(issued, "acknowledge")).json()["code"] == "password_change_needed"
        assert bench.sent == []
        assert (await bench.client.get("/office/me", headers=issued)).json()["must_change"]
        changed = {"old": WORD, "new": "một câu khác, cũng dài"}
        answer = await bench.client.post("/office/password", json=changed, headers=issued)
        assert answer.status_code == 204
        token = (await bench.sign_in("truc_ca_2", changed["new"])).json()["token"]
        own = {"Authorization": f"Bearer {token}"}
        assert (await bench.client.get("/office/alerts", headers=own)).status_code == 200

    run(tmp_path, story)
