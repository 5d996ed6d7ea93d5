"""The briefing as a Word document, to be edited before the meeting."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from dashboards.brief import charts
from dashboards.brief.model import Brief, Tone
from dashboards.brief.words import heads
from dashboards.style import PALETTES
from ioc.messages import language, say

FONT = "Times New Roman"
"""What NĐ 30/2020/NĐ-CP prescribes for documents of state agencies."""
_LIGHT = PALETTES["light"]
_COLOURS: dict[Tone, str] = {"good": "good", "warn": "warn", "act": "act", "old": "faint", "none": "ink"}
_WIDTH_CM = 18.6
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every entry of the file: the earliest that a ZIP archive can name."""

Cells = Sequence[tuple[str, Tone]]


def write(brief: Brief) -> bytes:
    """The file's bytes; its only date is the briefing's."""
    document = Document()
    _dated(document, brief)
    _laid_out(document)
    _head(document, brief)
    _matters(document, brief)
    _backlog(document, brief)
    _pictures(document, brief)
    _numbers(document, brief)
    _listed(document, say("brief.forecasts"), brief.forecasts)
    _listed(document, say("brief.doubts"), brief.doubts or (say("brief.no_doubts"),))
    _heading(document, say("brief.sources"))
    _paragraph(document, "; ".join(brief.sources), 7)
    made = io.BytesIO()
    document.save(made)
    return _without_dates(made.getvalue())


def _dated(document: Any, brief: Brief) -> None:
    properties = document.core_properties
    at = brief.as_of.astimezone(UTC).replace(tzinfo=None)
    properties.created = properties.modified = at
    properties.author = properties.last_modified_by = brief.organisation
    properties.title = f"{brief.title} – {brief.unit}"
    properties.comments = ""
    properties.language = "en-GB" if language() == "en" else "vi-VN"
    properties.revision = 1


def _laid_out(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.2)
    section.top_margin = section.bottom_margin = Cm(1.1)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(9)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)


def _paragraph(document: Any, text: str, size: float = 9, *, bold: bool = False, tone: Tone = "none") -> Any:
    paragraph = document.add_paragraph()
    _said(paragraph, text, size, bold=bold, tone=tone)
    return paragraph


def _said(paragraph: Any, text: str, size: float, *, bold: bool = False, tone: Tone = "none") -> None:
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold or tone == "act"
    run.font.color.rgb = RGBColor.from_string(_LIGHT[_COLOURS[tone]].lstrip("#").upper())


def _heading(document: Any, text: str) -> None:
    heading = document.add_heading(level=2)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(5), Pt(1)
    run = heading.add_run(text)
    run.font.name, run.font.size, run.bold = FONT, Pt(10.5), True
    run.font.color.rgb = RGBColor.from_string(_LIGHT["ink"].lstrip("#").upper())


def _head(document: Any, brief: Brief) -> None:
    _paragraph(document, f"{brief.organisation} · {say('brief.organ')}".upper(), 8.5)
    title = _paragraph(document, brief.title.upper(), 14, bold=True)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    said = f"{brief.unit} · {brief.period} · {say('brief.as_of', at=brief.as_of_said)}"
    _paragraph(document, said, 9.5, bold=True).alignment = WD_ALIGN_PARAGRAPH.CENTER
    freshness = _paragraph(document, brief.freshness.text, 9, tone=brief.freshness.tone)
    freshness.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _matters(document: Any, brief: Brief) -> None:
    _heading(document, say("brief.matters"))
    if not brief.matters:
        _paragraph(document, say("brief.no_matters"))
        return
    rows: list[Cells] = [
        ((each.verdict.text, each.verdict.tone), *_plain(each.what, each.stands, each.where))
        for each in brief.matters
    ]
    _table(document, heads("verdict", "what", "stands", "where"), rows, (2.2, 4.2, 6.2, 6.0))


def _backlog(document: Any, brief: Brief) -> None:
    _heading(document, say("brief.backlog"))
    if brief.backlog:
        head = (say("brief.col.unit"), *brief.works, *heads("total", "worst"))
        rows = [_plain(row.unit, *row.counts, row.total, row.worst) for row in brief.backlog]
        counts = len(brief.works) + 1
        widths = (4.0, *[1.4] * counts, _WIDTH_CM - 4.0 - 1.4 * counts)
        _table(document, head, rows, widths, right=range(1, counts + 1))
    _paragraph(document, brief.backlog_note, 7.5)


def _pictures(document: Any, brief: Brief) -> None:
    if not brief.charts:
        return
    _heading(document, say("brief.trends"))
    paragraph = document.add_paragraph()
    for chart in brief.charts:
        shape = paragraph.add_run().add_picture(io.BytesIO(charts.png(chart)), width=Cm(_WIDTH_CM / 3 - 0.05))
        shape._inline.docPr.set("descr", chart.said)


def _numbers(document: Any, brief: Brief) -> None:
    _heading(document, say("brief.numbers"))
    head = heads("kpi", "week", "target", "change", "cases", "verdict", "basis")
    rows: list[Cells] = []
    titles = []
    for section in brief.sections:
        titles.append(len(rows) + 1)
        rows.append(_plain(section.title, *[""] * (len(head) - 1)))
        rows += [
            (
                *_plain(line.name, line.value, line.target, line.change, line.cases),
                (line.verdict.text, line.verdict.tone),
                (line.sources, "none"),
            )
            for line in section.lines
        ]
    _table(document, head, rows, (5.4, 2.0, 3.2, 1.9, 1.9, 2.7, 1.5), right=(1, 3, 4), titles=titles)


def _listed(document: Any, title: str, lines: Sequence[str]) -> None:
    if lines:
        _heading(document, title)
        for line in lines:
            _paragraph(document, f"– {line}", 8)


def _plain(*texts: str) -> Cells:
    return [(text, "none") for text in texts]


def _table(
    document: Any,
    head: Sequence[str],
    rows: Sequence[Cells],
    widths: Sequence[float],
    *,
    right: Sequence[int] = (),
    titles: Sequence[int] = (),
) -> None:
    table = document.add_table(rows=len(rows) + 1, cols=len(head))
    table.style = "Table Grid"
    table.autofit = False
    # `table.cell` walks the whole table each time; the rows' own cells are walked once.
    for place, (row, cells) in enumerate(zip(table.rows, [_plain(*head), *rows], strict=True)):
        for column, (cell, (text, tone)) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Cm(widths[column])
            paragraph = cell.paragraphs[0]
            _said(paragraph, text, 7.5, bold=place == 0 or place in titles, tone=tone)
            if column in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)


def _without_dates(content: bytes) -> bytes:
    """The same archive, its entries in order and without the time at which they were written."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for entry in before.infolist():
            kept = zipfile.ZipInfo(entry.filename, _LONG_AGO)
            kept.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(kept, before.read(entry))
    return made.getvalue()
