"""Tasks, comments and corrections: the whole matrix of who may ask and answer, and two persons at once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ioc.orders import CODES, NEXT, Act, Kind, State, Step, Wish
from ioc.roles import Roles
from tests.unit.office.bench import EDXML, REF, Bench, opened

ROLES = Roles.load()
KPI = "online_dossier_rate"
ORDER = {
    "kind": "order",
    "about": "alert",
    "ref": REF,
    "unit": "G09.902",
    "code": "handle",
    "due": "2026-03-20",
}
COMMENT = {
    "kind": "comment",
    "about": "kpi",
    "ref": KPI,
    "window": "ytd",
    "unit": "G09.902",
    "code": "too_slow",
}
CORRECTION = {"kind": "correction", "about": "case", "ref": "CV-902", "unit": "G09.902", "code": "wrong_unit"}
ASKS = {"order": "lanh_dao_bo", "comment": "lanh_dao_bo", "correction": "thu_truong_don_vi"}
ANSWERS = {"order": {"chanh_van_phong", "thu_truong_don_vi"}, "correction": {"data_steward"}}
SEES = {
    "order": {"lanh_dao_bo", "chanh_van_phong", "thu_truong_don_vi", "chuyen_vien", "van_thu", "mot_cua"},
    "correction": {"chanh_van_phong", "thu_truong_don_vi", "data_steward"},
}


def name(role: str) -> str:
    return f"{role[:20]}_1"


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            for role in ROLES:
                bench.has(name(role), role, "G09.902" if ROLES[role].needs_unit else "G09")
            bench.has("thu_truong_905", "thu_truong_don_vi", "G09.905")
            await story(bench)

    asyncio.run(told())


async def post(bench: Bench, account: str, path: str, body: dict[str, Any]) -> Any:
    header = await bench.token(account)
    return await bench.client.post(f"/office/orders{path}", json=body, headers=header)


async def made(bench: Bench, wish: dict[str, Any]) -> str:
    answer = await post(bench, name(ASKS[wish["kind"]]), "", wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_every_role_asks_answers_and_sees_what_it_may(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        ids = {wish["kind"]: await made(bench, wish) for wish in (ORDER, CORRECTION)}
        for role in [*ROLES, "another"]:
            account = "thu_truong_905" if role == "another" else name(role)
            header = await bench.token(account)

            async def sent(path: str, body: dict[str, Any], header: dict[str, str] = header) -> int:
                answer = await bench.client.post(f"/office/orders{path}", json=body, headers=header)
                return answer.status_code

            for wish in (ORDER, COMMENT, CORRECTION):
                expected = 201 if role == ASKS[str(wish["kind"])] else 403
                assert await sent("", wish) == expected, (role, wish["kind"])
            listed = await bench.client.get("/office/orders", headers=header)
            seen = {each["id"] for each in listed.json().get("orders", [])}
            for kind, act in (("order", "take"), ("correction", "decline")):
                assert (ids[kind] in seen) is (role in SEES[kind]), (role, kind)
                body: dict[str, Any] = {"act": act, "seen": 99}
                body |= {"code": "matches_source"} if act == "decline" else {}
                status = await sent(f"/{ids[kind]}/steps", body)
                wanted = 409 if role in ANSWERS[kind] else 403 if role in SEES[kind] else 404
                assert status == wanted, (role, kind, status)
        refused = {each[0] for each in bench.desk.told() if each[1] == "order_task" and each[2] == "refused"}
        assert len(refused) == len(ROLES), "everybody but the leader, and the head of another unit"

    run(tmp_path, story)


def test_a_document_that_came_by_edxml_is_named_as_its_events_name_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        one = await made(bench, {**CORRECTION, "ref": EDXML})
        assert [(str(order.id), order.wish.ref) for order in bench.orders.listed()] == [(one, EDXML)]

    run(tmp_path, story)


def test_a_task_from_its_order_to_its_end(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        one = await made(bench, ORDER)
        head, office = name("thu_truong_don_vi"), name("chanh_van_phong")
        taken = await post(bench, head, f"/{one}/steps", {"act": "take", "seen": 1})
        assert (taken.json()["state"], taken.json()["seqno"]) == ("taken", 2)
        stale = await post(bench, office, f"/{one}/steps", {"act": "finish", "seen": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale")
        bench.orders.quicker = True
        lost = await post(bench, office, f"/{one}/steps", {"act": "finish", "seen": 2})
        assert (lost.status_code, lost.json()["code"]) == (409, "stale")
        assert [each[1:] for each in bench.desk.told()[-2:]] == [
            ("finish_order", "done"),
            ("finish_order", "failed"),
        ]
        bench.orders.quicker = False
        assert (await post(bench, head, f"/{one}/steps", {"act": "finish", "seen": 2})).status_code == 200
        again = await post(bench, name("lanh_dao_bo"), f"/{one}/steps", {"act": "withdraw", "seen": 3})
        assert again.status_code == 409, "what is over stays over"

    run(tmp_path, story)


def test_a_correction_is_accepted_with_the_event_that_corrects(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        one, steward = await made(bench, CORRECTION), name("data_steward")
        body = {"act": "accept", "seen": 1, "event": "evt-of-another-kind"}
        assert (await post(bench, steward, f"/{one}/steps", body)).status_code == 422
        done = await post(bench, steward, f"/{one}/steps", {**body, "event": "evt-correcting"})
        assert (done.json()["state"], done.json()["event"]) == ("accepted", "evt-correcting")
        deed = bench.desk.deeds[-1]
        assert (deed.action, deed.object) == ("accept_correction", one)
        assert "event=evt-correcting" in deed.detail
        assert not any("CV-902" in each for each in deed.detail), "which case is not the auditor's to read"

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ref": "CV-905"}, 404),
        ({"ref": "CV-không-có"}, 422),
        ({"ref": "Nguyễn Văn A"}, 422),
        ({"unit": "G09.905"}, 403),
        ({"code": "một câu dài"}, 422),
        ({"code": "handle"}, 422),
        ({"about": "alert"}, 422),
        ({"note": "x"}, 422),
        ({"due": "2026-03-20"}, 422),
        ({"about": "kpi", "ref": "no_such_kpi", "window": "day"}, 404),
    ],
)
def test_a_correction_that_cannot_be_leaves_nothing(
    tmp_path: Path, change: dict[str, Any], status: int
) -> None:
    async def story(bench: Bench) -> None:
        answer = await post(bench, name("thu_truong_don_vi"), "", {**CORRECTION, **change})
        assert answer.status_code == status, answer.text
        assert "Nguyễn" not in answer.text and not bench.orders.kept

    run(tmp_path, story)


@pytest.mark.parametrize("due", ["2026-03-09", "2027-04-01"])
def test_a_deadline_is_to_come(tmp_path: Path, due: str) -> None:
    async def story(bench: Bench) -> None:
        answer = await post(bench, name("lanh_dao_bo"), "", {**ORDER, "due": due})
        assert (answer.status_code, answer.json()["code"]) == (422, "schema")

    run(tmp_path, story)


def test_every_state_is_reached_or_over() -> None:
    reached = {state for steps in NEXT.values() for state in steps.values()} | {State.open}
    assert reached == set(State)
    assert {act for steps in NEXT.values() for act in steps} == set(Act)
    assert set(CODES) == set(Kind)
    assert Wish.model_validate(ORDER).kind is Kind.order and Step(act=Act.take, seen=1).event == ""
