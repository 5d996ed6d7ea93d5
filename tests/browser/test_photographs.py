"""Every board as Chromium draws it, at four sizes and in light, to be compared by eye after a change.

`make photographs`; the pictures are laid down in the folder of IOC_PHOTOGRAPHS. What a machine can see for
itself is asserted: every card within the screen, none on another.
"""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.wall.board import boards
from local.probes import wait_for
from storage.client import Store
from storage.migrate import migrate
from tests.engine.board_seed import TOPIC, emptied, insert, seed, sources, tick
from tests.engine.process import StoreProcess, environment, free_pair

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SIZES = {"4k": (3840, 2160), "1080p": (1920, 1080), "720p": (1280, 720), "phone": (390, 844)}
FOLDER = Path(os.environ.get("IOC_PHOTOGRAPHS", "photographs"))
CARDS = """() => [...document.querySelectorAll('.card')].map(e => {
  const box = e.getBoundingClientRect();
  return {look: e.className, left: box.left, right: box.right, top: box.top, bottom: box.bottom}})"""


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    """A store with something for each panel of each board."""
    process = StoreProcess(tmp_path_factory.mktemp("store")).start()
    with closing(Store(process.settings)) as store:
        migrate(store, process.settings)
        emptied(store)
        seed(store)
        store.execute("TRUNCATE TABLE ioc.cases_alert")
    yield process
    process.stop()


@pytest.fixture(scope="module")
def address(ministry: StoreProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`ioc wall` over it."""
    port = free_pair()
    command = [sys.executable, "-m", "ioc", "wall", "--data", str(tmp_path_factory.mktemp("wall"))]
    wall = subprocess.Popen(
        [*command, "--port", str(port)], env={**os.environ, **environment(ministry.settings)}
    )
    base = f"http://127.0.0.1:{port}"
    assert wait_for(lambda: answers(f"{base}/healthz"), 60)
    yield base
    wall.terminate()
    wall.wait(10)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def alive(ministry: StoreProcess) -> None:
    """Reduce and landing have just told: nothing is old."""
    now = datetime.now(UTC)
    log = {"topic": "ioc.documents", "topic_id": TOPIC, "partition": 0, "start": 0, "end": 8, "at": now}
    with closing(Store(ministry.settings)) as store:
        number = int(now.timestamp())
        insert(store, "ticks", [tick(now) | {"tick": number, "settled": number, "reached_at": now}])
        insert(store, "cases_source", [row | {"version": number} for row in sources(now)])
        insert(store, "landing_progress", [log])


@pytest.mark.parametrize("uid", list(boards()))
def test_photograph(ministry: StoreProcess, address: str, chromium: Browser, uid: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = chromium.new_page(viewport={"width": 1920, "height": 1080})
    alive(ministry)
    page.goto(f"{address}/wall/{uid}?kiosk&rotate=600")
    expect(page.locator(".look-freshness")).to_contain_text("Đang cập nhật", timeout=20_000)
    for name, (width, height) in SIZES.items():
        alive(ministry)
        page.set_viewport_size({"width": width, "height": height})
        taken(page, FOLDER / f"{uid}-{name}.png", whole=name == "phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if name != "phone":
            apart(page, width, height)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("t")
    expect(page.locator("main.wall.light")).to_be_visible()
    taken(page, FOLDER / f"{uid}-light.png", whole=False)
    page.close()


def taken(page: Page, path: Path, *, whole: bool) -> None:
    """A picture once nothing moves any more: two frames after the clock has gone on."""
    before = page.locator(".clock b").inner_text()
    expect(page.locator(".clock b")).not_to_have_text(before, timeout=10_000)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.screenshot(path=path, full_page=whole)


def apart(page: Page, width: int, height: int) -> None:
    cards = page.evaluate(CARDS)
    for at, one in enumerate(cards):
        assert one["left"] >= 0 and one["right"] <= width and one["bottom"] <= height, one
        for other in cards[at + 1 :]:
            assert (
                one["right"] <= other["left"] + 1
                or other["right"] <= one["left"] + 1
                or one["bottom"] <= other["top"] + 1
                or other["bottom"] <= one["top"] + 1
            ), (one, other)
