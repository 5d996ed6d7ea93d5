"""Reference data entry by entry: what an audit compares."""

from pathlib import Path

import orjson
import pytest

from ioc.entries import Place, canonical, of_documents, of_kpis
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage.audit import differences

SCORE = """
id: made_up_score
domain: tasks
name: {vi: Điểm, en: Score}
meaning: {vi: Điểm, en: Score}
source: {document: Quyết định}
unit: points
direction: up
owner: G09.919
kind: composite
composite:
  of: dx_score
  pillars:
    - {id: it, name: {vi: CNTT, en: IT}, weight: 60, parts: [{kpi: online_dossier_rate, weight: 60}]}
    - {id: data, name: {vi: Dữ liệu, en: Data}, weight: 40, parts: [{kpi: e_result_rate, weight: WEIGHT}]}
"""


def score(folder: Path, first: int, second: int) -> dict[Place, str]:
    (folder / "kpis").mkdir(exist_ok=True)
    text = SCORE.replace("weight: 60", f"weight: {first}").replace("weight: 40", f"weight: {second}")
    file = folder / "kpis" / "made_up_score.yaml"
    file.write_text(text.replace("WEIGHT", str(second)), encoding="utf-8")
    return of_kpis(Kpis.load(folder))


def test_weights_appear_by_pillar_and_part(tmp_path: Path) -> None:
    before, after = score(tmp_path, 60, 40), score(tmp_path, 70, 30)
    found = [(each.place.part, each.kind) for each in differences(before, after)]
    assert found == [
        ("composite.data.e_result_rate", "changed"),
        ("composite.data.weight", "changed"),
        ("composite.it.online_dossier_rate", "changed"),
        ("composite.it.weight", "changed"),
    ]


def test_every_entry_of_the_catalogue_has_its_place() -> None:
    catalogue = Catalogue.load(None)
    places = catalogue.entries
    assert orjson.loads(places[Place("units.yaml", "G09.919 2021-10-18")])["name"] == "Trung tâm Thông tin"
    assert orjson.loads(places[Place("sources.yaml", "vxp")])["interval_s"] == 60
    assert orjson.loads(places[Place("calendar/2026.yaml", "2026-08-22")])["day"] == "work"
    assert Place("baselines.yaml", "procedures G09.913 2022-07-28") in places
    assert Place("sources.yaml", "maps") not in places
    assert sum(place.file == "units.yaml" for place in places) == sum(
        len(catalogue.units.periods(code)) for code in catalogue.units.codes
    )


def test_equal_content_is_equal_text() -> None:
    one = of_documents(
        {"systems.yaml": {"systems": [{"code": "a", "unit": "G77", "valid_from": "2025-01-01"}]}}
    )
    two = of_documents(
        {"systems.yaml": {"systems": [{"valid_from": "2025-01-01", "unit": "G77", "code": "a"}]}}
    )
    assert one == two
    assert list(differences(one, two)) == []
    assert canonical({"b": 1, "a": [1.5, "đ"]}) == '{"a":[1.5,"đ"],"b":1}'


@pytest.mark.parametrize(
    ("before", "after", "first", "kind"),
    [
        ("", "1", False, "added"),
        ("", "1", True, "first"),
        ("1", "", False, "removed"),
        ("1", "2", True, "changed"),
    ],
)
def test_kinds_of_differences(before: str, after: str, first: bool, kind: str) -> None:
    place = Place("units.yaml", "G77 2025-01-01")
    sides = [{place: text} if text else {} for text in (before, after)]
    assert [each.kind for each in differences(sides[0], sides[1], first=first)] == [kind]
