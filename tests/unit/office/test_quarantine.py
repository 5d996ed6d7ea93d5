"""The quarantine desk: who sees what, who may ask, when a second account is due, what is written down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from dashboards.console.quarantined import DeskAct
from ioc.desk import Kind, Stage
from tests.unit.office.bench import Bench, opened, refused

MEND = "orgunit:G09.17=G09.917"


def run(folder: Path, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            for name, role, unit in (
                ("truong_ca_1", "truong_ca_ioc", "G09"),
                ("truc_ca_1", "truc_ca_ioc", "G09"),
                ("du_lieu_1", "data_steward", "G09"),
                ("du_lieu_2", "data_steward", "G09"),
                ("nguon_902", "publisher_owner", "G09.902"),
                ("kiem_tra_1", "auditor", "G09"),
                ("chuyen_vien_902", "chuyen_vien", "G09.902"),
            ):
                bench.has(name, role, unit)
            await story(bench)

    asyncio.run(told())


async def ask(bench: Bench, account: str, kind: str, **more: Any) -> httpx.Response:
    header = await bench.token(account)
    return await bench.client.post("/office/quarantine/acts", json={"kind": kind, **more}, headers=header)


async def get(bench: Bench, account: str, path: str) -> httpx.Response:
    return await bench.client.get(f"/office/quarantine{path}", headers=await bench.token(account))


def test_a_replay_is_written_down_before_it_is_asked_for(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(refused(4), refused(5))
        answer = await ask(bench, "truong_ca_1", "replay", records=records, mends=[MEND])
        assert answer.status_code == 202, answer.text
        (act,) = bench.refused.kept.values()
        assert (act.kind, act.stage, act.account) == (Kind.replay, Stage.asked, "truong_ca_1")
        assert [str(each) for each in act.records] == records
        assert {each.topic_id for each in act.records} == {UUID(int=7)}, "of a re-created topic it is another"
        deed = bench.desk.deeds[-1]
        assert (deed.action, deed.object, deed.outcome) == ("replay", str(act.id), "done")
        assert deed.detail == (
            *("records=2", "record=ioc.documents/0/4", "record=ioc.documents/0/5"),
            *(f"mend={MEND}", "stage=asked"),
        )
        shown = (await get(bench, "truong_ca_1", f"/acts/{act.id}")).json()
        assert (shown["stage"], shown["records"], shown["mends"]) == ("asked", records, [MEND])
        read = DeskAct.model_validate(shown)  # as the console's page reads it
        assert (read.act_id, read.mends, read.verdicts) == (str(act.id), (MEND,), {})

    run(tmp_path, story)


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(refused(4))
        header = await bench.token("truong_ca_1")
        bench.desk.down = True
        body = {"kind": "replay", "records": records}
        answer = await bench.client.post("/office/quarantine/acts", json=body, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert bench.refused.kept == {}

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("account", "kind", "code"),
    [
        ("truc_ca_1", "dry_run", 202),
        ("truc_ca_1", "replay", 403),
        ("truc_ca_1", "discard", 403),
        ("truong_ca_1", "discard", 202),
        ("du_lieu_1", "replay", 202),
        ("kiem_tra_1", "dry_run", 403),
        ("chuyen_vien_902", "dry_run", 403),
    ],
)
def test_who_may_ask_what(tmp_path: Path, account: str, kind: str, code: int) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(refused(4))
        more = {"reason": "test_data"} if kind == "discard" else {}
        answer = await ask(bench, account, kind, records=records, **more)
        assert answer.status_code == code, answer.text
        outcome = "done" if code == 202 else "refused"
        assert bench.desk.deeds[-1].outcome == outcome
        assert len(bench.refused.kept) == (code == 202)

    run(tmp_path, story)


def test_the_owner_of_a_source_sees_and_replays_its_own_only(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        own, foreign = bench.refused.has(refused(1, unit="G09.902"), refused(2, unit="G09.905"))
        assert (await ask(bench, "nguon_902", "replay", records=[own])).status_code == 202
        hidden = await ask(bench, "nguon_902", "replay", records=[foreign])
        assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found"), "nor told that it is there"
        assert (await get(bench, "nguon_902", f"/records/{foreign}")).status_code == 404
        assert (await get(bench, "nguon_902", f"/records/{own}")).status_code == 200
        await get(bench, "nguon_902", "/records")
        units = bench.refused.asked[-1].units
        assert units is not None and "G09.902" in units and "G09.905" not in units

    run(tmp_path, story)


def test_many_records_wait_for_another_account(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(*(refused(n) for n in range(21)))
        answer = await ask(bench, "du_lieu_1", "replay", records=records)
        act = answer.json()
        assert (answer.status_code, act["stage"]) == (202, "awaiting")
        assert {each.state for each in bench.refused.records.values()} == {"awaiting"}
        path = f"/office/quarantine/acts/{act['act_id']}/confirm"

        async def confirm(account: str) -> httpx.Response:
            return await bench.client.post(path, headers=await bench.token(account))

        waiting = (await get(bench, "du_lieu_2", "/acts")).json()["acts"]
        assert [each["act_id"] for each in waiting] == [act["act_id"]]
        own = await confirm("du_lieu_1")
        assert (own.status_code, own.json()["code"]) == (403, "second_account")
        assert bench.desk.deeds[-1].detail == ("reason=same_account",)
        assert (await confirm("truc_ca_1")).json()["code"] == "role_not_allowed"
        assert next(iter(bench.refused.kept.values())).stage is Stage.awaiting
        assert (await confirm("du_lieu_2")).status_code == 202
        kept = next(iter(bench.refused.kept.values()))
        assert (kept.stage, kept.account, kept.confirmed_by) == (Stage.asked, "du_lieu_1", "du_lieu_2")
        assert (await confirm("truong_ca_1")).json()["code"] == "not_awaiting"

    run(tmp_path, story)


@pytest.mark.parametrize("account", ["du_lieu_2", "du_lieu_1"])
def test_a_second_account_refuses_or_the_first_withdraws_and_the_records_are_open(
    tmp_path: Path, account: str
) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(*(refused(n) for n in range(21)))
        act = (await ask(bench, "du_lieu_1", "replay", records=records)).json()

        async def say(account: str, word: str) -> httpx.Response:
            path = f"/office/quarantine/acts/{act['act_id']}/{word}"
            return await bench.client.post(path, headers=await bench.token(account))

        assert (await say("truc_ca_1", "decline")).json()["code"] == "role_not_allowed"
        assert {each.state for each in bench.refused.records.values()} == {"awaiting"}
        ended = await say(account, "decline")
        assert (ended.status_code, ended.json()["stage"]) == (202, "expired")
        assert ended.json()["outcome"] == {"declined_by": account}
        assert (bench.desk.deeds[-1].account, bench.desk.deeds[-1].action) == (account, "decline_replay")
        assert {each.state for each in bench.refused.records.values()} == {"open"}
        assert (await say("du_lieu_2", "confirm")).json()["code"] == "not_awaiting"
        assert (await get(bench, "du_lieu_2", "/acts")).json() == {"acts": []}

    run(tmp_path, story)


def test_nobody_confirms_what_has_waited_too_long(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(*(refused(n) for n in range(21)))
        act = (await ask(bench, "du_lieu_1", "discard", records=records, reason="test_data")).json()
        bench.clock.advance(timedelta(minutes=60))
        header = await bench.token("du_lieu_2")
        answer = await bench.client.post(f"/office/quarantine/acts/{act['act_id']}/confirm", headers=header)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_awaiting")
        assert (await get(bench, "du_lieu_2", f"/acts/{act['act_id']}")).json()["stage"] == "expired"
        assert (await get(bench, "du_lieu_2", "/acts")).json() == {"acts": []}

    run(tmp_path, story)


def test_twenty_records_and_any_dry_run_need_no_second_account(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(*(refused(n) for n in range(21)))
        assert (await ask(bench, "du_lieu_1", "dry_run", records=records)).json()["stage"] == "asked"
        assert (await ask(bench, "du_lieu_1", "replay", records=records[:20])).json()["stage"] == "asked"

    run(tmp_path, story)


@pytest.mark.parametrize("reason", ["personal_data", "secret_marking"])
def test_what_must_not_be_kept_is_discarded_and_never_sent_again(tmp_path: Path, reason: str) -> None:
    async def story(bench: Bench) -> None:
        closed, plain = bench.refused.has(refused(1, reason=reason, masked=""), refused(2))
        for kind in ("replay", "dry_run"):
            answer = await ask(bench, "du_lieu_1", kind, records=[closed, plain])
            assert (answer.status_code, answer.json()["code"]) == (422, "not_replayable")
        chosen = await ask(bench, "du_lieu_1", "replay", field="/orgunit")
        assert chosen.json()["records"] == [plain]
        gone = await ask(bench, "du_lieu_1", "discard", records=[closed], reason="sent_again")
        assert gone.status_code == 202

    run(tmp_path, story)


@pytest.mark.parametrize("state", ["awaiting", "replayed", "discarded"])
def test_only_open_records_are_replayed_or_discarded(tmp_path: Path, state: str) -> None:
    async def story(bench: Bench) -> None:
        records = bench.refused.has(refused(1, state=state))
        answer = await ask(bench, "du_lieu_1", "replay", records=records)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_open")
        assert (await ask(bench, "du_lieu_1", "dry_run", records=records)).status_code == 202

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"kind": "burn"}, "/kind"),
        ({"kind": "replay", "records": ["ioc.documents/0/x"]}, "/records"),
        ({"kind": "replay", "records": ["ioc.control/0/1"]}, "/records"),
        ({"kind": "replay", "records": ["ioc.documents/0/04"]}, "/records"),
        ({"kind": "replay", "source": "x", "since": 4051067}, "/since"),
        ({"kind": "replay"}, "/records"),
        ({"kind": "replay", "records": ["ioc.documents/0/4"], "mends": ["subject=x"]}, "/mends"),
        ({"kind": "replay", "records": ["ioc.documents/0/4"], "mends": ["orgunit:a b=c"]}, "/mends"),
        ({"kind": "replay", "records": ["ioc.documents/0/4"], "mends": ["data.doc_ref=45/BNV"]}, "/mends"),
        ({"kind": "discard", "records": ["ioc.documents/0/4"]}, "/reason"),
        ({"kind": "discard", "records": ["ioc.documents/0/4"], "reason": "no text here"}, "/reason"),
        ({"kind": "replay", "records": ["ioc.documents/0/4"], "note": "free text"}, "/?"),
    ],
)
def test_a_wish_that_is_none_is_refused_by_its_field(
    tmp_path: Path, body: dict[str, Any], where: str
) -> None:
    async def story(bench: Bench) -> None:
        bench.refused.has(refused(4))
        header = await bench.token("du_lieu_1")
        answer = await bench.client.post("/office/quarantine/acts", json=body, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (422, "schema"), answer.text
        assert answer.json()["detail"].startswith(where)
        assert "free text" not in answer.text
        assert bench.refused.kept == {}

    run(tmp_path, story)


def test_a_conflict_shows_both_fingerprints_and_both_places(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        bench.refused.has(refused(9, verdict="conflict", reason="duplicate_conflict"))
        shown = (await get(bench, "truc_ca_1", "/records/ioc.documents/0/9")).json()
        assert (shown["id"], shown["conflict"]["fingerprint"]) == ("ioc.documents/0/9", "aa")
        assert shown["conflict"]["counted"] == {"id": "ioc.documents/0/1", "fingerprint": "bb"}

    run(tmp_path, story)


def test_groups_are_of_what_is_asked(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        found = await get(bench, "truc_ca_1", "?by=unit&reason=schema&since=2026-03-01T00:00:00Z")
        assert found.json() == {"groups": [{"by": "unit", "records": 0}]}
        sieve = bench.refused.asked[-1]
        assert (sieve.reason, sieve.units, sieve.since is not None) == ("schema", None, True)
        assert (await get(bench, "truc_ca_1", "?by=person")).status_code == 422
        assert (await get(bench, "truc_ca_1", "?since=4051067")).status_code == 422, "no time, but a number"
        assert (await bench.client.get("/office/quarantine")).status_code == 401

    run(tmp_path, story)
