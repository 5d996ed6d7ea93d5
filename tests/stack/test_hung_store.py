"""A store that hangs: the wall says so in sight of everybody, and forgets it when the store is back."""

import os
import signal
from typing import Any

import pytest
from playwright.sync_api import Page

from local.probes import wait_for

from .running import RunningStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(300),
]
SEEN = """() => [...document.querySelectorAll('.card')].map(e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const eye = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {look: e.className, text: e.innerText, border: style.borderTopStyle, ground: style.backgroundImage,
          covered: !e.contains(eye), inside: box.width > 0 && box.height > 0 && style.visibility === 'visible'
          && box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight}})"""
HEADER = ("look-title", "look-freshness")


def cards(page: Page) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = page.evaluate(SEEN)
    return seen


def header(page: Page) -> str:
    (said,) = (card["text"] for card in cards(page) if "look-freshness" in card["look"])
    return str(said)


def hatched(card: dict[str, Any]) -> bool:
    return card["border"] == "dashed" and "repeating-linear-gradient" in card["ground"]


def hatched_cards(page: Page) -> int:
    return sum(map(hatched, cards(page)))


def test_a_hung_store_is_seen_within_30_seconds_and_recovers_without_a_reload(
    stack: RunningStack, screen: Page
) -> None:
    hung = stack.processes()["clickhouse"]["pid"]
    screen.goto(f"{stack.ready['wall']}/wall/operations-wall")
    screen.wait_for_selector(".look-tile .value")
    assert wait_for(lambda: "Đang cập nhật" in header(screen), 30), header(screen)
    before = hatched_cards(screen)
    assert before < len(cards(screen)) - len(HEADER)
    screen.evaluate("window.samepage = true")
    os.kill(hung, signal.SIGSTOP)
    try:

        def lost() -> bool:
            data = [card for card in cards(screen) if not any(name in card["look"] for name in HEADER)]
            return "MẤT KẾT NỐI KHO DỮ LIỆU" in header(screen) and all(map(hatched, data))

        assert wait_for(lost, 30), [card for card in cards(screen) if not hatched(card)]
        for card in cards(screen):
            assert card["inside"] and not card["covered"], card
        assert "đọc lần cuối" in header(screen)
    finally:
        os.kill(hung, signal.SIGCONT)
    back = wait_for(lambda: "Đang cập nhật" in header(screen) and hatched_cards(screen) <= before, 60)
    assert back, header(screen)
    assert screen.evaluate("window.samepage") is True
    assert stack.processes()["clickhouse"]["pid"] == hung
