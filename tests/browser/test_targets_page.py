"""Targets, weights and thresholds in a real browser: one person proposes, another one approves."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Log
from tests.browser.test_console_pages import Desk, desk, hand, seat  # noqa: F401 (fixtures)

pytestmark = pytest.mark.browser
HOME = "/console/targets"


def test_one_person_proposes_and_another_approves(desk: Desk, seat: Page, hand: Page) -> None:  # noqa: F811
    log = Log(seat)
    desk.sign_in(seat, "quan_tri_1", HOME)
    expect(seat.locator(".main")).to_contain_text("Không có đề xuất nào đang chờ")
    about = seat.get_by_label("Của chỉ số hoặc quy tắc nào")
    about.fill("hồ sơ trực tuyến")
    seat.locator(".q-menu .q-item", has_text="Tỷ lệ hồ sơ trực tuyến").first.click()
    seat.get_by_label("Giá trị mới").fill("200")
    seat.get_by_label("Số văn bản").fill("12/QĐ-BNV")
    seat.get_by_role("button", name="Gửi đề xuất").click()
    expect(seat.locator(".q-notification").last).to_contain_text("kiểm tra lại: giá trị mới")
    seat.get_by_label("Giá trị mới").fill("85")
    seat.get_by_role("button", name="Gửi đề xuất").click()
    waiting = seat.locator(".case.order")
    expect(waiting).to_contain_text("Tỷ lệ hồ sơ trực tuyến")
    expect(waiting).to_contain_text("80% → 85%")
    expect(waiting).to_contain_text("12/QĐ-BNV")
    expect(waiting.get_by_role("button", name="Duyệt")).to_have_count(0)
    assert log.complaints == []

    desk.sign_in(hand, "an_toan_1", HOME)
    hand.goto(desk.at(f"{HOME}?lang=en"))
    hand.locator(".case.order").get_by_role("button", name="Approve").click()
    expect(hand.locator(".main")).to_contain_text("No proposal is waiting")
    expect(hand.locator(".main")).to_contain_text("quan_tri_1 → an_toan_1")
    wide = hand.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_who_only_checks_has_no_form_and_others_no_page(desk: Desk, seat: Page) -> None:  # noqa: F811
    desk.sign_in(seat, "thanh_tra_1", HOME)
    expect(seat.locator(".main")).to_contain_text("Ngưỡng cảnh báo đang áp dụng")
    expect(seat.get_by_role("button", name="Gửi đề xuất")).to_have_count(0)
    seat.get_by_role("button", name="Đăng xuất").click()
    desk.sign_in(seat, "truc_ca_1", "/console")
    seat.goto(desk.at(HOME))
    expect(seat.locator(".main")).to_contain_text("không xem được trang này")
