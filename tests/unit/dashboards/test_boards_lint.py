"""Every generated board: nothing overlaps, everything is described, every link leads somewhere."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from dashboards.boards import generate
from dashboards.boards.inventory import PANELS, PROPERTIES, used
from dashboards.boards.links import CONSOLE_PAGES
from dashboards.boards.lint import complaints, links
from dashboards.wall.board import OPTIONS, PropertyId, load
from ioc.kpis import Kpis

SECOND = Path(__file__).parents[3] / "examples" / "g02"
MADE_UP = """
id: {id}
domain: {domain}
name: {{vi: Ghế đã sơn, en: Chairs painted}}
meaning: {{vi: Số ghế đã sơn trên tổng số ghế., en: Painted out of all.}}
source: {{document: Quy chế ghế}}
unit: percent
direction: up
targets: [{{value: 40}}]
owner: G09.911
kind: ratio
feeds: [document.received]
flow: {{view: document_in, day: opened_at, numerator: countIf(open), denominator: count()}}
"""
WANTED = {
    *("operations-wall", "documents", "public-services", "people", "tasks"),
    *("leadership", "ranking", "data-quality", "publishers", "pipeline"),
}
MOST_ROWS = 30
"""A board that is higher cannot be read from a distance."""


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in generate.GENERATED.glob("*.json")
    }


def test_all_boards_are_there(documents: dict[str, dict[str, Any]]) -> None:
    assert set(documents) == WANTED
    assert next(iter(generate.boards(Kpis.load()))) == "operations-wall"


def test_nothing_is_wrong_with_them(documents: dict[str, dict[str, Any]]) -> None:
    assert complaints(documents) == []


def test_nothing_is_wrong_with_another_ministrys() -> None:
    made = generate.boards(Kpis.load(SECOND))
    assert complaints(made) == []
    assert "G02" in json.dumps(made["documents"]["templating"])


def test_the_wall_reads_each_and_each_fits_it(documents: dict[str, dict[str, Any]]) -> None:
    for uid in documents:
        assert load(uid).rows <= MOST_ROWS, uid


def test_only_what_is_listed_is_used_and_the_wall_knows_it(documents: dict[str, dict[str, Any]]) -> None:
    assert used(documents) == (dict(PANELS), PROPERTIES)
    for kind, options in PANELS.items():
        assert options <= OPTIONS[kind], kind
    assert set(PROPERTIES) <= set(get_args(PropertyId))


def test_every_kpi_stands_on_the_board_of_its_domain(documents: dict[str, dict[str, Any]]) -> None:
    found = generate.facts(Kpis.load())
    for kpi, measure in found.measures.items():
        assert f"'{kpi}'" in json.dumps(documents[generate.home(measure.domain)]), kpi


def test_the_console_has_the_pages_that_rows_lead_to() -> None:
    sources = (generate.GENERATED.parent / "console").glob("*.py")
    pages = re.findall(
        r'ui\.page\("([^"]+)"\)', "".join(path.read_text(encoding="utf-8") for path in sources)
    )
    for page in CONSOLE_PAGES:
        assert any(each == page or (page.endswith("/") and each.startswith(page)) for each in pages), page


def test_tiles_lead_to_the_board_of_their_domain(documents: dict[str, dict[str, Any]]) -> None:
    tile = next(each for each in documents["operations-wall"]["panels"] if "Hồ sơ nộp" in each["title"])
    assert links(tile) == ["/d/public-services?var-unit=${unit}&var-window=month"]


@pytest.mark.parametrize(
    ("domain", "uid"), [("hr", "people"), ("archives", "documents"), ("furniture", "furniture")]
)
def test_a_made_up_kpi_is_on_the_board_of_its_domain(tmp_path: Path, domain: str, uid: str) -> None:
    (tmp_path / "kpis").mkdir()
    text = MADE_UP.format(id="chairs_painted_rate", domain=domain)
    (tmp_path / "kpis" / "chairs_painted_rate.yaml").write_text(text, encoding="utf-8")
    made = generate.boards(Kpis.load(tmp_path))
    assert "'chairs_painted_rate'" in json.dumps(made[uid])
    assert complaints(made) == []


def test_a_new_kpi_moves_no_id(tmp_path: Path, documents: dict[str, dict[str, Any]]) -> None:
    (tmp_path / "kpis").mkdir()
    text = MADE_UP.format(id="a_first_rate", domain="hr")
    (tmp_path / "kpis" / "a_first_rate.yaml").write_text(text, encoding="utf-8")
    made = generate.boards(Kpis.load(tmp_path))["people"]
    before = {panel["id"]: panel["title"] for panel in documents["people"]["panels"]}
    after = {panel["id"]: panel["title"] for panel in made["panels"]}
    assert before.items() <= after.items() and len(after) == len(before) + 1


def test_a_folder_is_left_with_its_catalogues_boards_only(tmp_path: Path) -> None:
    (tmp_path / "chairs.json").write_text("{}", encoding="utf-8")
    generate.write(tmp_path, SECOND)
    assert {path.stem for path in tmp_path.glob("*.json")} == set(generate.boards(Kpis.load(SECOND)))


ELSEWHERE = {"rawSql": "SELECT 1 FROM ioc.ticks"}
UNKNOWN = {"rawSql": "SELECT ${colour} FROM ioc_read.units"}
Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("id", lambda board: board["panels"][3].update(id=board["panels"][4]["id"])),
        ("title", lambda board: board["panels"][3].update(title=board["panels"][4]["title"])),
        ("place", lambda board: board["panels"][3]["gridPos"].update(board["panels"][4]["gridPos"])),
        ("description", lambda board: board["panels"][3].update(description=" ")),
        ("unit", lambda board: board["panels"][3]["fieldConfig"]["defaults"].pop("unit")),
        ("thresholds", lambda board: board["panels"][3]["fieldConfig"]["defaults"].pop("thresholds")),
        ("statement", lambda board: board["panels"][3]["targets"][0].update(ELSEWHERE)),
        ("statement", lambda board: board["panels"][3]["targets"][0].update(format=0)),
        ("link", lambda board: board["panels"][3].update(links=[{"url": "/d/nowhere"}])),
        ("link", lambda board: board["panels"][3].update(links=[{"url": "/d/people?var-colour=red"}])),
        ("link", lambda board: board["panels"][3].update(links=[{"url": "${console}/chairs"}])),
        ("variable", lambda board: board["panels"][3]["targets"][0].update(UNKNOWN)),
        ("uid", lambda board: board.update(uid="People")),
        ("schema", lambda board: board.update(schemaVersion=39)),
        ("data source", lambda board: board["panels"][3].update(datasource={"uid": "other"})),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(documents: dict[str, dict[str, Any]], rule: str, spoil: Spoil) -> None:
    spoiled = copy.deepcopy(documents)
    spoil(spoiled["people"])
    assert rule in {each.rule for each in complaints(spoiled)}
    assert {each.board for each in complaints(spoiled)} == {"people"}
