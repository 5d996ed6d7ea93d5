"""What stands around the boards, in a real browser: rotation, the alert that stops it, keys, themes."""

import re
from collections.abc import Iterator
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Log, Wall

pytestmark = pytest.mark.browser
BAR = "Văn bản hỏa tốc chưa phân công"


@pytest.fixture
def calm(wall: Wall) -> Iterator[Wall]:
    yield wall
    wall.tell("calm")


def show(page: Page, wall: Wall, path: str) -> None:
    page.goto(f"http://127.0.0.1:{wall.port}/wall/{path}")
    expect(page.locator(".look-freshness")).to_contain_text("Đang cập nhật")


def title(page: Page, said: str) -> None:
    expect(page.locator(".look-title h1")).to_have_text(said)


def test_a_critical_alert_stops_the_rotation_on_its_board_until_somebody_takes_it_up(
    calm: Wall, screen: Page
) -> None:
    log = Log(screen)
    show(screen, calm, "tasks?kiosk&rotate=10")
    screen.evaluate("window.samepage = true")
    expect(screen.locator(".turn .where")).to_contain_text("4/9")
    calm.tell("critical")
    title(screen, "Văn bản và lưu trữ")
    strip = screen.locator(".strip.act")
    expect(strip).to_contain_text(BAR)
    expect(strip).to_contain_text(
        re.compile(r"Văn phòng Bộ.*\(4 phút\) · MỚI · chờ Trực ca IOC tiếp nhận", re.S)
    )
    expect(screen.locator(".look-level")).to_contain_text("4▲ NGHIÊM TRỌNG")
    expect(screen.locator(".turn .where")).to_contain_text("dừng vì cảnh báo")
    assert "/wall/documents" in screen.url
    screen.keyboard.press("ArrowRight")
    title(screen, "Dịch vụ công")
    screen.keyboard.press("ArrowLeft")
    calm.tell("taken")
    expect(screen.locator(".strip .taken").first).to_contain_text("đã tiếp nhận: Trực ca IOC", timeout=3_000)
    expect(screen.locator(".strip.act")).to_have_count(0)
    expect(screen.locator(".look-title h1")).to_have_text("Nhân sự và bồi dưỡng", timeout=15_000)
    expect(screen.locator(".chart canvas").first).to_be_visible()
    assert screen.evaluate("window.samepage") is True
    assert {urlparse(url).netloc for url in log.requests if not url.startswith("data:")} == {
        f"127.0.0.1:{calm.port}"
    }
    assert log.complaints == []


def test_keys_and_buttons_do_the_same_and_are_listed(calm: Wall, screen: Page) -> None:
    show(screen, calm, "operations-wall?rotate=600")
    screen.keyboard.press("ArrowRight")
    title(screen, "Văn bản và lưu trữ")
    screen.get_by_role("button", name="Bảng sau").click()
    title(screen, "Dịch vụ công")
    screen.keyboard.press("ArrowLeft")
    title(screen, "Văn bản và lưu trữ")
    screen.keyboard.press("Home")
    title(screen, "Tổng quan điều hành")
    screen.keyboard.press("p")
    expect(screen.locator(".turn .where")).to_contain_text("tạm dừng")
    screen.get_by_role("button", name="Tạm dừng").click()
    expect(screen.locator(".turn .where")).to_contain_text("600 giây")
    screen.keyboard.press("?")
    expect(screen.locator("dialog.help")).to_be_visible()
    expect(screen.locator("dialog.help")).to_contain_text("tạm dừng, chạy tiếp")
    screen.keyboard.press("Escape")
    expect(screen.locator("dialog.help")).to_be_hidden()


def test_the_theme_is_remembered_here_and_an_address_may_say_another(calm: Wall, screen: Page) -> None:
    show(screen, calm, "operations-wall")
    screen.keyboard.press("t")
    expect(screen.locator("main.wall.light")).to_be_visible()
    screen.wait_for_function("document.cookie.includes('ioc-theme=light')")
    screen.reload()
    expect(screen.locator("main.wall.light")).to_be_visible()
    show(screen, calm, "operations-wall?theme=dark")
    expect(screen.locator("main.wall.dark")).to_be_visible()
    assert [cookie["name"] for cookie in screen.context.cookies()] == ["ioc-theme"]


def test_every_part_is_reached_by_tab_and_the_focus_is_seen(calm: Wall, screen: Page) -> None:
    show(screen, calm, "operations-wall?rotate=600")
    names = []
    for _ in range(5):
        screen.keyboard.press("Tab")
        focus = screen.evaluate(
            "(e => [e.getAttribute('aria-label'), getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        names.append(focus[0])
        assert focus[1] == "solid"
    assert names == ["Bảng trước", "Tạm dừng hoặc chạy tiếp", "Bảng sau", "Nền tối hoặc sáng", "Các phím"]


def test_nothing_moves_for_those_who_asked_for_it(calm: Wall, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    show(page, calm, "operations-wall?rotate=600")
    expect(page.locator(".turn .where")).to_contain_text("1/9")
    expect(page.locator(".turn .where i")).to_be_hidden()
    page.close()


def test_the_frame_fits_and_the_sources_are_told(calm: Wall, screen: Page) -> None:
    calm.tell("lesser", "silent")
    show(screen, calm, "documents?kiosk&rotate=600")
    trust = screen.locator(".trust")
    expect(trust).to_contain_text(re.compile(r"Nguồn.*3/6 đang sống.*phủ 22/22 đơn vị"))
    expect(trust).to_contain_text("Nhân sự▬ im lặng14 phút · nhịp 5 phút · 0/22 đơn vị")
    expect(screen.locator(".strip")).to_contain_text("Hồ sơ quá hạn mới · Cục Việc làmmới")
    boxes = screen.evaluate(
        "[...document.querySelectorAll('.head > *, .strip, .board, .trust')]"
        ".map(e => e.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
    )
    assert all(left >= 0 and right <= 1920 and bottom <= 1080 for left, _, right, bottom in boxes), boxes
    assert screen.evaluate("document.documentElement.scrollHeight") <= 1080


def test_a_phone_has_the_alert_and_the_sources_in_one_column(calm: Wall, phone: Page) -> None:
    calm.tell("critical", "silent")
    show(phone, calm, "documents")
    expect(phone.locator(".strip.act")).to_contain_text(BAR)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    lefts = phone.evaluate(
        "[...document.querySelectorAll('.trust .source')].map(e => e.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1 and len(lefts) >= 3


@pytest.mark.parametrize(
    ("path", "said"),
    [("operations-wall?rotate=5", "từ 10 đến 600"), ("operations-wall?theme=pink", "dark (tối)")],
)
def test_an_address_that_is_not_understood_says_why(calm: Wall, screen: Page, path: str, said: str) -> None:
    answer = screen.request.get(f"http://127.0.0.1:{calm.port}/wall/{path}")
    assert answer.status == 400 and said in answer.text()


def test_a_viewer_may_read_english_and_the_next_page_still_does(calm: Wall, screen: Page) -> None:
    screen.goto(f"http://127.0.0.1:{calm.port}/wall/operations-wall?lang=en")
    expect(screen.locator(".look-freshness")).to_contain_text("Updating")
    assert screen.locator("html").get_attribute("lang") == "en"
    expect(screen.locator(".look-tile", has_text="Dossiers on time")).to_contain_text("▲ Below target 100 %")
    screen.goto(f"http://127.0.0.1:{calm.port}/wall/documents")
    title(screen, "Documents and archives")
    screen.keyboard.press("l")
    title(screen, "Văn bản và lưu trữ")
    assert screen.locator("html").get_attribute("lang") == "vi"
