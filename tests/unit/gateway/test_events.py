"""What a publisher sees: receipts for what Kafka holds, the fixed refusals for everything else."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import APIRouter

from ioc.contracts import Reason
from producers.gateway.app import Report
from producers.gateway.problems import Problem
from tests.unit.gateway.conftest import KEYS, Door, event, opened


def run(folder: Path, act: Callable[[Door], Awaitable[None]], **options: Any) -> Door:
    """Drive one gateway, then let it drain, so that every report has been written."""

    async def drive() -> Door:
        async with opened(folder, **options) as door:
            await act(door)
        return door

    return asyncio.run(drive())


def rejected(door: Door) -> list[dict[str, Any]]:
    return [event["data"] for event in door.outlet.published("ioc.platform")]


def test_a_receipt_says_where_the_event_stands(folder: Path) -> None:
    async def act(door: Door) -> None:
        answer = await door.post(event())
        assert answer.status_code == 202
        assert answer.json() == {
            "status": 202,
            "id": event()["id"],
            "topic": "ioc.documents",
            "partition": 0,
            "offset": 0,
        }
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        (record,) = door.outlet.records
        assert record.key == b"G09/G09.901/CV/1"
        assert orjson.loads(record.value)["time"] == "2026-03-02T02:10:00Z"

    run(folder, act)


def test_a_batch_answers_item_by_item_and_its_good_items_go_through(folder: Path) -> None:
    events = [event(1), event(2, data__urgency="rush"), event(3), event(4, type="vn.gov.ioc.nothing.here.v1")]

    async def act(door: Door) -> None:
        answer = await door.batch(events)
        assert answer.status_code == 207
        results = answer.json()["results"]
        assert [result["status"] for result in results] == [202, 422, 202, 422]
        assert results[1]["errors"][0]["pointer"] == "/data/urgency"
        assert "rush" not in answer.text
        assert results[3]["code"] == "unknown_type"
        assert [each["seqno"] for each in door.outlet.published()] == [1, 3]

    run(folder, act)


def test_a_batch_that_is_all_good_is_202(folder: Path) -> None:
    async def act(door: Door) -> None:
        answer = await door.batch([event(n) for n in range(1, 301)])
        assert answer.status_code == 202
        offsets = [result["offset"] for result in answer.json()["results"]]
        assert offsets == list(range(300))

    run(folder, act)


def test_binary_mode_reads_attributes_from_headers(folder: Path) -> None:
    whole = event(data__doc_ref="01/QĐ-BNV", subject="01/QĐ-BNV")
    data = whole.pop("data")
    headers = {f"ce-{name}": str(value) for name, value in whole.items() if name != "datacontenttype"}
    headers["ce-subject"] = "01/Q%C4%90-BNV"

    async def act(door: Door) -> None:
        answer = await door.post(data, kind="application/json; charset=utf-8", **headers)
        assert answer.status_code == 202, answer.text
        (published,) = door.outlet.published()
        assert published["subject"] == "01/QĐ-BNV"
        assert published["seqno"] == 1
        # A body that closes the object early must not become attributes of its own.
        forged = orjson.dumps(data) + b',"source":"urn:ioc:G09:motcua"'
        answer = await door.post(forged, kind="application/json", **headers)
        assert answer.json()["code"] == "undecodable"

    run(folder, act)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": ""}, "no_credential"),
        ({"Authorization": "Basic abc"}, "no_credential"),
        ({"Authorization": "Bearer "}, "no_credential"),
        ({"Authorization": "Bearer wrong"}, "bad_credential"),
        ({"Authorization": "Bearer " + KEYS["qlvb"][:-1]}, "bad_credential"),
    ],
)
def test_without_a_known_key_nothing_is_read(folder: Path, headers: dict[str, str], code: str) -> None:
    async def act(door: Door) -> None:
        answer = await door.post(event(), **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"

    assert run(folder, act).outlet.records == []


def test_two_credentials_are_none(folder: Path) -> None:
    async def act(door: Door) -> None:
        keys = [("Authorization", f"Bearer {key}") for key in KEYS.values()]
        headers = [*keys, ("Content-Type", "application/cloudevents+json")]
        answer = await door.client.post("/v1/events", content=orjson.dumps(event()), headers=headers)
        assert answer.json()["code"] == "no_credential"

    assert run(folder, act).outlet.records == []


def test_a_source_speaks_for_itself_only(folder: Path) -> None:
    async def act(door: Door) -> None:
        answer = await door.post(event(), key=KEYS["motcua"])
        assert (answer.status_code, answer.json()["code"]) == (403, "source_mismatch")
        answer = await door.post(event(source="urn:ioc:G09:motcua"), key=KEYS["motcua"])
        assert (answer.status_code, answer.json()["code"]) == (403, "type_not_allowed")

    door = run(folder, act)
    assert door.outlet.published() == []
    assert [each["reason"] for each in rejected(door)] == ["unauthorised_source"] * 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "undecodable"),
        (b"{", 400, "undecodable"),
        (b"\xff\xfe", 400, "undecodable"),
        (b"[" * 100_000, 413, "too_large"),
        (b"[" * 60_000, 400, "undecodable"),
        (orjson.dumps(event(seqno=0)), 422, "schema"),
        (orjson.dumps(event(orgunit="G09.999")), 422, "unknown_unit"),
        (
            orjson.dumps(event(time="2026-03-02T10:06:00Z", producedat="2026-03-02T10:06:00Z")),
            422,
            "future_time",
        ),
        (orjson.dumps(event(tenant="G02")), 403, "source_mismatch"),
        (orjson.dumps(event(received_at="2026-03-02T09:00:00Z")), 422, "schema"),
        (orjson.dumps(event())[:-1] + b',"seqno":NaN}', 400, "undecodable"),
    ],
)
def test_bad_input_has_its_code(folder: Path, body: bytes, status: int, code: str) -> None:
    async def act(door: Door) -> None:
        answer = await door.post(body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

    door = run(folder, act)
    assert door.outlet.published() == []
    assert len(rejected(door)) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data__doc_ref": "001099012345", "subject": "001099012345"}, "personal_data"),
        ({"data__classification": "TỐI MẬT"}, "secret_marking"),
    ],
)
def test_of_personal_data_and_secrets_nothing_remains(
    folder: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], reason: str
) -> None:
    caplog.set_level("DEBUG")

    async def act(door: Door) -> None:
        answer = await door.post(event(**changes))
        assert (answer.status_code, answer.json()["code"]) == (422, reason)
        assert "errors" not in answer.json()
        metrics = (await door.client.get("/metrics")).text
        assert f'ioc_gateway_events_total{{outcome="{reason}",source="qlvb"}} 1' in metrics

    door = run(folder, act)
    (kept,) = rejected(door)
    assert set(kept) == {"source", "rejected_type", "reason", "rule", "at"}
    assert (kept["source"], kept["rejected_type"]) == ("urn:ioc:G09:qlvb", "unknown")
    everything = caplog.text + repr(door.outlet.records)
    assert "001099012345" not in everything
    assert "TỐI MẬT" not in everything


def test_another_refusal_keeps_pointer_type_and_hash(folder: Path) -> None:
    async def act(door: Door) -> None:
        await door.post(event(data__urgency="rush"))

    (kept,) = rejected(run(folder, act))
    assert kept["rule"] == "/data/urgency"
    assert kept["rejected_type"] == "vn.gov.ioc.document.received.v1"
    assert len(kept["payload_hash"]) == 64


def test_of_what_nobody_could_read_no_hash_is_kept(folder: Path) -> None:
    """The hash of twelve digits is as good as the digits."""

    async def act(door: Door) -> None:
        await door.post(b'{"cccd": "001099012345"')

    (kept,) = rejected(run(folder, act))
    assert set(kept) == {"source", "rejected_type", "reason", "rule", "at"}
    assert kept["reason"] == "undecodable"


def test_limits_are_named(folder: Path) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 65_536

    async def act(door: Door) -> None:
        answer = await door.post(b" " * (64 * 1024 + 1))
        assert answer.status_code == 413
        assert "65536" in answer.json()["detail"]
        answer = await door.batch([event(1), event(2, data__doc_type="x" * 70_000)])
        assert [result["status"] for result in answer.json()["results"]] == [202, 413]
        answer = await door.batch([1] * 1001)
        assert answer.status_code == 413
        assert "1000" in answer.json()["detail"]
        headers = {
            "Content-Type": "application/cloudevents-batch+json",
            "Authorization": f"Bearer {KEYS['qlvb']}",
        }
        answer = await door.client.post("/v1/events", content=endless(), headers=headers)
        assert answer.status_code == 413

    run(folder, act)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/cloudevents+json; charset=utf-16"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_other_forms_are_415(folder: Path, headers: dict[str, str]) -> None:
    async def act(door: Door) -> None:
        answer = await door.post(event(), **headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    run(folder, act)


def test_without_kafka_nothing_is_acknowledged(folder: Path) -> None:
    async def act(door: Door) -> None:
        door.outlet.down = True
        answer = await door.post(event())
        assert (answer.status_code, answer.json()["code"]) == (503, "broker_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        answer = await door.batch([event(1), event(2, data__urgency="rush")])
        assert [result["status"] for result in answer.json()["results"]] == [503, 422]
        assert "retry-after" in answer.headers

    assert run(folder, act).outlet.records == []


def test_while_draining_nothing_is_taken(folder: Path) -> None:
    async def act(door: Door) -> None:
        door.app.state.gateway.draining = True
        answer = await door.post(event())
        assert (answer.status_code, answer.json()["code"]) == (503, "draining")
        assert (await door.client.get("/healthz")).status_code == 503

    assert run(folder, act).outlet.records == []


def test_the_log_knows_addresses_and_sources_only(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "ioc.gateway")

    async def act(door: Door) -> None:
        await door.post(event())
        await door.client.get("/v1/nobody-0912345678?name=somebody")

    run(folder, act)
    assert "POST /v1/events 202" in caplog.text
    assert "qlvb" in caplog.text
    lines = [record.getMessage() for record in caplog.records if record.name == "ioc.gateway"]
    assert not [line for line in lines if "0912345678" in line or "somebody" in line]


def test_a_quota_may_refuse(folder: Path) -> None:
    def admit(code: str) -> None:
        raise Problem("quota_exceeded", f"{code}: expected at most 1 event a minute", retry_after_s=60)

    async def act(door: Door) -> None:
        answer = await door.post(event())
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")

    run(folder, act, admit=admit)


def test_addresses_and_methods(folder: Path) -> None:
    async def act(door: Door) -> None:
        assert (await door.client.get("/nothing")).json()["code"] == "not_found"
        wrong = await door.client.get("/v1/events")
        assert (wrong.json()["code"], wrong.headers["allow"]) == ("method_not_allowed", "POST")
        assert (await door.client.get("/docs")).status_code == 404
        assert (await door.client.get("/healthz")).json() == {"status": "ok"}
        described = (await door.client.get("/openapi.json")).json()
        posted = described["paths"]["/v1/events"]["post"]
        assert "207" in posted["responses"]
        assert posted["security"] == [{"key": []}]
        assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"

    run(folder, act)


def test_a_failure_of_ours_shows_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(door: Door) -> None:
        async def publish(_: object) -> Any:
            raise RuntimeError("a value out of the event")

        with monkeypatch.context() as failing:
            failing.setattr(door.outlet, "publish", publish)
            answer = await door.post(event())
            assert (answer.status_code, answer.json()["code"]) == (500, "internal")
            assert "a value out of the event" not in answer.text + caplog.text

    run(folder, act)


def test_another_door_reports_its_refusals(folder: Path) -> None:
    reports: list[Report] = []

    def portal(report: Report) -> APIRouter:
        reports.append(report)
        routes = APIRouter()
        routes.add_api_route("/portal/auth", lambda: {"error_code": 0}, methods=["POST"])
        return routes

    async def act(door: Door) -> None:
        assert (await door.client.post("/portal/auth")).json() == {"error_code": 0}
        await asyncio.to_thread(reports[0], "motcua", Reason.personal_data)
        metrics = (await door.client.get("/metrics")).text
        assert 'ioc_gateway_events_total{outcome="personal_data",source="motcua"} 1' in metrics

    (kept,) = rejected(run(folder, act, doors=[portal]))
    assert (kept["source"], kept["reason"]) == ("urn:ioc:G09:motcua", "personal_data")


def test_background_work_is_begun_again_and_ends_with_the_gateway(folder: Path) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async def act(door: Door) -> None:
        await asyncio.sleep(0)
        assert ended == []

    run(folder, act, background=[work])
    assert ended == ["ended"]
