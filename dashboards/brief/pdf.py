"""The briefing as a PDF of one or two pages, with the fonts inside."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC
from io import BytesIO
from pathlib import Path

import matplotlib
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TextEmphasis
from fpdf.fonts import FontFace, TTFFont

from dashboards.brief import charts
from dashboards.brief.model import Brief, Tone, Verdict
from dashboards.brief.words import heads
from dashboards.style import PALETTES
from ioc.messages import say

PAGES = 2
SCALES = (1.0, 0.93, 0.86, 0.8, 0.74)
"""Tried in turn until the briefing fits on its pages."""
MARGIN_MM, WIDTH_MM = 11.0, 188.0
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_LIGHT = PALETTES["light"]
_COLOURS: dict[Tone, str] = {"good": "good", "warn": "warn", "act": "act", "old": "faint", "none": "ink"}

Row = Sequence[str | Verdict]


def write(brief: Brief) -> bytes:
    """The file's bytes; its only date is the briefing's."""
    pictures = [charts.png(each) for each in brief.charts]
    content = b""
    for scale in SCALES:
        with closing(_Page(brief, scale)) as page:
            page.lay_out(pictures)
            content = bytes(page.output())
            if page.pages_count <= PAGES:
                break
    return content


class _Page(FPDF):
    def __init__(self, brief: Brief, scale: float) -> None:
        super().__init__(format="A4")
        self._brief = brief
        self._scale = scale
        self.set_creation_date(brief.as_of.astimezone(UTC))
        self.set_title(f"{brief.title} – {brief.unit}")
        self.set_author(brief.organisation)
        self.set_lang("vi")
        self.add_font("Sans", "", FONTS / "DejaVuSans.ttf")
        self.add_font("Sans", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)

    def close(self) -> None:
        """Let go of the font files, which stay open as long as they are laid out with."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        self.set_y(-8)
        self._font(6)
        self.set_text_color(_LIGHT["faint"])
        brief, page = self._brief, self.page_no()
        said = say("brief.footer", title=brief.title, unit=brief.unit, at=brief.as_of_said, page=page)
        self.cell(0, 3, said, align="C")

    def lay_out(self, pictures: Sequence[bytes]) -> None:
        self.add_page()
        self._head()
        self._matters()
        self._backlog()
        if pictures:
            self._heading(say("brief.trends"))
            self._pictures(pictures)
        self._numbers()
        self._listed(say("brief.forecasts"), self._brief.forecasts)
        self._listed(say("brief.doubts"), self._brief.doubts or (say("brief.no_doubts"),))
        self._heading(say("brief.sources"))
        self._text("; ".join(self._brief.sources), 5.6)

    def _font(self, size: float, *, bold: bool = False) -> None:
        self.set_font("Sans", "B" if bold else "", size * self._scale)

    def _text(
        self, text: str, size: float, *, bold: bool = False, tone: Tone = "none", align: str = "L"
    ) -> None:
        self._font(size, bold=bold)
        self.set_text_color(_LIGHT[_COLOURS[tone]])
        height = size * self._scale * 0.3528 * 1.32
        self.multi_cell(0, height, text, align=align, new_x="LMARGIN", new_y="NEXT")

    def _heading(self, text: str) -> None:
        if self.will_page_break(14):
            self.add_page()
        self.ln(1.4 * self._scale)
        self._text(text, 8.5, bold=True)
        self.ln(0.4)

    def _head(self) -> None:
        brief = self._brief
        self._text(f"{brief.organisation} · {say('brief.organ')}", 7, tone="old")
        self._text(brief.title, 14, bold=True)
        self._text(f"{brief.unit} · {brief.period} · {say('brief.as_of', at=brief.as_of_said)}", 8, bold=True)
        self._text(brief.freshness.text, 7.5, tone=brief.freshness.tone)

    def _matters(self) -> None:
        self._heading(say("brief.matters"))
        if not self._brief.matters:
            self._text(say("brief.no_matters"), 7)
            return
        rows = [(each.verdict, each.what, each.stands, each.where) for each in self._brief.matters]
        self._rows(heads("verdict", "what", "stands", "where"), rows, (22, 42, 62, 62))

    def _backlog(self) -> None:
        brief = self._brief
        self._heading(say("brief.backlog"))
        if brief.backlog:
            head = (say("brief.col.unit"), *brief.works, *heads("total", "worst"))
            rows = [(row.unit, *row.counts, row.total, row.worst) for row in brief.backlog]
            widths = (38, *[14] * len(brief.works), 12, 0)
            filled = (*widths[:-1], int(WIDTH_MM) - sum(widths))
            aligned = ("LEFT", *["RIGHT"] * (len(brief.works) + 1), "LEFT")
            self._rows(head, rows, filled, aligned)
        self._text(brief.backlog_note, 6, tone="old")

    def _pictures(self, pictures: Sequence[bytes]) -> None:
        width = WIDTH_MM / 3 - 1
        height = width * charts.HEIGHT_IN / charts.WIDTH_IN
        if self.will_page_break(height):
            self.add_page()
        top = self.get_y()
        for place, (picture, chart) in enumerate(zip(pictures, self._brief.charts, strict=True)):
            left = MARGIN_MM + place * (width + 1.5)
            self.image(BytesIO(picture), left, top, width, height, alt_text=chart.said)
        self.set_y(top + height)

    def _numbers(self) -> None:
        self._heading(say("brief.numbers"))
        head = heads("kpi", "week", "target", "change", "cases", "verdict", "basis")
        rows: list[Row] = []
        for section in self._brief.sections:
            rows.append((section.title,))
            rows += [
                (
                    line.name, line.value, line.target, line.change, line.cases, line.verdict, line.sources
                )
                for line in section.lines
            ]  # fmt: skip
        aligned = ("LEFT", "RIGHT", "LEFT", "RIGHT", "RIGHT", "LEFT", "LEFT")
        self._rows(head, rows, (55, 17, 45, 16, 18, 23, 14), aligned)

    def _listed(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            self._heading(title)
            for line in lines:
                self._text(f"– {line}", 6.2)

    def _rows(
        self, head: Sequence[str], rows: Sequence[Row], widths: Sequence[int], aligned: Sequence[str] = ()
    ) -> None:
        """A table; a row of one cell is a title over the whole width."""
        self._font(6.2)
        self.set_text_color(_LIGHT["ink"])
        self.set_draw_color(_LIGHT["edge"])
        heads = FontFace(emphasis=TextEmphasis.B, color=_LIGHT["soft"])
        with self.table(
            col_widths=tuple(widths),
            width=WIDTH_MM,
            text_align=tuple(aligned) or "LEFT",
            line_height=6.2 * self._scale * 0.3528 * 1.32,
            padding=(0.35 * self._scale, 0.8),
            headings_style=heads,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        ) as table:
            table.row(list(head))
            for row in rows:
                self._row(table, row, len(head))

    def _row(self, table: object, row: Row, columns: int) -> None:
        line = table.row()  # type: ignore[attr-defined]
        if len(row) == 1:
            over = FontFace(emphasis=TextEmphasis.B, fill_color=_LIGHT["ground"])
            line.cell(str(row[0]), colspan=columns, style=over)
            return
        for each in row:
            if isinstance(each, Verdict):
                bold = TextEmphasis.B if each.tone == "act" else None
                line.cell(each.text, style=FontFace(color=_LIGHT[_COLOURS[each.tone]], emphasis=bold))
            else:
                line.cell(each)
