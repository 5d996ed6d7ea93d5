"""The three files of one briefing: each opens again, says the same, same data same bytes."""

import io
import re
import struct
import zipfile
from dataclasses import replace
from functools import cache

import pytest
from docx import Document
from lxml import etree

from dashboards.brief import charts, docx, html, pdf
from dashboards.brief.content import compose
from dashboards.brief.facts import Backlog, Late, Number
from dashboards.brief.making import written
from dashboards.brief.model import Brief
from ioc.briefing import FORMATS, Format
from tests.unit.brief.made import JOBS, KPIS, ROOT, facts

HOSTILE = "<script>alert(1)</script>&\"'"


@cache
def brief() -> Brief:
    return compose(facts())


def page(content: bytes) -> "etree._Element":
    return etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))


def words_of(element: "etree._Element") -> str:
    return " ".join("".join(str(each) for each in element.itertext()).split())


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_data_gives_the_same_bytes_at_any_time(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(brief(), form)
    later = (2031, 5, 4, 3, 2, 1, 6, 124, 0)
    monkeypatch.setattr("time.localtime", lambda *_: later)
    monkeypatch.setattr("time.time", lambda: 1_935_623_521.0)
    assert written(compose(facts()), form) == first


def test_other_data_gives_another_file() -> None:
    other = compose(facts(numbers=[Number("dossier_on_time_rate", ROOT, 91.3, 94.0, 1234)]))
    assert html.write(other) != html.write(brief())


def test_the_page_says_it_all_and_asks_for_nothing() -> None:
    content = html.write(brief())
    root = page(content)
    said = words_of(root)
    for expected in ("Báo cáo giao ban tuần 47", "91,2 %", "−2,8", "▼ Chưa đạt", "H-00 (30 ngày)", "[1] "):
        assert expected in said
    places = root.xpath("//@src | //@href")
    assert isinstance(places, list) and places
    assert all(str(each).startswith("data:image/png;base64,") for each in places)
    assert b"url(" not in content
    assert root.xpath("//img/@alt") == [brief().charts[0].said]


def test_hostile_text_is_shown_and_never_run() -> None:
    late = [Backlog("dossier", JOBS, 1, (Late(HOSTILE, 3),))]
    made = compose(facts(backlogs=late, names={ROOT: "Bộ Nội vụ", JOBS: HOSTILE}))
    root = page(html.write(made))
    assert not root.xpath("//script")
    assert HOSTILE in words_of(root)
    assert HOSTILE in "".join(
        cell.text for cell in Document(io.BytesIO(docx.write(made))).tables[1].column_cells(0)
    )


def test_the_document_opens_in_a_word_processor() -> None:
    document = Document(io.BytesIO(docx.write(brief())))
    matters, backlog, numbers = document.tables
    assert [cell.text for cell in matters.rows[1].cells][:2] == [
        "▼ Chưa đạt",
        "Hồ sơ quá hạn chưa giải quyết",
    ]
    assert backlog.rows[-1].cells[0].text == "Tổng"
    said = [[cell.text for cell in row.cells] for row in numbers.rows]
    assert ["Xử lý văn bản đến đúng hạn", "98,0 %", "≥ 95 %", "–", "400", "▲ Đạt", "[1]"] in said
    assert len(document.inline_shapes) == 1
    properties = document.core_properties
    assert str(properties.created) == str(properties.modified) == "2026-11-22 17:00:00+00:00"


def test_no_entry_of_the_archive_says_when_it_was_written() -> None:
    with zipfile.ZipFile(io.BytesIO(docx.write(brief()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_pdf_is_dated_with_its_data() -> None:
    content = pdf.write(brief())
    assert content.startswith(b"%PDF-")
    assert pages(content) == 1
    assert re.findall(rb"\(D:(\d{14})", content) == [b"20261122170000"]


def test_a_full_week_fits_on_two_pages() -> None:
    late = tuple(Late(f"000.00.15.G09-261101-{n:04d}", 90 - n) for n in range(40))
    units = {f"G09.9{n:02d}": f"Cục thứ {n} của Bộ Nội vụ" for n in range(1, 23)}
    numbers = [
        Number(kpi, unit, 50.0, 61.0, 100, covered=3, expected=22) for kpi in KPIS for unit in (ROOT, *units)
    ]
    weeks = facts().trends["dossier_on_time_rate"]
    charted = ("dossier_on_time_rate", "doc_on_time_rate", "online_dossier_rate", "task_on_time_rate")
    made = compose(
        replace(
            facts(),
            names={ROOT: "Bộ Nội vụ", **units},
            numbers=numbers,
            backlogs=[Backlog("dossier", unit, 300, late) for unit in units],
            trends=dict.fromkeys(charted, weeks),
        )
    )
    assert len(made.charts) == 3
    assert len(made.matters) == 9, "eight, and how many more"
    assert pages(pdf.write(made)) == 2


def test_a_chart_with_gaps_is_drawn() -> None:
    chart = brief().charts[0]
    gaps = tuple((monday, None if n % 3 else value) for n, (monday, value) in enumerate(chart.points))
    picture = charts.png(replace(chart, points=gaps, target=None))
    assert struct.unpack(">II", picture[16:24]) == (520, 300)
