"""The examples of docs/publishers.md do what the text says."""

import asyncio
import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest

import producers.sdk
from ioc.contracts import EventRefused, Reason, decode, well_formed
from producers.gateway.body import BATCH_ITEMS, BATCH_LIMIT, EVENT_LIMIT, READ_TIMEOUT_S
from producers.gateway.problems import STATUS, from_refusal
from tests.unit.gateway.conftest import NOW, RULES, opened

PAGE = (Path(__file__).parents[3] / "docs" / "publishers.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


class Acknowledging:
    """A producer whose broker answers at once."""

    values: tuple[bytes, ...] = ()

    def __init__(self, **_: Any) -> None:
        pass

    def send(self, topic: str, value: bytes, key: bytes) -> Any:
        Acknowledging.values += (value,)
        at = SimpleNamespace(topic=topic, partition=0, offset=7, timestamp=1_000)
        return SimpleNamespace(add_callback=lambda call: call(at), add_errback=lambda call: None)

    def close(self, timeout: float) -> None:
        pass


def test_the_python_example_publishes_a_good_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("IOC_DATA", str(tmp_path))
    monkeypatch.setattr(producers.sdk, "Publisher", partial(producers.sdk.Publisher, connect=Acknowledging))
    example, _ = blocks("python")
    exec(compile(example, "publishers.md", "exec"), {})
    assert capsys.readouterr().out == "ioc.services 0 7\n"
    assert decode(Acknowledging.values[-1], rules=RULES, now=NOW).kind.name == "dossier.resolved"


def test_the_spool_example_keeps_an_event_and_sends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("IOC_DATA", str(tmp_path))
    connected = partial(producers.sdk.Publisher, connect=Acknowledging)
    monkeypatch.setattr("producers.spool.publisher.Publisher", connected)
    _, example = blocks("python")
    exec(compile(example, "publishers.md", "exec"), {})
    receipt, stands = capsys.readouterr().out.splitlines()
    assert receipt == "Receipt(topic='ioc.services', partition=0, offset=7)"
    assert stands == "0 0 None 0 2"
    closed, beat = map(well_formed, Acknowledging.values[-2:])
    assert (closed.kind.name, beat.kind.name) == ("dossier.closed", "source.heartbeat")


def test_the_http_example_gets_the_answer_shown(tmp_path: Path) -> None:
    envelope, answer = blocks("json")
    (curl, _) = blocks("sh")
    kind = re.findall(r"Content-Type: ([\w/+-]+)", curl)
    path = re.findall(r"\$GATEWAY(\S+)\"", curl)
    assert (kind, path) == (["application/cloudevents+json"], ["/v1/events"])

    async def post() -> httpx.Response:
        async with opened(tmp_path) as door:
            return await door.post(envelope.encode(), kind=kind[0])

    response = asyncio.run(post())
    assert response.status_code == 202
    assert orjson.loads(response.content) == orjson.loads(answer)


def test_each_line_of_the_file_example_is_a_good_event() -> None:
    (lines,) = blocks("ndjson")
    decoded = [decode(line.encode(), rules=RULES, now=NOW) for line in lines.splitlines()]
    assert [d.kind.name for d in decoded] == ["document.completed"]


def test_every_code_of_the_door_stands_in_the_table_with_its_status() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\d{3}) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert [code for code, _ in told] == list(STATUS)
    assert {code: int(status) for code, status in told} == STATUS


def test_the_limits_are_those_of_the_door() -> None:
    assert f"tối đa {BATCH_ITEMS} sự kiện và {BATCH_LIMIT >> 20} MiB" in PAGE
    assert f"quá {EVENT_LIMIT >> 10} KiB một sự kiện; quá {BATCH_ITEMS} sự kiện" in PAGE
    assert f"không đến đủ trong {READ_TIMEOUT_S:.0f} giây" in PAGE


def test_the_reasons_of_the_decoder_are_all_explained_with_what_http_calls_them() -> None:
    later = {Reason.lifecycle, Reason.duplicate_conflict, Reason.store_refused, Reason.crash_loop}
    part = PAGE.split("## Vì sao bị từ chối")[1]
    explained = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", part, re.MULTILINE))
    assert set(explained) == {reason.value for reason in Reason if reason not in later}
    for reason, codes in explained.items():
        fields = ("/source", "/type")
        answered = {from_refusal(EventRefused(Reason(reason), field, "", "x")).code for field in fields}
        assert set(re.findall(r"`(\w+)`", codes)) == answered, reason
