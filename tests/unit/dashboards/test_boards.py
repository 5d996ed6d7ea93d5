"""The generated files: no drift, and what a reader of a board may rely on."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from dashboards.boards import generate
from dashboards.boards.catalogue import load as facts
from dashboards.boards.parts import short, short_names
from dashboards.style import PALETTES
from dashboards.wall.board import COLUMNS, Board, BoardError, Panel, boards, load
from dashboards.wall.panels import LOOKS, look
from ioc.alerts import Rules
from ioc.contracts.refusal import Reason
from ioc.errors import SettingsError
from ioc.kpis import Kpis
from ioc.reference import Catalogue


def test_the_files_are_what_the_code_makes() -> None:
    assert generate.drifted() == []


def test_drift_names_changed_missing_and_stray_files(tmp_path: Path) -> None:
    assert "operations-wall.json" in generate.drifted(tmp_path)
    path = generate.write(tmp_path)[0]
    assert path.name == "operations-wall.json" and generate.drifted(tmp_path) == []
    path.write_text(path.read_text(encoding="utf-8").replace("5s", "6s"), encoding="utf-8")
    (tmp_path / "stray.json").write_text("{}", encoding="utf-8")
    assert generate.drifted(tmp_path) == ["operations-wall.json", "stray.json"]


def test_a_board_that_shows_a_kpi_nobody_defined_is_not_made() -> None:
    with pytest.raises(SettingsError, match="no_such_kpi"):
        facts().measure("no_such_kpi")


@pytest.mark.parametrize(
    ("kpi", "beginning"),
    [("doc_on_time_rate", [None, 90, 95]), ("doc_overdue_open", [None, 0.001, 5.001]),
     ("dossier_time_ratio", [None, 1.001, 1.051])],
)  # fmt: skip
def test_amber_is_measured_in_the_unit_of_the_kpi(kpi: str, beginning: list[float | None]) -> None:
    assert [value for _, value in facts().measure(kpi).bounds] == pytest.approx(beginning)


def test_panels_are_identified_described_and_measured(board: Board) -> None:
    assert len({panel.id for panel in board.panels}) == len(board.panels)
    for panel in board.panels:
        assert panel.description.strip(), panel.id
        if panel.type != "text":
            assert panel.title and panel.fieldConfig.defaults.unit, panel.id
            assert panel.fieldConfig.defaults.thresholds, panel.id
            assert panel.targets and panel.datasource is not None, panel.id


def test_panels_neither_overlap_nor_leave_the_grid(board: Board) -> None:
    for panel in board.panels:
        assert panel.gridPos.x + panel.gridPos.w <= COLUMNS
    for one, other in combinations(board.panels, 2):
        assert not overlap(one, other), f"{one.title} lies on {other.title}"


def test_the_grid_has_no_holes(board: Board) -> None:
    assert sum(panel.gridPos.w * panel.gridPos.h for panel in board.panels) == COLUMNS * board.rows


def overlap(one: Panel, other: Panel) -> bool:
    a, b = one.gridPos, other.gridPos
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def test_statements_read_the_readers_database_only(board: Board) -> None:
    statements = [target.rawSql for panel in board.panels for target in panel.targets]
    assert statements
    for sql in statements:
        assert "ioc_read." in sql and " ioc." not in sql, sql


def test_the_wall_has_a_look_for_every_panel_and_no_look_is_dead() -> None:
    used = {look(panel) for board in boards().values() for panel in board.panels}
    assert used == set(LOOKS.values())


def test_the_wall_shows_every_board_of_the_folder_and_the_first_one_first(tmp_path: Path) -> None:
    made = {path.stem for path in generate.GENERATED.glob("*.json")}
    assert set(boards()) == made and next(iter(boards())) == "operations-wall"
    with pytest.raises(BoardError, match="no board"):
        boards(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "geomap"},
        {"options": {"sparkle": True}},
        {"repeat": "unit"},
        {"fieldConfig": {"defaults": {"unit": "bytes"}, "overrides": []}},
    ],
)
def test_what_the_wall_cannot_draw_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    document = json.loads((generate.GENERATED / "operations-wall.json").read_text(encoding="utf-8"))
    document["panels"][3] |= change
    (tmp_path / "odd.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BoardError, match=r"odd\.json: panels\.3"):
        load("odd", tmp_path)


def test_a_stat_about_something_unknown_has_no_look(board: Board) -> None:
    bare = board.panels[3].model_copy(update={"fieldConfig": board.panels[1].fieldConfig})
    with pytest.raises(BoardError, match="no look for a stat"):
        look(bare)


def test_short_names_are_of_codes_in_the_catalogue() -> None:
    catalogue = Catalogue.load(None)
    assert set(short_names("units")) <= set(catalogue.units.codes)
    assert set(short_names("sources")) <= set(catalogue.sources)
    assert set(short_names("rules")) == set(Rules.load())
    assert set(short_names("reasons")) == {reason.value for reason in Reason}
    assert set(short_names("columns")) <= set(Kpis.load())
    score = Kpis.load()["unit_dx_score"].score
    assert score is not None
    assert {pillar.id for pillar in score.pillars} <= set(short_names("pillars"))
    assert "'G09.915'" in short("units", "unit", "name")


@pytest.mark.parametrize("theme", sorted(PALETTES))
def test_text_is_readable_on_its_panel(theme: str) -> None:
    ink = PALETTES[theme]
    for name, least in {"ink": 7, "soft": 7, "good": 5, "warn": 5, "act": 5, "info": 5, "faint": 4.5}.items():
        assert contrast(ink[name], ink["panel"]) >= least, f"{theme}: {name}"


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_css_and_boards_use_the_same_colours() -> None:
    css = (
        (generate.GENERATED.parent / "wall" / "wall.css")
        .read_text(encoding="utf-8")
        .replace("#fff;", "#ffffff;")
    )
    for palette in PALETTES.values():
        for name, colour in palette.items():
            assert f"--{name}: {colour}" in css, name
