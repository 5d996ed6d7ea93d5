"""`ioc catalogue check`: each kind of inconsistency is found, all at once, and named by file and entry."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from ioc.cli.catalogue import register
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.review import Finding, Tables, review
from ioc.review.expressions import unfinished, unknown
from ioc.yamlfiles import PACKAGED
from storage import schema, watching

TABLES = Tables({**schema.views(), **watching.columns()}, schema.spans())
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packaged catalogue with two KPIs and without what makes it slow to read."""
    copy = tmp_path_factory.mktemp("catalogue") / "own"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("kpis", "__pycache__", "*.py"))
    (copy / "kpis").mkdir()
    for kpi in ("online_dossier_rate", "hr_record_coverage"):
        shutil.copy(PACKAGED / "kpis" / f"{kpi}.yaml", copy / "kpis")
    (copy / "kpis.yaml").write_text("kpis: {online_dossier_rate: , hr_record_coverage: }\n", encoding="utf-8")
    edit(copy / "declared.yaml", lambda document: document.update(declared=document["declared"][:4]))
    edit(copy / "sources.yaml", lambda document: document.pop("maps"))
    for code in ("hrm", "csdlqg_cbccvc", "ca", "mail", "the_cc", "daotao"):
        edit(copy / "sources.yaml", systems(code, tables=[]))
    return copy


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A catalogue to spoil."""
    return shutil.copytree(template, tmp_path / "own")


def edit(file: Path, change: Edit) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(document)
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def found(folder: Path) -> list[tuple[str, str, str]]:
    return [(each.file, each.entry, each.expected) for each in review(folder, TABLES).findings]


def unit(document: dict[str, Any], code: str) -> dict[str, Any]:
    entry: dict[str, Any] = next(each for each in reversed(document["units"]) if each["code"] == code)
    return entry


def source(document: dict[str, Any], code: str) -> dict[str, Any]:
    entry: dict[str, Any] = next(each for each in document["sources"] if each["system_code"] == code)
    return entry


def units(**changes: dict[str, Any]) -> Edit:
    """Changes of units, by the last part of their codes: `u902={…}`."""

    def change(document: dict[str, Any]) -> None:
        for code, fields in changes.items():
            unit(document, f"G09.{code[1:]}").update(fields)

    return change


def systems(code: str, **fields: object) -> Edit:
    return lambda document: source(document, code).update(fields)


def more(key: str, **fields: object) -> Edit:
    return lambda document: document[key].append(fields)


def counted(name: str, unit: str, start: str = "2025-01-01", **fields: object) -> Edit:
    return more("baselines", name=name, unit=unit, value=1, valid_from=start, **{"source": "QĐ 1", **fields})


def day(at: str) -> Edit:
    return more("days", **{"from": at, "to": at}, day="off", name="Lần hai", document="QĐ 1")


UNITS: list[tuple[Edit, str, str]] = [
    (units(u902={"parent": "G10"}), "G09.902", "parent G10 to be a unit"),
    (units(u912={"merged_into": "G10"}), "G09.912", "merged_into G10 to be a unit"),
    (units(u912={"merged_into": "G09.923"}), "G09.912", "merged_into G09.923 to exist on 2025-07-01"),
    (units(u902={"merged_into": "G09.901"}), "G09.902", "valid_to, its last day before"),
    (units(u901={"valid_from": "2025-06-30"}), "G09.901", "two hold on 2025-06-30"),
    (units(u902={"parent": "G09.912"}), "G09.902", "parent G09.912 to exist on 2025-07-01"),
    (units(u902={"parent": None}), "G09, G09.902", "one unit without a parent, there are 2"),
    (units(u902={"headcount": -1}), "G09.902", "headcount: Input should be"),
    (units(u923={"valid_to": "2020-01-01"}), "G09.923", "is before valid_from"),
    (
        units(u902={"parent": "G09.903"}, u903={"parent": "G09.902"}),
        *("G09.902", "no circle in the tree, on 2025-03-01: G09.902 → G09.903 → G09.902"),
    ),
    (units(u901={"valid_to": "2026-01-01", "merged_into": "G09.912"}), "G09.901", "no circle of mergers"),
]
OTHERS: list[tuple[str, Edit, str, str]] = [
    ("baselines.yaml", counted("a", "G10"), "a of G10", "a unit of units.yaml"),
    ("baselines.yaml", counted("procedures", "G09.913"), "procedures of G09.913", "two hold on 2025-01-01"),
    ("baselines.yaml", counted("headcount", "G09"), "headcount of G09", "to be left out"),
    ("baselines.yaml", counted("a", "G09", source=""), "a", "source: String should have"),
    ("baselines.yaml", counted("a", "G09", valid_to="2024-01-01"), "a", "is before valid_from"),
    (
        "systems.yaml",
        lambda document: document["systems"].append(document["systems"][0]),
        *("qlvb of G09.901", "two hold on 2021-10-18"),
    ),
    (
        "declared.yaml",
        lambda document: document["declared"][0].update(unit="G10"),
        "dx_team of G10",
        "a unit of",
    ),
    ("declared.yaml", lambda document: document["declared"][0].update(value=1.5), "dx_team", "value: Input"),
    ("sources.yaml", systems("luutru", units=["G10"]), "luutru", "units: G10 to be a unit"),
    ("sources.yaml", systems("luutru", types=["archive.burnt"]), "luutru", "types: archive.burnt to be an"),
    ("sources.yaml", systems("luutru", system_code="vxp"), "vxp", "to stand once"),
    ("sources.yaml", systems("luutru", interval_s=1), "luutru", "interval_s: Input should be"),
    ("sources.yaml", more("sources", like="nobody"), "nobody", "to be a packaged source"),
    ("calendar/2026.yaml", day("2026-09-02"), "Lần hai", "2026-09-02 to be listed once, it is 'Quốc khánh'"),
    ("calendar/2026.yaml", day("2027-09-02"), "Lần hai", "2027-09-02 to stand in the file of 2027"),
    (
        "calendar/2026.yaml",
        lambda document: document.update(year=2028),
        "year 2026",
        "years around it have one",
    ),
    ("calendar/hours.yaml", lambda document: document.update(hours=[]), "hours", "at least one entry"),
    ("documents.yaml", more("documents", title="x"), "documents 6", "named, a part of"),
    ("kpis.yaml", lambda document: document["kpis"].update(no=None), "the file", "no: there is no KPI of"),
    ("kpis.yaml", lambda d: d["kpis"].update(hr_record_coverage={"kind": "x"}), "the file", "kind cannot be"),
]
KPI: list[tuple[Edit, str]] = [
    (lambda d: d.update(owner="G10"), "owner G10 to be a unit of units.yaml"),
    (lambda d: d.update(owner=""), "owner (none) to be a unit"),
    (lambda d: d.update(owner="G09.912"), "owner G09.912 to exist, it ended on 2025-06-30"),
    (lambda d: d["source"].update(document=" "), "source.document, the document that its target stands in"),
    (lambda d: d["source"].update(quote=""), "source.quote, the words of Nghị quyết 33-NQ/BCSĐ"),
    (lambda d: d["targets"].append(d["targets"][0]), "one target by 2025-12-31"),
    (lambda d: d["feeds"].append("dossier.lost"), "feeds: dossier.lost to be an event type of the contracts"),
    (lambda d: d["flow"].update(view="dossiers"), "flow.view: dossiers to be a view of cases"),
    (lambda d: d["flow"].update(day="opened"), "flow.day: opened to be a column of dossier"),
    (lambda d: d["flow"].update(unit="organ"), "flow.unit: organ to be a column of dossier"),
    (lambda d: d["flow"].update(where="chanel = 'online'"), "flow.where: chanel to be a column of dossier"),
    (lambda d: d["flow"].update(numerator="countIf(open"), "flow.numerator: a closing bracket for ("),
    (lambda d: d["flow"].update(denominator="count() +"), "flow.denominator: something after +"),
    (lambda d: d.update(kind="stock"), "kind stock needs ['stock'], the file has ['flow']"),
    (lambda d: d.update(id="other"), "id to be the name of the file, online_dossier_rate"),
    (lambda d: d.update(colour="green"), "colour: Extra inputs are not permitted"),
]


def test_the_packaged_catalogue_is_consistent() -> None:
    assert review(None, TABLES).findings == []


def test_a_copy_is_consistent_too(folder: Path) -> None:
    assert found(folder) == []


SPOILT = [("units.yaml", *each) for each in UNITS] + OTHERS


@pytest.mark.parametrize(("file", "change", "named", "expected"), SPOILT)
def test_one_mistake_is_found(folder: Path, file: str, change: Edit, named: str, expected: str) -> None:
    edit(folder / file, change)
    said = found(folder)
    assert any(entry == named and expected in words for _, entry, words in said), said
    if not file.startswith("calendar"):  # a missing year is a finding of a file that is not there
        assert {name for name, _, _ in said} == {file}, said


@pytest.mark.parametrize(("change", "expected"), KPI)
def test_a_mistake_in_a_kpi_is_found(folder: Path, change: Edit, expected: str) -> None:
    edit(folder / "kpis" / "online_dossier_rate.yaml", change)
    said = found(folder)
    assert [file for file, _, words in said if expected in words] == ["kpis/online_dossier_rate.yaml"], said


def test_events_that_no_source_states_and_counts_that_nobody_gives(folder: Path) -> None:
    edit(folder / "sources.yaml", lambda d: source(d, "motcua")["types"].remove("dossier.received"))
    edit(folder / "kpis" / "hr_record_coverage.yaml", lambda d: d["distinct"].update(baseline="chairs"))
    assert found(folder) == [
        ("kpis/hr_record_coverage.yaml", "hr_record_coverage", "baseline chairs to stand in baselines.yaml"),
        (
            "kpis/online_dossier_rate.yaml",
            "online_dossier_rate",
            "feeds: a source that states dossier.received, sources.yaml has none",
        ),
    ]


def test_all_mistakes_are_listed_not_only_the_first(folder: Path) -> None:
    edit(
        folder / "units.yaml",
        units(u902={"parent": "G10"}, u903={"headcount": -1}, u912={"merged_into": "G10"}),
    )
    edit(folder / "kpis" / "online_dossier_rate.yaml", lambda d: d.update(owner="G10"))
    (folder / "systems.yaml").write_text("systems: {", encoding="utf-8")
    (folder / "declared.yaml").write_text("declared: 3", encoding="utf-8")
    said = found(folder)
    assert {"units.yaml", "systems.yaml", "declared.yaml", "kpis/online_dossier_rate.yaml"} == {
        f for f, _, _ in said
    }
    assert "is not YAML" in next(words for file, _, words in said if file == "systems.yaml")


def test_files_of_the_package_are_named_so(tmp_path: Path) -> None:
    units = yaml.safe_load((PACKAGED / "units.yaml").read_text(encoding="utf-8"))
    units["units"] = [each for each in units["units"] if each["code"] != "G09.913"]
    (tmp_path / "units.yaml").write_text(yaml.safe_dump(units), encoding="utf-8")
    said = review(tmp_path, TABLES).findings
    assert Finding("(packaged) sources.yaml", "luutru", "units: G09.913 to be a unit of units.yaml") in said


def test_what_loads_is_what_is_checked(folder: Path) -> None:
    assert Catalogue.load(folder).baselines.names == Catalogue.load(None).baselines.names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("countIf(channel = 'online')", []),
        ("countIf(chanel = 'channel')", ["chanel"]),
        ("sumIf(amount, method != 'exempt' AND open)", ["amount", "method"]),
        ("arrayCount(x -> x > open, stages)", ["stages"]),
        ("arraySum((a, b) -> a * b, open, open)", []),
        ("quantileIf(0.95)(open, t > now() - INTERVAL 3 DAY)", []),
        ("count() AS n, n + 1e3 + 0x1F", []),
        ("if(open IS NULL, 'it''s', `open`)", []),
    ],
)
def test_names_in_expressions(expression: str, names: list[str]) -> None:
    assert unknown(expression, {"channel", "open", "t"}) == names
    assert unfinished(expression) is None


@pytest.mark.parametrize("expression", ["", "f(", "f)", "f(]", "a AND", "'open", "a ="])
def test_unfinished_expressions(expression: str) -> None:
    assert unfinished(expression) is not None


def test_columns_come_from_the_migrations() -> None:
    views = schema.views()
    assert {"opened_at", "stage_running", "amount_paid"} <= views["dossier"]
    assert {"INDEX", "ENGINE", ""} & set().union(*views.values()) == set()
    assert "milliseconds" in views["latency"]


def ioc(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    register(app)
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout


def test_the_command_exits_0_1_2(folder: Path) -> None:
    code, said = ioc("catalogue", "check")
    assert (code, said.splitlines()[-1]) == (0, "Nhất quán.")
    edit(folder / "units.yaml", units(u902={"parent": "G10"}))
    code, said = ioc("catalogue", "check", "--catalogue", str(folder), "--json")
    assert code == 1
    document = json.loads(said)
    assert document["ok"] is False
    assert document["findings"] == [
        {"file": "units.yaml", "entry": "G09.902", "expected": "parent G10 to be a unit of the file"}
    ]
    assert document["checked"]["kpis"] == 2
    assert ioc("catalogue", "check", "--catalogue", str(folder / "nowhere"))[0] == 2


EXAMPLE = Path(__file__).parents[3] / "examples" / "g02"


def test_the_second_ministry_is_consistent_and_its_own() -> None:
    assert ioc("catalogue", "check", "--catalogue", str(EXAMPLE))[0] == 0
    catalogue, kpis = Catalogue.load(EXAMPLE), Kpis.load(EXAMPLE)
    assert all(code.startswith("G02") for code in catalogue.units.codes)
    assert all(kpi.owner.startswith("G02") for kpi in kpis.values())
    assert all(
        units <= catalogue.units.codes for units in (each.units for each in catalogue.sources.values())
    )
    assert [target.value for target in kpis["portal_sync_rate"].targets] == [100]
    assert kpis["online_dossier_rate"].flow == Kpis.load()["online_dossier_rate"].flow
    assert "gov10_task_completion" not in kpis
    assert catalogue.baselines.total("systems", "G02", date(2026, 1, 1)) == 7


def test_a_kpi_that_a_board_shows_must_be_kept(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "g02")
    edit(folder / "kpis.yaml", lambda document: document["kpis"].pop("doc_on_time_rate"))
    code, said = ioc("catalogue", "check", "--catalogue", str(folder))
    assert code == 1
    assert "board operations-wall: expected every KPI that is shown" in said
    assert "doc_on_time_rate" in said


def test_roles_are_reviewed(folder: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        roles = document["roles"]
        roles[0]["may"]["fly"] = "all"
        roles.append(dict(roles[1]))
        for role in roles:
            role["may"].pop("shelve", None)

    edit(folder / "roles.yaml", spoil)
    told = [(entry, expected) for file, entry, expected in found(folder) if file == "roles.yaml"]
    assert ("roles", "some role that may shelve") in told
    assert ("chanh_van_phong", "to stand once") in told
    assert any(entry == "lanh_dao_bo" and "fly" in expected for entry, expected in told)


def test_the_plan_of_briefings_is_reviewed(folder: Path) -> None:
    assert [each for each in found(folder) if each[0] == "brief.yaml"] == []

    def spoil(document: Any) -> None:
        document["charts"].append("no_such_kpi")
        document["schedule"][1]["units"] = "role:nobody"
        document["schedule"].append(dict(document["schedule"][0]))

    edit(folder / "brief.yaml", spoil)
    told = [(entry, expected) for file, entry, expected in found(folder) if file == "brief.yaml"]
    assert ("charts no_such_kpi", "a KPI of the catalogue") in told
    assert ("giao_ban_bo", "to stand once") in told
    assert any(entry == "giao_ban_don_vi" and "a role" in expected for entry, expected in told)
