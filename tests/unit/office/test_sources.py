"""The owner of a source system: its own and no other, whatever code is guessed; all written down."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from local.credentials import ensure, rotated
from tests.unit.gateway.conftest import event
from tests.unit.office.bench import CATALOGUE, Bench, opened

ACCOUNTS = {
    "nguon_901": ("publisher_owner", "G09.901"),
    "nguon_919": ("publisher_owner", "G09.919"),
    "nguon_920": ("publisher_owner", "G09.920"),
    "truong_ca_1": ("truong_ca_ioc", "G09"),
    "quan_tri_1": ("platform_admin", "G09"),
    "du_lieu_1": ("data_steward", "G09"),
}
OWN = {"nguon_901": {"qlvb", "motcua", "dvcqg", "pakn", "csdl_tthc"},
       "nguon_919": {"vxp", "ca", "mail", "dq_job", "lgsp", "ioc"}, "nguon_920": set()}  # fmt: skip


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            for name, (role, unit) in ACCOUNTS.items():
                bench.has(name, role, unit)
            await story(bench)

    asyncio.run(told())


def test_every_owner_and_every_code(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        for account in ACCOUNTS:
            header = await bench.token(account)
            listed = await bench.client.get("/office/sources", headers=header)
            if account not in OWN:
                assert (listed.status_code, listed.json()["code"]) == (403, "role_not_allowed")
            else:
                assert {each["system_code"] for each in listed.json()["sources"]} == OWN[account]
            codes = CATALOGUE.sources if account in OWN else ["qlvb"]
            for code in [*codes, "no_such"]:
                wanted = 403 if account not in OWN else 200 if code in OWN[account] else 404
                asked = [
                    await bench.client.get(f"/office/sources/{code}", headers=header),
                    await bench.client.post(f"/office/sources/{code}/test", content=b"{}", headers=header),
                    await bench.client.post(f"/office/sources/{code}/key", headers=header),
                ]
                statuses = [answer.status_code for answer in asked]
                assert statuses == [wanted, wanted, 201 if wanted == 200 else wanted], (account, code)
        assert set(bench.rotated) == OWN["nguon_901"] | OWN["nguon_919"]
        refused = [each for each in bench.desk.told() if each[2] == "refused"]
        assert ("nguon_920", "see_publishers", "refused") in refused
        assert ("truong_ca_1", "see_publishers", "refused") in refused

    run(tmp_path, story)


def test_an_event_is_judged_as_at_the_door_and_goes_nowhere(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        header = await bench.token("nguon_901")

        async def judged(content: bytes, code: str = "qlvb") -> httpx.Response:
            return await bench.client.post(f"/office/sources/{code}/test", content=content, headers=header)

        good = event(1)
        answer = await judged(json.dumps(good).encode())
        assert answer.json()["accepted"], answer.text
        other = (await judged(json.dumps(good).encode(), "pakn")).json()
        assert (other["accepted"], other["code"]) == (False, "source_mismatch")
        wrong = await judged(json.dumps({**good, "orgunit": "một người nào đó"}).encode())
        assert not wrong.json()["accepted"] and "người" not in wrong.text
        assert (await judged(b"\xff{")).json()["code"] == "undecodable"
        lines = [each.detail for each in bench.desk.deeds if each.action == "test_event"]
        assert lines[:2] == [("verdict=accepted",), ("verdict=source_mismatch",)]
        assert bench.outlet.records == [] and bench.sent == []

    run(tmp_path, story)


def test_a_key_that_cannot_be_kept_is_not_given_out(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.keys_closed = True
        answer = await bench.client.post("/office/sources/qlvb/key", headers=await bench.token("nguon_901"))
        assert (answer.status_code, answer.json()["code"]) == (503, "key_store")
        assert [each[1:] for each in bench.desk.told()[-2:]] == [
            ("rotate_key", "done"),
            ("rotate_key", "failed"),
        ]

    run(tmp_path, story)


@pytest.mark.parametrize("code", ["qlvb", "moi"])
def test_a_rotated_key_takes_the_place_of_the_old_one_alone(tmp_path: Path, code: str) -> None:
    path = tmp_path / "credentials.json"
    before = ensure(path, ["qlvb", "vxp"])
    key = rotated(path, code)
    after = json.loads(path.read_text())
    assert after["sources"][code]["key"] == key
    assert key not in json.dumps(before)
    assert after["sources"]["vxp"] == before["sources"]["vxp"]
    assert path.stat().st_mode & 0o077 == 0
    if code in before["sources"]:
        kept = {name: value for name, value in before["sources"][code].items() if name != "key"}
        assert after["sources"][code] == {**kept, "key": key}
