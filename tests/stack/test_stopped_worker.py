"""A worker that is killed and stays down: the wall looks old within 30 s, and young again by itself."""

import os
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import psutil
import pytest
from playwright.sync_api import Page, expect

from ioc.contracts import build
from ioc.reference import Catalogue
from ioc.settings import load
from local.probes import wait_for
from producers.sdk import Publisher

from .running import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(300)]
WITHIN_S = 30.0


def all_speak(stack: RunningStack) -> None:
    """Every source says that it lives, and that it will not speak again within the hour."""
    at = datetime.now(UTC)
    with Publisher(load(stack.data).kafka, client_id="test") as publisher:
        for code, source in Catalogue.load().sources.items():
            data = {
                "system_code": code,
                "status": "up",
                "interval_s": 3600,
                "backlog": 0,
                "sent_total": 1,
                "sent_epoch": at,
            }
            publisher.publish(
                build(
                    "source.heartbeat", source=f"urn:ioc:G09:{code}", id=str(uuid4()), time=at, seqno=1,
                    orgunit=min(source.units, default="G09"), producedat=at, data=data, tenant="G09",
                )
            )  # fmt: skip


def landing(stack: RunningStack) -> psutil.Process | None:
    """The process that lands events, if there is one now."""
    assert stack.process is not None
    for child in psutil.Process(stack.process.pid).children():
        with suppress(psutil.Error):  # it may just have ended
            words = child.cmdline()
            if "worker" in words and "reduce" not in words:
                return child
    return None


def test_a_worker_that_stays_down_is_seen_within_30_seconds_and_recovers_without_a_reload(
    stack: RunningStack, screen: Page
) -> None:
    all_speak(stack)
    screen.goto(f"{stack.ready['wall']}/wall/operations-wall?kiosk")
    expect(screen.locator(".look-freshness")).to_contain_text("Đang cập nhật", timeout=120_000)
    expect(screen.locator(".look-tile")).not_to_have_count(0)
    expect(screen.locator(".look-tile.old")).to_have_count(0, timeout=60_000)
    screen.evaluate("window.samepage = true")
    first = landing(stack)
    assert first is not None
    first.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    again: list[psutil.Process] = []

    def held_down() -> bool:
        """The supervisor starts another: it is stopped before it can do anything."""
        found = landing(stack)
        if found is None or found.pid == first.pid:
            return False
        os.kill(found.pid, signal.SIGSTOP)
        again.append(found)
        return True

    assert wait_for(held_down, 20, every_s=0.05)
    try:
        tiles = screen.locator(".look-tile")
        expect(screen.locator(".look-tile.old")).to_have_count(tiles.count(), timeout=WITHIN_S * 1000)
        assert time.monotonic() - killed <= WITHIN_S
        expect(tiles.first).to_contain_text("DỮ LIỆU CŨ")
        expect(screen.locator(".look-freshness")).to_contain_text("Ngừng cập nhật", timeout=10_000)
        expect(screen.locator(".look-level.good")).to_have_count(0)
    finally:
        again[0].send_signal(signal.SIGCONT)
    expect(screen.locator(".look-freshness")).to_contain_text("Đang cập nhật", timeout=60_000)
    expect(screen.locator(".look-tile.old")).to_have_count(0, timeout=30_000)
    assert screen.evaluate("window.samepage") is True
