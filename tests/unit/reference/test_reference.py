"""Units through a reorganisation, sources as the catalogue declares them, mistakes named."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.errors import SettingsError
from ioc.reference import Catalogue
from ioc.units import Unit, Units
from ioc.yamlfiles import PACKAGED

CATALOGUE = Catalogue.load(None)
TODAY = date(2026, 6, 1)


def unit(code: str, start: str = "2025-03-01", **more: object) -> Unit:
    plain = {
        "code": code,
        "slug": code.lower(),
        "name": code,
        "kind": "vụ",
        "headcount": 10,
        "valid_from": start,
    }
    return Unit.model_validate(plain | more)


def test_packaged_units() -> None:
    assert len(CATALOGUE.units.valid(date(2025, 3, 1))) == 23, "NĐ 25/2025: 22 units and the ministry"
    assert len(CATALOGUE.units.valid(TODAY)) == 22, "the inspectorate ended on 30/6/2025"
    assert CATALOGUE.units.headcount("G09", TODAY) > 3000
    assert all(15 <= CATALOGUE.units.get(code).headcount <= 300 for code in CATALOGUE.units.codes - {"G09"})
    assert CATALOGUE.units.headcount("G09", date(2025, 6, 30)) == CATALOGUE.units.headcount("G09", TODAY)
    assert CATALOGUE.units.ancestors("G09.919", TODAY) == ("G09",)
    assert CATALOGUE.units.ancestors("G10", TODAY) == ()
    assert {unit.code for unit in CATALOGUE.units.valid(date(2025, 2, 28))} == {"G09", "G09.919", "G09.923"}
    assert CATALOGUE.units.valid(date(2021, 10, 17)) == ()


def test_reorganisation() -> None:
    units = Units(
        [
            unit("G09"),
            unit("G09.10", parent="G09", valid_to="2025-12-31", merged_into="G09.20"),
            unit("G09.20", parent="G09", headcount=30, valid_to="2025-12-31"),
            unit("G09.20", "2026-01-01", parent="G09", headcount=40),
        ]
    )
    assert units.headcount("G09", date(2025, 6, 1)) == 50
    assert units.headcount("G09", TODAY) == 50
    assert units.under("G09", TODAY) == ("G09", "G09.20")
    assert units.successor("G09.10", date(2025, 6, 1)) == "G09.10"
    assert units.successor("G09.10", TODAY) == "G09.20"
    assert units.get("G09.20", date(2025, 6, 1)).headcount == 30
    with pytest.raises(SettingsError, match=r"G09\.20: periods overlap"):
        Units([unit("G09.20"), unit("G09.20", "2026-01-01")])
    with pytest.raises(SettingsError, match="parent G10 is not a unit"):
        Units([unit("G09.1" + "0", parent="G10")])


MERGED = date(2026, 6, 30)


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from(("G09.10.01", "G09.10.02", "G09.20.05")),
    st.booleans(),
)
def test_a_day_after_a_merger_counts_for_the_successor_and_above_it_only(
    day: date, code: str, above_too: bool
) -> None:
    """Two levels: a division goes to another department, with or without the department it stood in."""
    gone = {"valid_to": str(MERGED), "merged_into": "G09.20.05"}
    units = Units(
        [
            unit("G09"),
            unit("G09.10", parent="G09", **({**gone, "merged_into": "G09.20"} if above_too else {})),
            unit("G09.20", parent="G09"),
            unit("G09.10.01", parent="G09.10", **gone),
            unit("G09.10.02", parent="G09.10", valid_to=str(MERGED) if above_too else None),
            unit("G09.20.05", parent="G09.20"),
        ]
    )
    found = units.counted_for(code, day)
    heirs = {"G09.20.05", "G09.20", "G09"}
    if code == "G09.20.05":
        assert found == heirs
    elif code == "G09.10.01":
        assert found == {code} | heirs | ({"G09.10"} if day <= MERGED else set())
    else:
        assert found == {code, "G09.10", "G09"} | ({"G09.20"} if above_too else set())


def test_sources() -> None:
    vxp = CATALOGUE.sources["vxp"]
    assert vxp.urn("G09") == "urn:ioc:G09:vxp"
    assert "vn.gov.ioc.document.exchange_changed.v1" in vxp.types
    assert all("vn.gov.ioc.source.heartbeat.v1" in source.types for source in CATALOGUE.sources.values())
    assert vxp.units == CATALOGUE.units.codes - {"G09"}
    assert CATALOGUE.sources["luutru"].units == {"G09.913"}
    assert {table.name for table in CATALOGUE.sources["hrm"].tables} == {
        "hr.change_recorded",
        "hr.record_synced",
    }
    for source in CATALOGUE.sources.values():
        assert {table.name for table in source.tables} <= source.names


def test_version_follows_the_bytes(tmp_path: Path) -> None:
    assert Catalogue.load(tmp_path).version == CATALOGUE.version
    text = (PACKAGED / "units.yaml").read_text(encoding="utf-8")
    (tmp_path / "units.yaml").write_text(text.replace("headcount: 48", "headcount: 49"), encoding="utf-8")
    assert Catalogue.load(tmp_path).version != CATALOGUE.version
    assert Catalogue.load(tmp_path).units.get("G09.902").headcount == 49


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("units.yaml", "headcount: 48", "headcount: -1", "headcount"),
        ("units.yaml", "code: G09.902", "code: G9.902", "code"),
        ("sources.yaml", "units: [G09.913]", "units: [G09.999]", "no such unit G09.999"),
        ("sources.yaml", "system_code: lgsp", "system_code: vxp", "vxp stands twice"),
        ("units.yaml", "units:", "units: {", "not YAML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    text = (PACKAGED / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        Catalogue.load(tmp_path)
