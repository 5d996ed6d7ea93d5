"""docs/promises.md: each sentence of the source documents, its indicator, and where to see it."""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ioc import yamlfiles
from ioc.docs.markdown import code, codes, day, quoted, table
from ioc.kpis import Kpi, Kpis

FILE = "promises.yaml"
HEAD = """# Văn bản nói gì, con số ở đâu
*Sentence → KPI → where to see it (`ioc/catalogue/promises.yaml`). By `ioc docs generate`; do not edit.*

Mỗi dòng trích nguyên văn một văn bản nguồn. Chỉ tiêu nào cũng xem được bằng `ioc value ID` (con số),
`ioc explain ID` (bằng chứng) và, nếu mục tiêu có hạn, `ioc forecast ID` (có kịp không); hạn đã qua thì nói là
đã qua. Định nghĩa: [kpis.md](kpis.md), sự kiện: [events.md](events.md).
"""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Part):
    """A source document. `date`: of the meeting or the decision, if it says."""

    title: str
    date: datetime.date | None = None


class BoardOf(Part):
    """A board by its title; `domains`: every KPI of these is on it."""

    title: str
    domains: tuple[str, ...] = ()


class Place(Part):
    """A command to type, or a panel of a board."""

    command: str = Field(default="", pattern="^(ioc .+)?$")
    board: str = ""
    panel: str = ""

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if bool(self.command) == bool(self.board) or bool(self.board) != bool(self.panel):
            raise ValueError("expected a command, or a board with its panel")
        return self


class Promise(Part):
    """A sentence. `reason`: why events alone do not give its number."""

    n: int
    document: str
    quotes: tuple[str, ...] = Field(min_length=1)
    kpis: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    see: tuple[Place, ...] = ()
    reason: str = ""

    @model_validator(mode="after")
    def _is_answered(self) -> Self:
        if not self.kpis and not self.reason:
            raise ValueError("expected an indicator, or the reason why there is none")
        if not self.kpis and not self.see and not self.reason:
            raise ValueError("expected a place to see it")
        return self


class Promises(Part):
    documents: Mapping[str, Document]
    boards: Mapping[str, BoardOf]
    promises: tuple[Promise, ...]

    @model_validator(mode="after")
    def _is_of_known_documents(self) -> Self:
        for promise in self.promises:
            if promise.document not in self.documents:
                raise ValueError(f"promise {promise.n}: no document {promise.document}")
            for place in promise.see:
                if place.board and place.board not in self.boards:
                    raise ValueError(f"promise {promise.n}: no board {place.board}")
        numbers = [promise.n for promise in self.promises]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"expected the promises to be numbered from 1 to {len(numbers)}")
        return self


def read(catalogue: Path | None = None) -> Promises:
    """The promises of a catalogue folder, else the packaged ones. Raises `SettingsError`."""
    return yamlfiles.load(yamlfiles.find(catalogue, FILE), Promises)


def page(promises: Promises, kpis: Kpis) -> str:
    """The whole page; an indicator that the catalogue lacks is named without a place to see it."""
    sources = table(
        ("Ký hiệu", "Văn bản", "Ngày"),
        [
            (code(key), each.title, day(each.date) if each.date else "")
            for key, each in promises.documents.items()
        ],
    )
    header = (
        "#",
        "Văn bản",
        "Trích (quote)",
        "Chỉ tiêu, sự kiện (KPI, events)",
        "Xem ở đâu (where)",
        "Ghi chú",
    )
    rows = [_row(each, kpis, promises.boards) for each in promises.promises]
    return "\n".join([HEAD, sources, table(header, rows)])


def _row(promise: Promise, kpis: Kpis, boards: Mapping[str, BoardOf]) -> tuple[str, ...]:
    return (
        str(promise.n),
        promise.document,
        "\n".join(quoted(each) for each in promise.quotes),
        _made_of(promise, kpis),
        "\n".join([*(_place(each, boards) for each in promise.see), *_seen(promise.kpis, kpis, boards)]),
        promise.reason,
    )


def _made_of(promise: Promise, kpis: Kpis) -> str:
    named = [f"{kpis[each].name.vi} ({code(each)})" if each in kpis else code(each) for each in promise.kpis]
    return (
        "\n".join([*named, *([f"sự kiện: {codes(promise.events)}"] if promise.events else [])]) or "không có"
    )


def _place(place: Place, boards: Mapping[str, BoardOf]) -> str:
    if place.command:
        return code(place.command)
    return f"bảng “{boards[place.board].title}”, ô “{place.panel}”"


def _seen(named: Sequence[str], kpis: Kpis, boards: Mapping[str, BoardOf]) -> list[str]:
    """For each indicator the board of its domain and the commands, indicators of one board together."""
    known = [kpis[each] for each in named if each in kpis]
    lines = []
    for domain in dict.fromkeys(kpi.domain for kpi in known):
        titles = [board.title for board in boards.values() if domain in board.domains]
        lines += [f"bảng “{title}”" for title in titles]
        lines += [_commands(kpi) for kpi in known if kpi.domain == domain]
    return lines


def _commands(kpi: Kpi) -> str:
    dated = any(target.by for target in kpi.targets)
    return code(f"ioc value {kpi.id}") + (f", {code(f'ioc forecast {kpi.id}')}" if dated else "")
