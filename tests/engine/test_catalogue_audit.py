"""Changes of reference data: recorded when they take effect, by entry and part, once."""

from pathlib import Path

import orjson
import pytest
import yaml

from ioc.entries import Place, of_kpis
from ioc.kpis import PACKAGED as KPI_FILES
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.yamlfiles import PACKAGED
from storage import audit
from storage.client import Store
from tests.engine.reducing import Bench

pytestmark = pytest.mark.engine
TENANT = "G88"
KPI = "online_dossier_rate"


def changed(folder: Path, target: int, staff: str) -> tuple[Catalogue, Kpis]:
    """The packaged catalogue with another target of one KPI and another staff of one unit."""
    (folder / "kpis").mkdir(exist_ok=True)
    document = yaml.safe_load((KPI_FILES / f"{KPI}.yaml").read_text(encoding="utf-8"))
    document["targets"] = [{"value": target, "by": "2025-12-31"}]
    (folder / "kpis" / f"{KPI}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    for name in ("baselines.yaml", "systems.yaml", "declared.yaml"):
        (folder / name).write_bytes((PACKAGED / name).read_bytes())
    text = (PACKAGED / "units.yaml").read_text(encoding="utf-8")
    (folder / "units.yaml").write_text(text.replace("headcount: 48", f"headcount: {staff}"), encoding="utf-8")
    return Catalogue.load(folder), Kpis.load(folder)


def test_every_difference_is_recorded_once_with_what_was_before(
    store: Store, reading: Store, tmp_path: Path
) -> None:
    catalogue, kpis = Catalogue.load(), Kpis.load()
    first = audit.note(store, catalogue, kpis, TENANT, "v1")
    assert first == len(catalogue.entries) + len(of_kpis(kpis)) > 300
    assert audit.note(store, catalogue, kpis, TENANT, "v1") == 0
    assert audit.changes(reading, TENANT) == []
    assert {each.change.kind for each in audit.changes(reading, TENANT, first=True)} == {"first"}

    other = changed(tmp_path, 85, "50")
    assert audit.note(store, *other, TENANT, "v2") == 2
    assert audit.note(store, *other, TENANT, "v2") == 0
    noted = audit.changes(reading, TENANT)
    assert [(each.revision, each.version, each.change.kind, each.change.place) for each in noted] == [
        (2, "v2", "changed", Place(f"kpis/{KPI}.yaml", KPI, "targets")),
        (2, "v2", "changed", Place("units.yaml", "G09.902 2025-03-01")),
    ]
    targets, unit = (each.change for each in noted)
    assert orjson.loads(targets.before)[0]["value"] == 80
    assert orjson.loads(targets.after)[0]["value"] == 85
    assert [orjson.loads(text)["headcount"] for text in (unit.before, unit.after)] == [48, 50]

    (tmp_path / "kpis.yaml").write_text(f"kpis: {{{KPI}: }}", encoding="utf-8")
    assert audit.note(store, Catalogue.load(tmp_path), Kpis.load(tmp_path), TENANT, "v3") > 100
    removed = [each.change for each in audit.changes(reading, TENANT) if each.revision == 3]
    assert {each.kind for each in removed} == {"removed"}
    assert not any(each.after for each in removed)
    assert audit.note(store, *other, TENANT, "v4") == len(removed)
    again = [each.change for each in audit.changes(reading, TENANT) if each.revision == 4]
    assert {each.kind for each in again} == {"added"}
    assert [each.after for each in again] == [each.before for each in removed]


def test_the_reducer_records_what_it_loads(alone: Store, reading_alone: Store, tmp_path: Path) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    bench.reducer()
    before = audit.changes(reading_alone, "G09")
    bench.catalogue, bench.kpis = changed(tmp_path, 90, "51")
    bench.reducer()
    bench.reducer()
    new = audit.changes(reading_alone, "G09")[: -len(before) or None]
    assert [(each.change.place.entry, each.change.place.part) for each in new] == [
        (KPI, "targets"),
        ("G09.902 2025-03-01", ""),
    ]
