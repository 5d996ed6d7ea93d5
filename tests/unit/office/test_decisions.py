"""Two persons change a target, weights, a threshold: who may, how long it waits, what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ioc.decisions import Stage
from ioc.roles import Roles
from tests.unit.office.bench import Bench, opened

ROLES = Roles.load()
TARGET = {"what": "target", "about": "online_dossier_rate", "value": 70, "valid_from": "2026-03-11"}
TARGET |= {"document": "12/QĐ-BNV"}
LIMIT = {"what": "threshold", "about": "ontime_drop", "limit": "value", "value": 88}
LIMIT |= {"valid_from": "2026-03-11", "reason": "too_noisy"}
ADMINS = {"platform_admin", "security_admin"}


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            for name, role, unit in (
                ("quan_tri_1", "platform_admin", "G09"),
                ("quan_tri_2", "platform_admin", "G09"),
                ("an_toan_1", "security_admin", "G09"),
                ("kiem_tra_1", "auditor", "G09"),
            ):
                bench.has(name, role, unit)
            await story(bench)

    asyncio.run(told())


async def post(bench: Bench, account: str, path: str = "", body: Any = None) -> httpx.Response:
    more = {} if body is None else {"json": body}
    header = await bench.token(account)
    return await bench.client.post(f"/office/decisions{path}", headers=header, **more)


async def get(bench: Bench, account: str, path: str = "") -> httpx.Response:
    return await bench.client.get(f"/office/decisions{path}", headers=await bench.token(account))


def told(bench: Bench) -> list[tuple[str, str, str]]:
    return [each for each in bench.desk.told() if each[1].endswith("_change")]


def test_one_proposes_and_another_approves(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        made = await post(bench, "quan_tri_1", "", TARGET)
        assert made.status_code == 201, made.text
        assert (made.json()["stage"], made.json()["account"]) == ("proposed", "quan_tri_1")
        assert made.json()["before"]["value"] != 70
        held = (await get(bench, "an_toan_1", "/holding?on=2026-03-11")).json()
        assert _target(held)["value"] != 70, "one person alone decides nothing"
        path = f"/{made.json()['decision_id']}/approve"
        own = await post(bench, "quan_tri_1", path)
        assert (own.status_code, own.json()["code"]) == (403, "second_account")
        done = await post(bench, "an_toan_1", path)
        assert (done.status_code, done.json()["stage"]) == (200, "approved"), done.text
        assert (await post(bench, "quan_tri_2", path)).json()["code"] == "not_awaiting"
        assert told(bench) == [
            ("quan_tri_1", "propose_change", "done"),
            ("quan_tri_1", "approve_change", "refused"),
            ("an_toan_1", "approve_change", "done"),
        ]
        (deed,) = (each for each in bench.desk.deeds if each.action == "propose_change")
        assert "document=12/QĐ-BNV" in deed.detail and "value=70.0" in deed.detail
        today = (await get(bench, "kiem_tra_1", "/holding")).json()
        assert _target(today)["value"] != 70, "what is shown today stays"
        tomorrow = _target((await get(bench, "kiem_tra_1", "/holding?on=2026-03-11")).json())
        assert (tomorrow["value"], tomorrow["from"], tomorrow["document"]) == (70, "2026-03-11", "12/QĐ-BNV")

    run(tmp_path, story)


def _target(held: dict[str, Any]) -> dict[str, Any]:
    (kpi,) = (each for each in held["kpis"] if each["kpi"] == "online_dossier_rate")
    found: dict[str, Any] = kpi["targets"][0]
    return found


def test_only_administrators_decide_and_only_they_and_who_checks_see_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        for role in ROLES:
            name = f"vai_{role}"
            bench.has(name, role, "G09.902" if ROLES[role].needs_unit else "G09")
            bench.decided.kept.clear()
            waiting = (await post(bench, "quan_tri_1", "", LIMIT)).json()["decision_id"]
            before, allowed = len(told(bench)), role in ADMINS
            assert (await post(bench, name, "", TARGET)).status_code == (201 if allowed else 403), role
            approved = await post(bench, name, f"/{waiting}/approve")
            assert approved.status_code == (200 if allowed else 403), approved.text
            outcome = "done" if allowed else "refused"
            acts = [(name, "propose_change", outcome), (name, "approve_change", outcome)]
            assert told(bench)[before:] == acts
            stages = {each.stage for each in bench.decided.kept.values()}
            assert (Stage.approved in stages) is allowed
            sees = role in ADMINS | {"auditor", "data_steward"}
            for path in ("", "/holding"):
                assert (await get(bench, name, path)).status_code == (200 if sees else 403), role

    run(tmp_path, story)


def test_the_proposer_and_nobody_else_withdraws(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        path = f"/{(await post(bench, 'quan_tri_1', '', TARGET)).json()['decision_id']}"
        again = await post(bench, "an_toan_1", "", TARGET)
        assert (again.status_code, again.json()["code"]) == (409, "not_open"), "one proposal at a time"
        other = await post(bench, "quan_tri_2", f"{path}/withdraw")
        assert (other.status_code, other.json()["code"]) == (403, "role_not_allowed")
        gone = await post(bench, "quan_tri_1", f"{path}/withdraw")
        assert (gone.status_code, gone.json()["stage"]) == (200, "withdrawn")
        assert (await post(bench, "quan_tri_2", f"{path}/approve")).json()["code"] == "not_awaiting"
        assert told(bench)[-1] == ("quan_tri_1", "withdraw_change", "done")

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("valid_from", "waited"),
    [("2026-04-01", timedelta(days=7)), ("2026-03-12", timedelta(days=1, hours=14))],
    ids=["seven days", "until its day begins"],
)
def test_a_proposal_ends_by_itself(tmp_path: Path, valid_from: str, waited: timedelta) -> None:
    async def story(bench: Bench) -> None:
        made = (await post(bench, "quan_tri_1", "", {**TARGET, "valid_from": valid_from})).json()
        bench.clock.advance(waited - timedelta(seconds=1))
        assert (await get(bench, "quan_tri_1")).json()["decisions"][0]["stage"] == "proposed"
        bench.clock.advance(timedelta(seconds=1))
        assert (await get(bench, "quan_tri_1")).json()["decisions"][0]["stage"] == "expired"
        late = await post(bench, "quan_tri_2", f"/{made['decision_id']}/approve")
        assert (late.status_code, late.json()["code"]) == (409, "not_awaiting")

    run(tmp_path, story)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"valid_from": "2026-03-10"}, "not_decidable", "/valid_from"),
    ({"valid_from": "2026-03-01"}, "not_decidable", "/valid_from"),
    ({"valid_from": "2031-03-01"}, "not_decidable", "/valid_from"),
    ({"about": "no_such_kpi"}, "not_decidable", "/about"),
    ({"value": 101}, "not_decidable", "/value"),
    ({"value": -1}, "schema", "/value"),
    ({"value": None}, "schema", ""),
    ({"dim": "hoa_toc"}, "not_decidable", "/dim"),
    ({"by": "2026-03-10"}, "not_decidable", "/by"),
    ({"document": None}, "schema", ""),
    ({"document": "theo ý kiến của ông A"}, "schema", "/document"),
    ({"reason": "because"}, "schema", "/reason"),
    ({"note": "free text"}, "schema", "/?"),
    ({"what": "weights"}, "schema", ""),
    ({"what": "threshold"}, "schema", ""),
]


def test_what_cannot_be_decided_is_refused_by_its_field(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("quan_tri_1")
        for change, code, where in WRONG:
            answer = await bench.client.post("/office/decisions", json={**TARGET, **change}, headers=header)
            assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
            assert answer.json()["detail"].startswith(where), change
            assert "ý kiến" not in answer.text and bench.decided.kept == {}

    run(tmp_path, story)


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("quan_tri_1")
        bench.desk.down = True
        answer = await bench.client.post("/office/decisions", json=TARGET, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert bench.decided.kept == {}

    run(tmp_path, story)
