"""Counts that no event carries: own values, sums through mergers, mistakes named."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from ioc.baselines import Baseline, Baselines, Declarations, Declared, System
from ioc.errors import SettingsError
from ioc.reference import Catalogue
from ioc.units import Unit, Units
from ioc.yamlfiles import PACKAGED

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def unit(code: str, headcount: int, parent: str | None = "G77", **more: object) -> Unit:
    plain = {"code": code, "slug": code, "name": code, "kind": "vụ", "valid_from": "2025-01-01"}
    return Unit.model_validate({**plain, "parent": parent, "headcount": headcount, **more})


def baseline(name: str, code: str, value: int, start: str = "2022-07-28", **more: object) -> Baseline:
    entry = {"name": name, "unit": code, "value": value, "valid_from": start, "source": "QĐ 1", **more}
    return Baseline.model_validate(entry)


def system(code: str, unit: str, start: str, **more: object) -> System:
    entry = {"code": code, "unit": unit, "name": code, "valid_from": start, "source": "QĐ 2", **more}
    return System.model_validate(entry)


UNITS = Units(
    [
        unit("G77", 1, None),
        unit("G77.10", 20, valid_to="2025-06-30", merged_into="G77.20"),
        unit("G77.20", 30, valid_to="2025-06-30"),
        unit("G77.20", 50, valid_from="2025-07-01"),
        unit("G77.30", 7),
    ]
)
FOUND = Baselines(
    [
        baseline("procedures", "G77.10", 4),
        baseline("procedures", "G77.20", 6, valid_to="2025-06-30"),
        baseline("procedures", "G77.20", 5, "2025-07-01"),
    ],
    [
        system("one", "G77.20", "2025-01-01"),
        system("two", "G77.20", "2025-07-01"),
        system("old", "G77.30", "2025-01-01", valid_to="2025-06-30"),
    ],
    UNITS,
)


def test_own_values_by_day() -> None:
    assert FOUND.names == ("headcount", "systems", "procedures")
    assert [FOUND.value("procedures", "G77.20", day) for day in (BEFORE, AFTER)] == [6, 5]
    assert [FOUND.value("systems", "G77.20", day) for day in (BEFORE, AFTER)] == [1, 2]
    assert [FOUND.value("systems", "G77.30", day) for day in (BEFORE, AFTER)] == [1, 0]
    assert [FOUND.value("headcount", "G77.10", day) for day in (BEFORE, AFTER)] == [20, 0]
    assert [FOUND.value("headcount", "G77.20", day) for day in (BEFORE, AFTER)] == [30, 50]
    assert FOUND.value("procedures", "G77", AFTER) == 0
    assert FOUND.value("procedures", "G99", AFTER) == 0
    assert FOUND.value("headcount", "G99", AFTER) == 0
    assert FOUND.value("nothing", "G77", AFTER) == 0
    assert FOUND.value("procedures", "G77.10", date(2022, 7, 27)) == 0


def test_totals_pass_from_a_merged_unit_to_its_successor_and_count_once_at_the_top() -> None:
    assert [FOUND.total("procedures", "G77.20", day) for day in (BEFORE, AFTER)] == [10, 9]
    assert [FOUND.total("procedures", "G77", day) for day in (BEFORE, AFTER)] == [10, 9]
    assert [FOUND.total("headcount", "G77.20", day) for day in (BEFORE, AFTER)] == [50, 50]
    assert [FOUND.total("headcount", "G77", day) for day in (BEFORE, AFTER)] == [58, 58]
    for code in UNITS.codes:
        for day in (BEFORE, AFTER):
            assert FOUND.total("headcount", code, day) == UNITS.headcount(code, day)


def test_declared_or_not_is_not_zero() -> None:
    declared = Declared.model_validate(
        {"name": "team", "unit": "G77.30", "value": 0, "valid_from": "2025-07-01", "source": "Tự khai"}
    )
    found = Declarations([declared], UNITS)
    assert found.value("team", "G77.30", AFTER) == 0
    assert found.value("team", "G77.30", BEFORE) is None
    assert found.value("team", "G77.20", AFTER) is None


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([baseline("procedures", "G78", 1)], "no such unit G78"),
        ([baseline("a", "G77", 1), baseline("a", "G77", 2, "2025-01-01")], "a of G77: periods overlap"),
        ([baseline("headcount", "G77", 1)], "headcount of G77: is counted"),
    ],
)
def test_mistakes_are_named(entries: list[Baseline], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Baselines(entries, [], UNITS)


def test_the_packaged_counts() -> None:
    catalogue = Catalogue.load(None)
    on = date(2026, 6, 1)
    assert set(catalogue.baselines.names) == {
        *("headcount", "systems", "procedures", "archive_items", "archive_pages", "archive_highuse_pages"),
        "gov10_tasks",
    }
    assert catalogue.baselines.value("gov10_tasks", "G09", on) == 10
    assert catalogue.baselines.total("procedures", "G09", on) > 200
    pages = [
        catalogue.baselines.total(name, "G09", on) for name in ("archive_highuse_pages", "archive_pages")
    ]
    assert 0 < pages[0] < pages[1]
    assert catalogue.baselines.total("systems", "G09", on) == len(catalogue.baselines.systems)
    assert catalogue.declared.value("dx_team", "G09.901", on) == 1
    assert catalogue.declared.value("dx_team", "G09.901", date(2025, 12, 31)) is None


def test_counts_change_the_version_and_go_with_their_units(tmp_path: Path) -> None:
    packaged = Catalogue.load(None)
    text = (PACKAGED / "baselines.yaml").read_text(encoding="utf-8")
    (tmp_path / "baselines.yaml").write_text(text.replace("value: 10,", "value: 11,"), encoding="utf-8")
    changed = Catalogue.load(tmp_path)
    assert changed.version != packaged.version
    assert changed.baselines.value("gov10_tasks", "G09", AFTER) == 11
    (tmp_path / "baselines.yaml").unlink()
    units = yaml.safe_load((PACKAGED / "units.yaml").read_text(encoding="utf-8"))
    (tmp_path / "units.yaml").write_text(yaml.safe_dump(units), encoding="utf-8")
    alone = Catalogue.load(tmp_path)
    assert alone.baselines.names == ("headcount", "systems")
    assert alone.declared.entries == ()
