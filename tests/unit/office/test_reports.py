"""Who may approve a report, what stands of it, and that another file of its name is not approved by that."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ioc.roles import Roles
from tests.unit.office.bench import Bench, opened

ROLES = Roles.load()
REPORT = "/office/reports/2026-W10/G09.pdf/approval"
OURS, OTHERS = REPORT.replace("G09.pdf", "G09.902.pdf"), REPORT.replace("G09.pdf", "G09.905.pdf")
DIGEST, OTHER = "ab" * 32, "cd" * 32


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            for role in ROLES:
                bench.has(name(role), role, "G09.902" if ROLES[role].needs_unit else "G09")
            await story(bench)

    asyncio.run(told())


def name(role: str) -> str:
    return f"{role[:20]}_1"


def test_the_head_of_the_office_approves_a_file_and_all_who_read_briefings_see_it(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        head, minister = await bench.token(name("chanh_van_phong")), await bench.token(name("lanh_dao_bo"))
        before = await bench.client.get(REPORT, headers=minister)
        assert before.json() == {"approval": None}
        done = await bench.client.post(REPORT, json={"digest": DIGEST}, headers=head)
        assert done.status_code == 201
        seen = (await bench.client.get(REPORT, headers=minister)).json()["approval"]
        del seen["at"]
        assert seen == {"role": "chanh_van_phong", "account": name("chanh_van_phong"), "digest": DIGEST}
        assert bench.desk.deeds[-1].object == "2026-W10/G09.pdf"

    run(tmp_path, story)


def test_the_last_approval_of_a_name_holds(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        head = await bench.token(name("chanh_van_phong"))
        await bench.client.post(REPORT, json={"digest": DIGEST}, headers=head)
        bench.clock.advance(timedelta(minutes=5))
        await bench.client.post(REPORT, json={"digest": OTHER}, headers=head)
        assert (await bench.client.get(REPORT, headers=head)).json()["approval"]["digest"] == OTHER

    run(tmp_path, story)


def test_nobody_else_approves_and_the_refusal_is_written_down(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        for role in set(ROLES) - {"chanh_van_phong"}:
            token = await bench.token(name(role))
            answer = await bench.client.post(OURS, json={"digest": DIGEST}, headers=token)
            assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed"), role
            assert bench.desk.told()[-1][::2] == (name(role), "refused")
        token = await bench.token(name("chanh_van_phong"))
        assert (await bench.client.get(OURS, headers=token)).json() == {"approval": None}

    run(tmp_path, story)


def test_a_unit_sees_its_own_reports_only(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        head = await bench.token(name("thu_truong_don_vi"))
        assert (await bench.client.get(OURS, headers=head)).status_code == 200
        for path in (OTHERS, REPORT):
            assert (await bench.client.get(path, headers=head)).status_code == 404
        assert (
            await bench.client.get(OURS, headers=await bench.token(name("chuyen_vien")))
        ).status_code == 403

    run(tmp_path, story)


@pytest.mark.parametrize(
    "path", ["2026-W10/G09.exe", "2026-W1/G09.pdf", "2026-W10/..%2Fx.pdf", "2026-W10/g09.pdf"]
)
def test_what_is_no_report_is_refused(tmp_path: Path, path: str) -> None:
    async def story(bench: Bench) -> None:
        head = await bench.token(name("chanh_van_phong"))
        answer = await bench.client.get(f"/office/reports/{path}/approval", headers=head)
        assert answer.status_code in (404, 422)
        bad = await bench.client.post(REPORT, json={"digest": "abc"}, headers=head)
        assert bad.status_code == 422

    run(tmp_path, story)
