"""The gateway as a process on a real broker: what it acknowledged is in Kafka, and it drains when told to
stop."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from ioc.settings import Kafka
from tests.stack.conftest import free_ports
from tests.unit.gateway.conftest import KEYS, event

pytestmark = [pytest.mark.stack, pytest.mark.alone]


@contextmanager
def running_gateway(kafka: Kafka, data: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_ports(1)
    stack = {"settings": {"kafka": {"bootstrap": kafka.bootstrap}, "gateway": {"port": port}}}
    (data / "run").mkdir(parents=True)
    (data / "run" / "stack.json").write_text(json.dumps(stack))
    credentials = {"sources": {code: {"key": key} for code, key in KEYS.items()}}
    (data / "credentials.json").write_text(json.dumps(credentials))
    command = [sys.executable, "-m", "ioc", "gateway", "--data", str(data)]
    with (data / "gateway.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, (data / "gateway.log").read_text()
            try:
                httpx.get(f"{address}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield address, process
    finally:
        process.kill()
        process.wait()


def stored(kafka: Kafka, receipt: dict[str, Any]) -> dict[str, Any]:
    """The event that stands where a receipt says."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    try:
        at = TopicPartition(receipt["topic"], receipt["partition"])
        consumer.assign([at])
        consumer.seek(at, receipt["offset"])
        for _ in range(50):
            for records in consumer.poll(timeout_ms=200).values():
                found: dict[str, Any] = orjson.loads(records[0].value)
                return found
    finally:
        consumer.close()
    raise AssertionError(f"nothing stands at {receipt}")


def test_receipts_are_true_and_bad_input_leaves_no_trace(broker: Kafka, tmp_path: Path) -> None:
    def headers(kind: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {KEYS['qlvb']}", "Content-Type": f"application/{kind}"}

    with running_gateway(broker, tmp_path) as (address, process), httpx.Client(base_url=address) as client:
        one = client.post("/v1/events", json=event(1), headers=headers("cloudevents+json"))
        assert one.status_code == 202, one.text
        assert stored(broker, one.json())["id"] == event(1)["id"]

        events = [event(n) for n in range(2, 302)]
        events[100] = event(100, data__classification="TỐI MẬT")
        many = client.post("/v1/events", json=events, headers=headers("cloudevents-batch+json"))
        assert many.status_code == 207
        results = many.json()["results"]
        assert [n for n, result in enumerate(results) if result["status"] != 202] == [100]
        assert stored(broker, results[299])["id"] == event(301)["id"]

        lengths = b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
        assert raw(address, b"POST /v1/events HTTP/1.1\r\nHost: x\r\n" + lengths).startswith(b"HTTP/1.1 400")
        assert client.get("/healthz").status_code == 200

        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        assert time.monotonic() - begun < 5
    log = (tmp_path / "gateway.log").read_text()
    assert "Traceback" not in log
    assert "TỐI MẬT" not in log


def raw(address: str, request: bytes) -> bytes:
    """The first bytes of the answer to a request that no client library would send."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(200)
