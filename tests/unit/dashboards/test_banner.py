"""The banner of sources: the worst first, nothing living when nothing can be known, all counted."""

import re
from typing import Any

from dashboards.wall.banner import coverage, draw

UNITS = [f"G09.{number}" for number in range(901, 923)]


def source(
    name: str, state: str, age_s: int | None, interval_s: int = 300, units: int = 22
) -> dict[str, Any]:
    return {"name": name, "state": state, "age_s": age_s, "interval_s": interval_s, "units": UNITS[:units]}


ROWS = [
    source("Văn bản", "live", 3, 30),
    source("Cổng DVCQG", "late", 372, units=6),
    source("Đào tạo", "never", None, 86_400),
    source("Nhân sự", "silent", 840),
    *(source(f"Nguồn {number}", "live", 20) for number in range(8)),
]


def said(rows: list[dict[str, Any]], elapsed: float = 0.0, doubt: str = "") -> str:
    return re.sub(r"<[^>]*>", "|", draw(rows, elapsed, doubt)).replace("||", "|")


def test_the_worst_comes_first_with_rhythm_and_units() -> None:
    found = said(ROWS)
    assert found.index("|Nhân sự|▬ im lặng|") < found.index("+10 nguồn, 1 trễ, im · ◇ 1 chưa từng")
    assert "14 phút · nhịp 5 phút · 0/22 đơn vị" in found
    assert "9/12 đang sống" in found and "phủ 22/22 đơn vị" in found
    found = said(ROWS[:3])
    assert found.index("6 phút · nhịp 5 phút · 6/6 đơn vị") < found.index("|Văn bản|● 3 giây|nhịp 30 giây|")


def test_what_has_no_room_is_counted() -> None:
    found = said(ROWS)
    shown = sum(f"|{row['name']}|" in found for row in ROWS if row["state"] != "never")
    (rest,) = re.findall(r"\+(\d+) nguồn", found)
    assert shown + int(rest) == 11


def test_ages_go_on_growing_and_nothing_lives_in_doubt() -> None:
    assert "● 33 giây" in said(ROWS[:3], elapsed=30)
    found = said(ROWS, elapsed=30, doubt="mất kết nối")
    assert "●" not in found and "đang sống" not in found and "▬ không rõ" in found


def test_units_heard_of_through_any_source_are_covered() -> None:
    assert coverage([source("a", "silent", 900), source("b", "late", 300, units=19)]) == (19, 22)
    assert coverage([]) == (0, 0)


def test_without_rows_nothing_is_known() -> None:
    assert said([]) == "|Nguồn: chưa biết|"
