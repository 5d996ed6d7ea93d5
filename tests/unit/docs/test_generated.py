"""The pages made from the catalogue: no drift, and what they must say."""

import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from typer.testing import CliRunner

from ioc.cli import _register, app, docs
from ioc.contracts import BY_NAME, TYPES
from ioc.docs import generate, promises
from ioc.errors import SettingsError
from ioc.kpis import Kpis

BOARDS = Path(__file__).parents[3] / "dashboards" / "generated"
MADE_UP = """
id: chairs_painted_rate
domain: furniture
name: {vi: Ghế đã sơn, en: Chairs painted}
meaning: {vi: Số ghế đã sơn trên tổng số ghế | kể cả ghế đẩu., en: Painted out of all.}
source: {document: Quy chế ghế, quote: sơn mọi ghế}
unit: percent
direction: up
targets: [{value: 40, by: 2027-06-30}, {value: 99.5}]
owner: G09.911
kind: ratio
feeds: [dossier.received]
flow: {view: dossier, day: opened_at, numerator: countIf(channel = 'online'), denominator: count()}
"""


def test_the_pages_are_what_the_catalogue_says() -> None:
    assert generate.drift() == [], "run `make docs`"


def test_a_made_up_indicator_is_documented(tmp_path: Path) -> None:
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "chairs_painted_rate.yaml").write_text(MADE_UP, encoding="utf-8")
    page = generate.pages(tmp_path)["kpis.md"]
    (row,) = [line for line in page.splitlines() if line.startswith("| `chairs_painted_rate`")]
    for said in (
        "**Ghế đã sơn** (Chairs painted)",
        r"tổng số ghế \| kể cả",
        "tử số `countIf(channel = 'online')`; mẫu số `count()`",
        "≥ 40 %, đến hết 30/6/2027<br>≥ 99,5 %, mọi lúc",
        "Quy chế ghế<br>“sơn mọi ghế”",
        "Vụ Kế hoạch - Tài chính (G09.911)",
        "`dossier.received`<br>Hệ thống thông tin giải quyết thủ tục hành chính của Bộ (motcua)",
    ):
        assert said in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 9, "the bar of a meaning must not open a column"
    assert page.index("## furniture") > page.index("## Nền tảng"), "unknown domains come last"


def test_every_indicator_and_every_event_has_its_row() -> None:
    pages = generate.pages()
    for kpi in Kpis.load():
        assert f"| `{kpi}` |" in pages["kpis.md"]
    for kind in TYPES.values():
        section = pages["events.md"].partition(f"## {kind.n}. {kind.name}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(kind.model.model_fields)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 10}, ("int", "≥ 1, ≤ 10")),
        ({"type": "integer", "minimum": 0, "maximum": 10**15}, ("int", "≥ 0")),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}, ("enum", "`a`, `b`")),
        (
            {"type": "array", "maxItems": 3, "items": {"type": "boolean"}},
            ("danh sách bool", "; nhiều nhất 3"),
        ),
    ],
)
def test_a_field_is_said_in_words(schema: dict[str, Any], said: tuple[str, str]) -> None:
    from ioc.docs.events import described

    assert described(schema, {}) == said


def test_all_forty_sentences_are_answered() -> None:
    listed, known = promises.read(), set(Kpis.load())
    assert [promise.n for promise in listed.promises] == list(range(1, 41))
    assert {promise.document for promise in listed.promises} == set(listed.documents)
    for promise in listed.promises:
        assert promise.kpis or promise.reason
        assert set(promise.kpis) <= known, promise.n
        assert set(promise.events) <= set(BY_NAME), promise.n
    assert {kpi for promise in listed.promises for kpi in promise.kpis} == known, (
        "each one answers a sentence"
    )


def test_boards_and_panels_that_are_named_exist() -> None:
    listed = promises.read()
    panels: dict[str, set[str]] = {}
    for board, said in listed.boards.items():
        text = (BOARDS / f"{board}.json").read_text(encoding="utf-8")
        document = json.loads(text)
        assert document["title"] == said.title
        missing = [
            kpi.id for kpi in Kpis.load().values() if kpi.domain in said.domains and kpi.id not in text
        ]
        assert missing == [], f"on the board {board}"
        panels[board] = {panel["title"] for panel in document["panels"]}
    for promise in listed.promises:
        for place in promise.see:
            assert not place.board or place.panel in panels[place.board], promise.n


def test_commands_that_are_named_exist() -> None:
    if not app.registered_commands:
        _register()
    root = typer.main.get_command(app)
    for promise in promises.read().promises:
        for place in promise.see:
            context = typer.Context(root)
            _, *words = place.command.split() or [""]
            at: Any = root
            while words and hasattr(at, "get_command"):
                found = at.get_command(context, words[0])
                assert found is not None, f"{promise.n}: {place.command}"
                at, words = found, words[1:]


def test_a_promise_without_number_and_without_reason_is_refused(tmp_path: Path) -> None:
    promise = {"n": 1, "document": "A", "quotes": ["nói"]}
    listed = {"documents": {"A": {"title": "Một"}}, "boards": {}, "promises": [promise]}
    (tmp_path / "promises.yaml").write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"promises\.0.*reason why there is none"):
        promises.read(tmp_path)


def test_check_names_what_drifted_and_fails(tmp_path: Path) -> None:
    app = typer.Typer()
    docs.register(app)
    run = CliRunner().invoke
    assert orjson.loads(run(app, ["docs", "generate", "--folder", str(tmp_path), "--json"]).output) == {
        "changed": ["kpis.md", "events.md", "open-data.md", "promises.md"]
    }
    (tmp_path / "kpis.md").write_text("khác", encoding="utf-8")
    checked = run(app, ["docs", "generate", "--check", "--folder", str(tmp_path)])
    assert (checked.exit_code, checked.output) == (1, "kpis.md\n")
