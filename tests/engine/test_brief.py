"""Briefing and open data over one ledger: they say what the indicators say, and nothing of a person."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from pyarrow import parquet
from typer.testing import CliRunner

from dashboards.brief import words
from dashboards.brief.making import due, make, written
from dashboards.brief.model import Brief
from dashboards.brief.reading import Desk, read
from ioc.accounts import Account, Kept
from ioc.briefing import Plan, Week
from ioc.cli import brief, export
from ioc.opendata import COLUMNS
from ioc.settings import ClickHouse
from storage import accounts
from storage.client import Store
from tests.engine.process import environment
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_reduce_kpis import heartbeat, person, services, synced

pytestmark = pytest.mark.engine
Run = Callable[..., Any]

NOW = "2026-03-10 10:00"
"""A Tuesday."""
WEEK, JOBS = Week.parse("2026-W10"), "G09.915"


@pytest.fixture(scope="module")
def bench(alone: Store) -> Bench:
    bench = Bench(alone, NOW)
    bench.reduce(
        [
            *services(),
            *(synced(n, "2026-03-05 09:00") for n in range(3)),
            *(heartbeat(code, "2026-03-10 09:59") for code in ("motcua", "pakn")),
        ]
    )
    return bench


@pytest.fixture
def desk(bench: Bench, reading_alone: Store) -> Desk:
    return Desk(bench.store, reading_alone, bench.catalogue, bench.kpis, Plan.load(), TENANT)


@pytest.fixture
def run(bench: Bench, own_engine: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for name, value in environment(own_engine).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", own_engine.host)
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))

    commands = typer.Typer()
    for room in (brief, export):
        room.register(commands)

    def _run(*arguments: Any, code: int = 0) -> Any:
        result = CliRunner().invoke(commands, list(map(str, arguments)))
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return _run


@pytest.fixture
def head(bench: Bench) -> Iterator[None]:
    account = Account(name="truong_viec_lam", role="thu_truong_don_vi", unit=JOBS)
    accounts.keep(bench.store, TENANT, Kept(account, "-"), bench.clock.now())
    yield
    bench.store.execute("TRUNCATE TABLE ioc.accounts")


def shown(brief: Brief, kpi: Any) -> str:
    return next(line.value for each in brief.sections for line in each.lines if line.name == kpi.name.vi)


@pytest.mark.parametrize("unit", [TENANT, JOBS])
def test_a_week_that_is_over_is_told_as_it_ended(bench: Bench, desk: Desk, unit: str) -> None:
    brief = make(desk, unit, WEEK, bench.now)
    for kpi in ("dossier_on_time_rate", "dossier_overdue_open", "online_dossier_rate"):
        known = bench.value(kpi, unit, "week", "2026-03-08")
        assert known is not None
        assert shown(brief, bench.kpis[kpi]) == words.value(bench.kpis[kpi], known.value)
    # C, due on Thursday, and B, due on Friday at 17:00 and resolved only on Monday
    assert (brief.backlog[0].unit, brief.backlog[0].counts[1]) == ("Cục Việc làm", "2")
    assert brief.backlog[0].worst == "C (1 ngày); B (trong ngày)"
    assert brief.as_of_said == "09/03/2026 00:00"


def test_the_week_of_now_is_told_as_of_the_newest_fact(bench: Bench, desk: Desk) -> None:
    facts = read(desk, TENANT, Week.of(WEEK.last + timedelta(days=1)), bench.now)
    assert words.moment(facts.as_of) == "10/03/2026 09:59"
    overdue = next(each for each in facts.numbers if (each.kpi, each.unit) == ("dossier_overdue_open", JOBS))
    assert (overdue.value, overdue.before) == (1.0, 0.0), "by the Tuesday before nothing was overdue"
    assert {each.name: each.state for each in facts.sources}[bench.catalogue.sources["motcua"].name] == "live"


def test_a_source_that_spoke_after_the_week_has_told_it(bench: Bench, desk: Desk) -> None:
    days_later = bench.now + 3 * 86_400_000
    name = bench.catalogue.sources["motcua"].name
    told = {each.name: each.state for each in read(desk, TENANT, WEEK, days_later).sources}
    assert told[name] == "live"
    told = {each.name: each.state for each in read(desk, TENANT, Week.parse("2026-W11"), days_later).sources}
    assert told[name] == "silent"


def test_few_persons_are_not_told(bench: Bench, desk: Desk) -> None:
    brief = make(desk, "G09.904", WEEK, bench.now)
    name = bench.kpis["hr_record_coverage"].name.vi
    line = next(line for each in brief.sections for line in each.lines if line.name == name)
    assert (line.value, line.verdict) == (words.NOTHING, words.HIDDEN)
    assert person(1) not in written(brief, "html").decode()


def test_made_again_it_is_the_same(bench: Bench, desk: Desk) -> None:
    assert make(desk, TENANT, WEEK, bench.now) == make(desk, TENANT, WEEK, bench.now + 2_000)


def test_what_is_due_is_written_once(bench: Bench, desk: Desk, head: None, tmp_path: Path) -> None:
    found = list(due(desk, tmp_path, bench.clock.now()))
    names = [f"2026-W10/{TENANT}.{form}" for form in ("pdf", "docx", "html")] + [f"2026-W10/{JOBS}.pdf"]
    assert [str(path.relative_to(tmp_path)) for path, *_ in found] == names
    assert {week for _, _, week, _ in found} == {WEEK}
    for path, *_ in found[1:]:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path, *_ in due(desk, tmp_path, bench.clock.now())] == [f"{TENANT}.pdf"]


def test_the_command_writes_the_file_its_suffix_names(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "giao-ban.html"
    said = run("brief", "--week", "2026-W10", "--unit", JOBS, "--out", out, "--json")
    assert (said["week"], said["unit"], said["format"]) == ("2026-W10", JOBS, "html")
    assert "Cục Việc làm" in out.read_text(encoding="utf-8")
    first = out.read_bytes()
    run("brief", "--week", "2026-W10", "--unit", JOBS, "--format", "html", "--out", out)
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    "wrong",
    [
        ("--week", "2026-W60", "--out", "a.pdf"),
        ("--week", "2999-W01", "--out", "a.pdf"),
        ("--date", "hôm qua", "--out", "a.pdf"),
        ("--unit", "G09.999", "--out", "a.pdf"),
        ("--out", "a.txt"),
        ("--week", "2026-W10", "--date", "2026-03-10", "--out", "a.pdf"),
        ("--due", "--out", "a.pdf"),
        (),
    ],
)
def test_wrong_use_is_said_in_a_sentence(run: Run, wrong: tuple[str, ...]) -> None:
    assert "Traceback" not in run("brief", *wrong, code=2)


def exported(run: Run, out: Path) -> bytes:
    run("export", "values", "--from", "2026-03-02", "--to", "2026-03-10", "--out", out)
    return out.read_bytes()


def test_open_data_add_up_to_the_indicator(bench: Bench, run: Run, tmp_path: Path) -> None:
    content = exported(run, tmp_path / "so-lieu.csv")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    online = [row for row in rows if row["kpi"] == "online_dossier_rate"]
    summed = tuple(sum(int(row[name]) for row in online) for name in ("numerator", "denominator"))
    assert summed == bench.fraction("online_dossier_rate", name="month") == (5, 7)
    assert {row["basis"] for row in online} == {"counted"}
    assert exported(run, tmp_path / "so-lieu.csv") == content


def test_the_three_formats_say_the_same(run: Run, tmp_path: Path) -> None:
    listed = orjson.loads(exported(run, tmp_path / "a.json"))
    exported(run, tmp_path / "a.parquet")
    told = parquet.read_table(tmp_path / "a.parquet")
    assert told.column_names == [column.name for column in COLUMNS]
    assert [{**row, "day": row["day"].isoformat()} for row in told.to_pylist()] == listed
    rows = list(csv.DictReader(io.StringIO(exported(run, tmp_path / "a.csv").decode())))
    assert [row["value"] for row in rows] == [
        "" if row["value"] is None else str(row["value"]) for row in listed
    ]


def test_no_person_and_no_small_group_is_exported(bench: Bench, run: Run, tmp_path: Path) -> None:
    content = exported(run, tmp_path / "a.csv").decode()
    assert person(1) not in content
    personal = {kpi.id for kpi in bench.kpis.values() if kpi.personal}
    small = [
        row
        for row in csv.DictReader(io.StringIO(content))
        if row["kpi"] in personal and row["unit"] == "G09.904" and 0 < int(row["cases"]) < 5
    ]
    assert small == []


def test_a_dictionary_stands_beside_the_data(bench: Bench, run: Run, tmp_path: Path) -> None:
    exported(run, tmp_path / "a.parquet")
    told = orjson.loads((tmp_path / "a.parquet.dictionary.json").read_bytes())
    assert [each["name"] for each in told["columns"]] == [column.name for column in COLUMNS]
    assert [each["kpi"] for each in told["kpis"]] == list(bench.kpis)
    assert (told["from"], told["to"]) == ("2026-03-02", "2026-03-10")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "2026-03-10", "--to", "2026-03-02", "--out", "a.csv"),
        ("--from", "1", "--to", "2026-03-02", "--out", "a.csv"),
        ("--from", "2026-03-02", "--to", "2026-03-02", "--out", "a.xls"),
        ("--from", "2026-03-02", "--to", "2026-03-02", "--out", "a.csv", "--kpi", "x"),
        ("--from", "2001-03-02", "--to", "2026-03-02", "--out", "a.csv"),
    ],
)
def test_wrong_use_of_the_export(run: Run, wrong: tuple[str, ...]) -> None:
    assert "Traceback" not in run("export", "values", *wrong, code=2)
