"""From a wish to a command: who may, what is written down, what travels."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ioc.accounts import Deed
from ioc.commands import decode
from ioc.roles import Roles
from tests.unit.office.bench import CATALOGUE, NOW, REF, Bench, alert, opened

OTHER = "5f0e8f0a-1111-5222-8333-999999999999"


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            bench.desk.rows[OTHER] = alert(OTHER, unit="G09.905", severity="minor")
            for name, role, unit in (
                ("truc_ca_1", "truc_ca_ioc", "G09"),
                ("thu_truong_902", "thu_truong_don_vi", "G09.902"),
                ("chuyen_vien_902", "chuyen_vien", "G09.902"),
                ("lanh_dao_1", "lanh_dao_bo", "G09"),
                ("kiem_tra_1", "auditor", "G09"),
                ("quan_tri", "platform_admin", "G09"),
            ):
                bench.has(name, role, unit)
            await story(bench)

    asyncio.run(told())


def test_a_wish_becomes_a_command_and_a_line_of_the_trail(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        answer = await bench.ask(header, "assign", to_unit="G09.904", to_role="thu_truong_don_vi")
        assert answer.status_code == 202, answer.text
        command_id = answer.json()["command_id"]
        (sent,) = bench.sent
        assert sent == {
            "id": command_id,
            "alert_ref": REF,
            "action": "assign",
            "role": "truc_ca_ioc",
            "actor": "truc_ca_1",
            "to_role": "thu_truong_don_vi",
            "to_unit": "G09.904",
            "seen": {"status": "raised", "seqno": 1},
            "at": "2026-03-10T03:00:00Z",
        }
        deed = bench.desk.deeds[-1]
        assert deed == Deed(
            deed.id, NOW, "truc_ca_1", "truc_ca_ioc", "assign", REF, "done",
            (f"command={command_id}", "seen=raised.1", "to_role=thu_truong_don_vi", "to_unit=G09.904"),
        )  # fmt: skip

    run(tmp_path, story)


def test_every_action_travels_with_what_belongs_to_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.has("truong_ca_1", "truong_ca_ioc")
        header = await bench.token("truong_ca_1")
        until = "2026-03-10T12:00:00+07:00"
        wishes: list[tuple[str, dict[str, Any]]] = [
            *(("acknowledge", {}), ("explain", {"reason_code": "qua_tai"}), ("step", {"step": "goi_dien"})),
            *(("escalate", {}), ("shelve", {"until": until}), ("resolve", {}), ("close", {})),
        ]
        for action, more in wishes:
            assert (await bench.ask(header, action, **more)).status_code == 202, action
        commands = [decode(str(sent).replace("'", '"').encode()) for sent in bench.sent]
        assert [command.action for command in commands] == [action for action, _ in wishes]
        assert commands[1].reason_code == "qua_tai" and commands[2].step == "goi_dien"
        assert commands[4].until == NOW + timedelta(hours=2)

    run(tmp_path, story)


def test_a_role_acts_where_it_may(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        cases = [
            ("thu_truong_902", "acknowledge", REF, "raised", 202, ""),
            ("thu_truong_902", "acknowledge", OTHER, "raised", 403, "unit_not_allowed"),
            ("thu_truong_902", "resolve", REF, "raised", 403, "role_not_allowed"),
            ("chuyen_vien_902", "step", REF, "raised", 403, "status_not_allowed"),
            ("chuyen_vien_902", "step", REF, "assigned", 202, ""),
            ("lanh_dao_1", "close", OTHER, "raised", 403, "status_not_allowed"),
            ("lanh_dao_1", "close", OTHER, "escalated", 202, ""),
            ("lanh_dao_1", "acknowledge", REF, "raised", 403, "role_not_allowed"),
            ("kiem_tra_1", "acknowledge", REF, "raised", 403, "role_not_allowed"),
            ("quan_tri", "acknowledge", REF, "raised", 403, "role_not_allowed"),
            ("truc_ca_1", "shelve", REF, "raised", 403, "role_not_allowed"),
            ("truc_ca_1", "acknowledge", "no-such-alert", "raised", 404, "not_found"),
        ]
        headers = {name: await bench.token(name) for name in {case[0] for case in cases}}
        before = len(bench.desk.deeds)
        for name, action, ref, status, expected, code in cases:
            more = {"step": "x"} if action == "step" else {}
            seen = {"status": status, "seqno": 1}
            answer = await bench.ask(headers[name], action, ref, seen=seen, **more)
            assert answer.status_code == expected, (name, action, answer.text)
            assert expected == 202 or answer.json()["code"] == code
        assert len(bench.sent) == sum(case[4] == 202 for case in cases)
        written = bench.desk.deeds[before:]
        assert [deed.outcome for deed in written] == [
            "done" if case[4] == 202 else "refused" for case in cases if case[4] != 404
        ]
        assert {deed.detail[0] for deed in written if deed.outcome == "refused"} == {
            *("reason=role", "reason=unit", "reason=status"),
        }

    run(tmp_path, story)


def test_what_was_assigned_to_a_unit_is_its_own(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.desk.rows[OTHER] = alert(OTHER, unit="G09.905", to_unit="G09.902", status="assigned")
        header = await bench.token("chuyen_vien_902")
        seen = {"status": "assigned", "seqno": 1}
        assert (await bench.ask(header, "resolve", OTHER, seen=seen)).status_code == 202

    run(tmp_path, story)


def test_lists_show_the_own_unit_or_all(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        async def seen(name: str) -> Any:
            answer = await bench.client.get("/office/alerts", headers=await bench.token(name))
            return [row["alert_ref"] for row in answer.json()["alerts"]] if answer.status_code == 200 else 403

        assert await seen("truc_ca_1") == [REF, OTHER]
        assert await seen("lanh_dao_1") == [REF, OTHER]
        assert await seen("thu_truong_902") == [REF]
        assert await seen("kiem_tra_1") == 403
        assert await seen("quan_tri") == 403
        header = await bench.token("truc_ca_1")
        for query, expected in (("status=all&limit=5", ("all", None, 5)), ("", ("open", None, 200))):
            await bench.client.get(f"/office/alerts?{query}", headers=header)
            assert bench.desk.asked[-1] == expected

    run(tmp_path, story)


def test_a_unit_includes_what_is_beneath_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        top = min(unit.code for unit in CATALOGUE.units if unit.parent is None)
        bench.has("thu_truong_bo", "thu_truong_don_vi", top)
        assert (await bench.ask(await bench.token("thu_truong_bo"), "acknowledge", OTHER)).status_code == 202

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"action": "delete"}, 422),
        ({"seen": {"status": "raised"}}, 422),
        ({"seen": {"status": "unheard", "seqno": 1}}, 422),
        ({"seen": {"status": "raised", "seqno": 0}}, 422),
        ({"to_unit": "G09.999"}, 422),
        ({"to_role": "boss"}, 422),
        ({"reason_code": "một câu dài về một người"}, 422),
        ({"reason_code": "Hoa.Lan"}, 422),
        ({"until": "2026-03-10T12:00:00"}, 422),
        ({"note": "x"}, 422),
        ({"role": "truong_ca_ioc"}, 422),
        ({"actor": "truong_ca_1"}, 422),
    ],
)
def test_a_wish_that_is_none_sends_nothing(tmp_path: Path, change: dict[str, Any], status: int) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        body = {"action": "escalate", "seen": {"status": "raised", "seqno": 1}, **change}
        answer = await bench.client.post(f"/office/alerts/{REF}/actions", json=body, headers=header)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(word not in answer.text for word in ("G09.999", "boss", "một câu", "Hoa.Lan"))
        assert bench.sent == []

    run(tmp_path, story)


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        bench.desk.down = True
        answer = await bench.ask(header, "acknowledge")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert bench.sent == []

    run(tmp_path, story)


def test_a_command_that_kafka_did_not_take_is_told_and_written_down(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        bench.kafka_down = True
        answer = await bench.ask(header, "acknowledge")
        assert (answer.status_code, answer.json()["code"]) == (503, "broker_unavailable")
        assert [deed.outcome for deed in bench.desk.deeds[-2:]] == ["done", "failed"]
        assert bench.desk.deeds[-1].detail == bench.desk.deeds[-2].detail

    run(tmp_path, story)


def test_the_answer_to_a_command(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        command = (await bench.ask(header, "acknowledge")).json()["command_id"]
        path = f"/office/commands/{command}"
        answer = await bench.client.get(path, headers=header)
        assert (answer.status_code, answer.json()) == (202, {"command_id": command, "pending": True})
        bench.desk.outcomes[UUID(command)] = (False, "stale", "acknowledged", 2)
        answer = await bench.client.get(path, headers=header)
        assert (answer.status_code, answer.json()) == (
            200,
            {
                "command_id": command,
                "accepted": False,
                "reason": "stale",
                "status": "acknowledged",
                "seqno": 2,
            },
        )

    run(tmp_path, story)


def test_a_shift_is_handed_over_with_counts_and_codes(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("truc_ca_1")
        last = await bench.client.get("/office/shift/last", headers=header)
        assert last.json() == {"shift": None}
        for body, status in (
            ({"notes": ["bao_tri", "cho_don_vi_tra_loi"]}, 201),
            ({"notes": ["gọi cho người trực"]}, 422),
            ({"notes": ["khong_co_ma_nay"]}, 422),
            ({"text": "x"}, 422),
        ):
            answer = await bench.client.post("/office/shift", json=body, headers=header)
            assert answer.status_code == status
            assert "gọi cho" not in answer.text
        (shift,) = bench.desk.shifts
        assert shift.counts == {"open": 2, "critical": 1}
        told = (await bench.client.get("/office/shift/last", headers=header)).json()["shift"]
        assert told["counts"] == shift.counts and told["role"] == "truc_ca_ioc"
        assert told["notes"][0]["text"]["vi"] == "Có hệ thống đang bảo trì"
        deed = bench.desk.deeds[-1]
        assert (deed.action, deed.object) == ("hand_over", str(shift.id))
        assert deed.detail == ("open=2", "critical=1", "note=bao_tri", "note=cho_don_vi_tra_loi")
        other = await bench.client.post("/office/shift", json={}, headers=await bench.token("thu_truong_902"))
        assert other.status_code == 403

    run(tmp_path, story)


def test_auditors_read_the_trail_and_that_stands_in_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        await bench.ask(await bench.token("truc_ca_1"), "acknowledge")
        header = await bench.token("kiem_tra_1")
        answer = await bench.client.get("/office/audit?days=1", headers=header)
        deeds = answer.json()["deeds"]
        assert [(deed["account"], deed["action"]) for deed in deeds] == [
            ("kiem_tra_1", "read_audit"),
            ("kiem_tra_1", "sign_in"),
            ("truc_ca_1", "acknowledge"),
            ("truc_ca_1", "sign_in"),
        ]
        for name in ("truc_ca_1", "quan_tri", "lanh_dao_1"):
            refused = await bench.client.get("/office/audit", headers=await bench.token(name))
            assert (refused.status_code, refused.json()["code"]) == (403, "role_not_allowed")

    run(tmp_path, story)


def test_the_trail_is_read_to_its_end_page_by_page(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("kiem_tra_1")
        for _ in range(6):  # all of the same time
            await bench.ask(await bench.token("truc_ca_1"), "acknowledge")
        whole, pages, asked = [*bench.desk.deeds], list[list[str]](), {"days": "1", "limit": "5"}
        while asked.get("after") != "":
            answer = await bench.client.get("/office/audit", params=asked, headers=header)
            assert answer.status_code == 200, answer.text
            pages.append([deed["id"] for deed in answer.json()["deeds"]])
            assert (answer.json()["chain"] is None) is ("after" in asked)
            asked["after"] = answer.json()["next"] or ""
            bench.clock.advance(timedelta(seconds=1))
        assert [len(page) for page in pages] == [5, 5, 4]
        told = [id_ for page in pages for id_ in page]
        assert told[1:] == [str(deed.id) for deed in reversed(whole)], "after the line of this reading"
        reading = [deed for deed in bench.desk.deeds if deed.action == "read_audit"]
        assert [len(deed.detail) for deed in reading] == [1, 2, 2]

    run(tmp_path, story)


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "2026-13-10T03:00:00Z~2026-03-10T03:00:00Z~00000000-0000-0000-0000-000000000000",
        "2020-03-10T03:00:00Z~2026-03-10T03:00:00Z~00000000-0000-0000-0000-000000000000",
    ],
)
def test_a_reading_goes_on_where_one_was(tmp_path: Path, after: str) -> None:
    async def story(bench: Bench) -> None:
        params, header = {"days": "1", "after": after}, await bench.token("kiem_tra_1")
        answer = await bench.client.get("/office/audit", params=params, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (422, "schema")

    run(tmp_path, story)


def test_other_rights_are_written_down_once(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        office = bench.office()
        for _ in range(2):
            await office.note_roles()
            bench.clock.advance(timedelta(minutes=1))
        (deed,) = bench.desk.deeds
        assert (deed.action, deed.object) == ("load_roles", "roles.yaml")
        assert deed.detail == (f"version={office.roles.version}",)
        office.roles = Roles(tuple(list(office.roles.values())[:5]))
        await office.note_roles()
        assert len(bench.desk.deeds) == 2

    run(tmp_path, story)
