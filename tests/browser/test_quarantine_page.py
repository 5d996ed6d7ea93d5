"""The quarantine desk's pages in a real browser, over a small office."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Log
from tests.browser.test_console_pages import Desk, desk, hand, seat  # noqa: F401 (fixtures)
from tests.unit.console.quarantines import HOSTILE, NEW

pytestmark = pytest.mark.browser
HOME = "/console/quarantine"
GROUP = f"{HOME}/records?reason=unknown_unit&field=%2Forgunit"


def choose_unit(page: Page, code: str) -> None:
    """Pick the new code of a unit as people do: by typing."""
    box = page.get_by_label("Giá trị mới")
    box.fill(code)
    page.locator(".q-menu .q-item", has_text=code).first.click()


def test_a_group_is_tried_and_sent_again(desk: Desk, seat: Page) -> None:  # noqa: F811
    log = Log(seat)
    desk.sign_in(seat, "du_lieu_1", HOME)
    seat.get_by_role("link", name="Mã đơn vị không có trong danh mục").click()
    rows = seat.locator("table.desk tbody tr")
    expect(rows).to_have_count(30)
    expect(rows.first).to_contain_text("G09.17")
    expect(seat.get_by_label("Giá trị cũ")).to_have_value("G09.17")
    seat.get_by_role("button", name="Thử, không ghi gì").click()
    expect(seat.locator(".q-notification").last).to_contain_text("chọn ít nhất một")
    for row in (0, 1):
        rows.nth(row).get_by_role("checkbox").click()
    expect(seat.locator(".bench")).to_contain_text("Đã chọn 2 bản ghi")
    seat.get_by_role("button", name="Thử, không ghi gì").click()
    result = seat.locator(".main")
    expect(result).to_contain_text("2 vẫn bị từ chối")
    expect(seat.get_by_role("button", name="Gửi lại")).to_have_count(0)
    choose_unit(seat, NEW)
    expect(result).not_to_contain_text("2 vẫn bị từ chối")  # it says nothing about another change
    seat.get_by_role("button", name="Thử, không ghi gì").click()
    expect(result).to_contain_text("2 sẽ được tính")
    expect(result).to_contain_text("Văn bản vào sổ đúng hạn")
    expect(result).to_contain_text("80% (20/25)")
    seat.get_by_role("button", name="Gửi lại 2 bản ghi").click()
    expect(seat.locator(".q-notification").last).to_contain_text("2 đã gửi lại")
    expect(rows).to_have_count(28)
    assert log.complaints == []


def test_many_wait_for_another_account_which_confirms_or_refuses(
    desk: Desk, seat: Page, hand: Page  # noqa: F811
) -> None:  # fmt: skip
    desk.sign_in(seat, "du_lieu_1", HOME)
    desk.sign_in(hand, "du_lieu_2", HOME)
    for word, told in (("Từ chối", "từ chối"), ("Xác nhận", "đã đóng")):
        seat.goto(desk.at(GROUP))
        expect(seat.locator("table.desk tbody tr").first).to_be_visible()
        seat.get_by_role("button", name="Chọn tất cả").click()
        seat.get_by_role("button", name="Loại, không tính").click()
        seat.get_by_role("button", name="Thực hiện").click()
        expect(seat.locator(".q-notification").last).to_contain_text("đang chờ người thứ hai")
        expect(seat.locator(".main")).to_contain_text("Không có bản ghi nào đang mở")
        seat.goto(desk.at(HOME))
        expect(seat.locator(".order")).to_contain_text("tài khoản khác xác nhận")
        expect(seat.get_by_role("button", name="Xác nhận")).to_have_count(0)
        hand.reload()
        hand.get_by_role("button", name=word, exact=True).click()
        expect(hand.locator(".q-notification").last).to_contain_text(told)
        expect(hand.locator(".order")).to_have_count(0)


def test_hostile_shapes_are_text_and_a_conflict_shows_both_prints(desk: Desk, seat: Page) -> None:  # noqa: F811
    desk.sign_in(seat, "truc_ca_1", HOME)
    for path in (f"{HOME}/records?reason=schema", f"{HOME}/record/ioc.documents/0/130"):
        seat.goto(desk.at(path))
        expect(seat.locator(".main").get_by_text(HOSTILE).first).to_be_visible()
        assert seat.locator(".main script, .main img").count() == 0
        assert seat.title() not in ("1", "2")
    seat.goto(desk.at(f"{HOME}/record/ioc.documents/0/132"))
    expect(seat.locator(".main")).to_contain_text("aaaa")
    expect(seat.locator(".main")).to_contain_text("bbbb")


def test_an_operator_only_tries_and_others_see_nothing(desk: Desk, seat: Page) -> None:  # noqa: F811
    desk.sign_in(seat, "truc_ca_1", HOME)
    seat.goto(desk.at(f"{HOME}/records?reason=schema&lang=en"))
    expect(seat.get_by_role("button", name="Try, write nothing")).to_be_visible()
    expect(seat.get_by_role("button", name="Close without counting")).to_have_count(0)
    seat.goto(desk.at("/console?lang=vi"))
    seat.get_by_role("button", name="Đăng xuất").click()
    desk.sign_in(seat, "lanh_dao_1", "/leader")
    for path in (HOME, f"{HOME}/records", f"{HOME}/record/ioc.documents/0/130", f"{HOME}/act/x"):
        seat.goto(desk.at(path))
        expect(seat.locator(".main")).to_contain_text("không xem được trang này")
        expect(seat.locator(".main")).not_to_contain_text("ioc.documents")


@pytest.mark.parametrize("path", [HOME, f"{HOME}/records", f"{HOME}/record/ioc.documents/0/132"])
def test_a_phone_shows_the_desk(desk: Desk, hand: Page, path: str) -> None:  # noqa: F811
    hand.route("**/*.woff2", lambda route: route.abort())  # before fonts are there icons are words
    desk.sign_in(hand, "du_lieu_1", HOME)
    hand.goto(desk.at(path))
    expect(hand.locator(".card").first).to_be_visible()
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390
    heights = hand.evaluate(
        "[...document.querySelectorAll('.button, button')].map(e => e.getBoundingClientRect().height)"
    )
    assert all(height >= 44 for height in heights), heights
