"""Every other board in a real browser: cards that fit, no complaints, choices refused in words."""

import pytest
from playwright.sync_api import Page, expect

from dashboards.wall.board import boards
from dashboards.wall.inner import inner
from tests.browser.conftest import Log, Wall
from tests.browser.test_wall_page import CARDS

pytestmark = pytest.mark.browser

FULLEST = ("leadership", "pipeline", "people")
"""Between them they hold every kind of panel that the first board has not, and the most cards."""


def test_boards_fit_their_screen_and_complain_of_nothing(wall: Wall, screen: Page) -> None:
    log = Log(screen)
    for uid in FULLEST:
        board = inner(boards()[uid]).board
        screen.goto(f"http://127.0.0.1:{wall.port}/wall/{uid}?kiosk")
        expect(screen.locator(".board .card")).to_have_count(len(board.panels), timeout=20_000)
        expect(screen.locator(".board")).not_to_contain_text("Đang đọc", timeout=15_000)
        spilling = [card for card in screen.evaluate(CARDS) if card["spills"] and "look-" in card["look"]]
        assert spilling == [], uid
        assert screen.evaluate("document.documentElement.scrollHeight") <= 1080
        for panel in board.panels:
            if panel.title:
                expect(screen.locator(".board h2", has_text=panel.title).first).to_be_visible()
    assert log.complaints == []


def test_what_a_panel_means_is_there_for_the_keyboard(wall: Wall, screen: Page) -> None:
    screen.goto(f"http://127.0.0.1:{wall.port}/wall/people")
    card = screen.locator(".board .card").first
    expect(card.locator(".about")).not_to_be_visible()
    screen.locator(".choice select").last.focus()
    card.evaluate("card => card.focus({focusVisible: true})")
    expect(card.locator(".about")).to_be_visible()


def test_a_unit_that_is_not_offered_is_refused_with_the_boards_that_there_are(
    wall: Wall, screen: Page
) -> None:
    answer = screen.request.get(f"http://127.0.0.1:{wall.port}/wall/tasks?unit=%3Cb%3E")
    assert answer.status in (400, 503) and "&lt;b&gt;" in answer.text() and "<b>" not in answer.text()
    assert screen.request.get(f"http://127.0.0.1:{wall.port}/wall/tasks?window=hour").status == 400
