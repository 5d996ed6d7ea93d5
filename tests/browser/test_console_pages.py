"""The console as operators, leaders and auditors see it, in a real browser, over a small office and store."""

import re
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Log, Wall, opened
from tests.unit.console.offices import HOSTILE, PASSWORD

pytestmark = pytest.mark.browser


class Desk(Wall):
    """The process with the console."""

    module = "tests.browser.serve_console"

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def sign_in(self, page: Page, account: str, path: str) -> None:
        """Open a page as somebody."""
        page.goto(self.at(path))
        page.fill("input[name=account]", account)
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.locator(".who .account")).to_have_text(account)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Desk(port)
    yield made
    made.end()


@pytest.fixture
def seat(chromium: Browser) -> Iterator[Page]:
    """A desk's screen with nobody signed in."""
    yield from opened(chromium, 1920, 1080)


@pytest.fixture
def hand(chromium: Browser) -> Iterator[Page]:
    yield from opened(chromium, 390, 844)


def test_without_a_session_every_page_leads_to_the_form_and_back(desk: Desk, seat: Page) -> None:
    for path in ("/console", "/console/alert/a-1", "/console/audit", "/leader"):
        seat.goto(desk.at(path))
        assert "/console/sign-in" in seat.url
    seat.fill("input[name=account]", "lanh_dao_1")
    seat.fill("input[name=password]", "sai")
    seat.get_by_role("button", name="Đăng nhập").click()
    expect(seat.get_by_role("alert")).to_contain_text("không đúng")
    seat.fill("input[name=account]", "lanh_dao_1")
    seat.fill("input[name=password]", PASSWORD)
    seat.keyboard.press("Enter")
    expect(seat).to_have_url(desk.at("/leader"))
    (cookie,) = seat.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
    assert cookie["value"] not in seat.content()
    seat.get_by_role("button", name="Đăng xuất").click()
    expect(seat.locator(".notice")).to_contain_text("Đã đăng xuất")
    seat.goto(desk.at("/leader"))
    assert "/console/sign-in" in seat.url


def test_a_form_from_elsewhere_is_refused(desk: Desk, seat: Page) -> None:
    fields: dict[str, str | float | bool] = {"account": "truc_ca_1", "password": PASSWORD}
    answer = seat.request.post(
        desk.at("/console/sign-in"), form=fields, headers={"Origin": "http://elsewhere.example"}
    )
    assert answer.status == 403
    assert seat.context.cookies() == []


def test_the_most_urgent_stands_first_and_is_acknowledged_by_keyboard(desk: Desk, seat: Page) -> None:
    log = Log(seat)
    desk.sign_in(seat, "truc_ca_1", "/console")
    first = seat.locator("article.alert").first
    expect(first).to_contain_text("Văn bản hỏa tốc chưa phân công")
    expect(first.locator(".time.overdue")).to_contain_text("quá hạn tiếp nhận")
    expect(seat.locator("article.alert")).to_have_count(5)
    button = first.get_by_role("button", name="Tiếp nhận")
    button.focus()
    seat.keyboard.press("Enter")
    expect(first).to_contain_text("Đã tiếp nhận")
    expect(first.get_by_role("button", name="Tiếp nhận")).to_have_count(0)
    seat.get_by_text("Theo đơn vị").click()
    expect(seat.locator(".alerts h2").first).to_have_text("Văn phòng Bộ")
    assert all(f"127.0.0.1:{desk.port}" in url for url in log.requests)
    assert log.complaints == []


def test_from_an_alert_to_its_case_and_events(desk: Desk, seat: Page) -> None:
    desk.sign_in(seat, "truc_ca_1", "/console/alert/a-1")
    seat.get_by_role("checkbox", name="Gọi trực ban").click()
    expect(seat.get_by_role("checkbox", name="Gọi trực ban")).to_have_attribute("aria-disabled", "true")
    seat.get_by_role("button", name="Giải trình").click()
    desk.tell(
        "change a-1 assigned"
    )  # somebody else is quicker: the dialog stays, and what it asks is refused
    expect(seat.locator(".alert.head")).to_contain_text("Đã giao")
    seat.get_by_role("button", name="Thực hiện").click()
    expect(seat.locator(".q-notification").last).to_contain_text("đã có người khác xử lý")
    seat.get_by_role("button", name="Giải trình").click()
    seat.get_by_role("button", name="Thực hiện").click()
    expect(seat.locator(".q-notification").last).to_contain_text("Đã thực hiện: giải trình")
    seat.get_by_role("link", name="VB-2026-0001").click()
    expect(seat.locator("tbody tr").first).to_contain_text("Tiếp nhận văn bản đến")


def test_hostile_strings_are_text_everywhere(desk: Desk, seat: Page) -> None:
    desk.sign_in(seat, "truc_ca_1", "/console")
    for path in (
        "/console",
        "/console/alert/a-3",
        "/console/work",
        "/console/case/VB-2026-0001",
        "/console/shift",
    ):
        seat.goto(desk.at(path))
        expect(seat.locator(".main").get_by_text(HOSTILE).first).to_be_visible()
        assert seat.locator(".main script, .main img").count() == 0
        assert seat.title() not in ("1", "2")
    seat.get_by_role("button", name="Đăng xuất").click()
    desk.sign_in(seat, "lanh_dao_1", "/leader")
    expect(seat.locator(".main").get_by_text(HOSTILE).first).to_be_visible()
    assert seat.locator(".main script, .main img").count() == 0


def test_english_is_chosen_once_and_stays_also_after_a_press(desk: Desk, seat: Page) -> None:
    seat.goto(desk.at("/console/sign-in"))
    seat.get_by_text("English").click()
    seat.fill("input[name=account]", "truc_ca_1")
    seat.fill("input[name=password]", PASSWORD)
    seat.get_by_role("button", name="Sign in").click()
    seat.goto(desk.at("/console/alert/a-5"))
    expect(seat.locator("html")).to_have_attribute("lang", "en")
    expect(seat.locator(".alert.head")).to_contain_text("dossier due 24h")
    seat.get_by_role("button", name="Resolve").click()
    seat.get_by_role("button", name="Do it").click()
    expect(seat.locator(".q-notification").last).to_contain_text("Done: resolve")
    expect(seat.locator(".alert.head")).to_contain_text("Resolved")
    seat.get_by_text("Tiếng Việt").click()
    expect(seat.locator(".alert.head")).to_contain_text("Đã xử lý")


def test_what_is_down_is_said_and_passes(desk: Desk, seat: Page) -> None:
    desk.sign_in(seat, "truc_ca_1", "/console")
    expect(seat.locator("article.alert").first).to_be_visible()
    desk.tell("office stop")
    expect(seat.locator(".notice")).to_contain_text("Cổng không trả lời")
    expect(seat.locator(".alerts.old")).to_be_visible()
    desk.tell("office start")
    expect(seat.locator(".notice")).to_be_hidden()
    desk.tell("store stop")
    seat.goto(desk.at("/console/work"))
    expect(seat.locator(".notice")).to_contain_text("Kho dữ liệu không trả lời")
    desk.tell("store start")
    seat.reload()
    expect(seat.locator(".work")).to_contain_text("Văn bản khẩn chưa phân công")


def test_the_head_of_the_office_approves_the_briefing_that_lies_there(desk: Desk, seat: Page) -> None:
    desk.sign_in(seat, "lanh_dao_1", "/leader")
    expect(seat.locator(".main")).to_contain_text("Báo cáo này chưa được duyệt")
    assert seat.get_by_role("button", name="Duyệt báo cáo").count() == 0
    seat.get_by_role("button", name="Đăng xuất").click()
    desk.sign_in(seat, "chanh_1", "/leader")
    seat.get_by_role("button", name="Duyệt báo cáo").click()
    expect(seat.get_by_role("dialog")).to_contain_text("2026-W10/G09.pdf")
    seat.get_by_role("button", name="Thực hiện").click()
    expect(seat.locator(".main")).to_contain_text("✓ Chánh Văn phòng (chanh_1) đã duyệt")


def test_each_sees_what_the_role_opens(desk: Desk, seat: Page) -> None:
    desk.sign_in(seat, "thanh_tra_1", "/console/audit")
    expect(seat.locator("h1")).to_have_text("Nhật ký thao tác")
    seat.goto(desk.at("/console"))
    expect(seat.locator(".main")).to_contain_text("không xem được trang này")
    seat.get_by_role("button", name="Đăng xuất").click()
    desk.sign_in(seat, "thu_truong_915", "/leader")
    headings = seat.locator(".main h2")
    expect(headings).to_have_text(
        [
            re.compile("Cần quyết định"),
            re.compile("Việc giao, đính chính"),
            re.compile("Cục Việc làm"),
            re.compile("Toàn Bộ"),
            re.compile("Xếp hạng"),
            re.compile("Báo cáo giao ban"),
        ]
    )


@pytest.mark.parametrize(
    ("account", "path", "shown"),
    [
        ("truc_ca_1", "/console", "article.alert"),
        ("truc_ca_1", "/console/alert/a-2", ".sheet .step"),
        ("lanh_dao_1", "/leader", "article.tile"),
    ],
)
def test_a_phone_shows_all_of_it(desk: Desk, hand: Page, account: str, path: str, shown: str) -> None:
    desk.sign_in(hand, account, path)
    expect(hand.locator(shown).first).to_be_visible()
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390
    heights = hand.evaluate(
        "[...document.querySelectorAll('.button, button')].map(e => e.getBoundingClientRect().height)"
    )
    assert all(height >= 44 for height in heights), heights
    order = hand.evaluate("[...document.querySelectorAll('.tile .word')].map(e => e.textContent)")
    assert order == sorted(order, key=["▼ CHƯA ĐẠT", "◆ KHÓ KỊP HẠN"].index)
