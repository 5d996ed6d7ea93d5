"""The page as people see it, in a real browser: with data, with a silent source, with the store stopped."""

from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Log, Wall

pytestmark = pytest.mark.browser

TEXTS = """() => [...document.querySelectorAll('.wall *')].filter(e => e.closest('.frozen, .sr') === null
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
  const s = getComputedStyle(e), box = e.getBoundingClientRect();
  return {text: e.textContent, size: parseFloat(s.fontSize), line: parseFloat(s.lineHeight),
          cut: e.scrollWidth > e.clientWidth + 1 && s.overflow === 'hidden',
          left: box.left, right: box.right, top: box.top, bottom: box.bottom}})"""
CARDS = """() => [...document.querySelectorAll('.card')].map(e => {
  const box = e.getBoundingClientRect();
  return {look: e.className, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
          spills: e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1}})"""


def show(page: Page, wall: Wall, largest: str = "Cục Việc làm") -> None:
    """Open the page and wait until it shows what this test's store says: slow panels are read every 5 s."""
    page.goto(wall.url)
    expect(page.locator(".look-tile .value").first).to_contain_text("96,2")
    expect(page.locator(".look-bars")).to_contain_text(largest, timeout=10_000)


def cut(page: Page) -> list[str]:
    """Texts that do not fit where they stand, once the page has settled."""
    found: list[str] = []
    for _ in range(20):
        found = [text["text"] for text in page.evaluate(TEXTS) if text["cut"]]
        if not found:
            break
        page.wait_for_timeout(100)
    return found


def tile(page: Page, name: str) -> Any:
    return page.locator(".look-tile", has_text=name)


def test_everything_is_there_and_large_enough(wall: Wall, screen: Page) -> None:
    show(screen, wall)
    expect(screen.locator(".chart canvas")).to_be_visible()
    texts = screen.evaluate(TEXTS)
    assert len(texts) > 60
    for text in texts:
        assert text["size"] >= 24, text
        assert text["line"] / text["size"] >= (1.09 if text["size"] > 40 else 1.25), text
        assert text["left"] >= 0 and text["right"] <= 1920 and text["bottom"] <= 1080, text
    assert cut(screen) == []
    assert {text["size"] >= 100 for text in texts if text["text"].startswith("96,2")} == {True}


def test_nothing_overlaps_spills_or_scrolls(wall: Wall, screen: Page) -> None:
    show(screen, wall)
    cards = screen.evaluate(CARDS)
    assert len(cards) == 14
    for at, one in enumerate(cards):
        assert not one["spills"], one
        for other in cards[at + 1 :]:
            apart = (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] <= other["top"]
                or other["bottom"] <= one["top"]
            )
            assert apart, (one, other)
    assert screen.evaluate("document.documentElement.scrollHeight") <= 1080
    assert screen.evaluate("document.documentElement.scrollWidth") <= 1920


def test_the_page_asks_nobody_else_and_complains_of_nothing(wall: Wall, screen: Page) -> None:
    log = Log(screen)
    show(screen, wall)
    expect(screen.locator(".chart canvas")).to_be_visible()
    hosts = {urlparse(url).netloc for url in log.requests if not url.startswith("data:")}
    assert hosts == {f"127.0.0.1:{wall.port}"}
    assert any(url.startswith("ws:") for url in log.requests)
    assert log.complaints == []
    headers = screen.request.get(wall.url).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "server" not in headers


def test_a_page_of_another_site_gets_no_socket(wall: Wall, screen: Page) -> None:
    socket = f"http://127.0.0.1:{wall.port}/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    for origin, status in (
        (f"http://127.0.0.1:{wall.port}", 200),
        ("http://evil.example", 400),
        ("null", 400),
    ):
        assert screen.request.get(socket, headers={"Origin": origin}).status == status, origin


def test_a_silent_source_is_seen_without_a_reload(wall: Wall, screen: Page) -> None:
    show(screen, wall)
    fresh = tile(screen, "Đồng bộ biến động nhân sự")
    expect(fresh).not_to_contain_text("DỮ LIỆU CŨ")
    wall.tell("silent")
    expect(fresh).to_contain_text("DỮ LIỆU CŨ")
    expect(fresh).to_contain_text("nguồn im lặng từ")
    expect(fresh).to_contain_text("19/22 đơn vị")
    style = fresh.evaluate("e => [getComputedStyle(e).borderStyle, getComputedStyle(e).backgroundImage]")
    assert style[0] == "dashed" and "repeating-linear-gradient" in style[1]
    expect(screen.locator(".look-sources")).to_contain_text("▬ im 14 phút")
    expect(tile(screen, "Hồ sơ giải quyết đúng hạn")).not_to_contain_text("DỮ LIỆU CŨ")
    expect(screen.locator(".look-level")).to_contain_text("1 số liệu cũ· 1 nguồn im lặng")
    assert cut(screen) == []
    assert not any(card["spills"] for card in screen.evaluate(CARDS))


def test_a_stopped_store_is_said_within_30_seconds_and_forgotten_when_it_is_back(
    wall: Wall, screen: Page
) -> None:
    show(screen, wall)
    screen.evaluate("window.samepage = true")
    wall.tell("stop")
    expect(screen.locator(".look-freshness")).to_contain_text("MẤT KẾT NỐI KHO DỮ LIỆU", timeout=30_000)
    expect(screen.locator(".look-tile.old")).to_have_count(4)
    expect(screen.locator(".look-tile", has_text="mất kết nối từ")).to_have_count(4)
    expect(screen.locator(".look-level")).to_contain_text("KHÔNG RÕ")
    assert not any(card["spills"] for card in screen.evaluate(CARDS))
    assert cut(screen) == []
    wall.tell("start")
    expect(screen.locator(".look-freshness")).to_contain_text("Đang cập nhật", timeout=10_000)
    expect(screen.locator(".card.old")).to_have_count(0)
    assert screen.evaluate("window.samepage") is True


def test_a_store_without_data_shows_dashes(wall: Wall, screen: Page) -> None:
    wall.tell("empty")
    screen.goto(wall.url)
    expect(screen.locator(".look-tile.none")).to_have_count(4)
    for value in screen.locator(".value").all():
        expect(value).to_have_text("—")


def test_hostile_names_are_only_text(wall: Wall, screen: Page) -> None:
    wall.tell("hostile")
    log = Log(screen)
    show(screen, wall, "<img src=x onerror=")
    expect(screen.locator(".look-bars")).to_contain_text("<img src=x onerror=")
    assert screen.locator(".wall img").count() == 0
    assert screen.title() == "Tổng quan điều hành"
    assert log.complaints == []


def test_a_phone_gets_one_column_with_exceptions_first(wall: Wall, phone: Page) -> None:
    wall.tell("silent")
    show(phone, wall)
    expect(phone.locator(".look-tile.old")).to_have_count(1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    tops = {card["look"]: card["top"] for card in phone.evaluate(CARDS)}
    order = [look.split()[2] for look in sorted(tops, key=lambda look: tops[look]) if "look-tile" in look]
    assert order == ["act", "old", "warn", "good"]
    assert len({card["left"] for card in phone.evaluate(CARDS)}) == 1
    size = phone.locator(".value").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size == pytest.approx(56, abs=1)
    assert cut(phone) == []


@pytest.mark.slow
def test_a_page_whose_server_is_gone_says_so_and_comes_back(wall: Wall, screen: Page) -> None:
    show(screen, wall)
    assert wall.end() < 5
    expect(screen.locator(".frozen")).to_be_visible(timeout=25_000)
    expect(screen.locator(".frozen")).to_contain_text("MÀN HÌNH MẤT KẾT NỐI")
    wall.start()
    expect(screen.locator(".frozen")).not_to_be_visible(timeout=30_000)
    expect(screen.locator(".look-freshness")).to_contain_text("Đang cập nhật")


def test_the_light_theme_has_the_same_content(wall: Wall, screen: Page) -> None:
    screen.goto(f"{wall.url}&theme=light")
    expect(tile(screen, "Hồ sơ giải quyết đúng hạn")).to_contain_text("▲ Dưới mục tiêu 100 %")
    ground = screen.locator(".wall").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(238, 241, 246)"


def test_an_unknown_board_is_not_found(wall: Wall, screen: Page) -> None:
    answer = screen.request.get(f"http://127.0.0.1:{wall.port}/wall/none")
    assert answer.status == 404 and "Không có bảng" in answer.text() and "Dịch vụ công" in answer.text()
