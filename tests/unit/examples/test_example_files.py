"""Every indicator has an example, and every example is whole: its events, its law, what it refers to."""

import re
from pathlib import Path

import pytest

from ioc.kpis import Kpis
from tests.engine.example_places import Place, catalogue
from tests.examples.reading import Example, Expected, files, instant, read

EXAMPLES = {kpi: read(file) for kpi, file in files().items()}
MEASURED_OF_THE_WHOLE = {"source_staleness_minutes", "event_latency_p95", "gov10_task_completion"}


def test_every_kpi_has_an_example_and_no_example_is_left_over() -> None:
    assert set(EXAMPLES) == set(Kpis.load())


@pytest.mark.parametrize("kpi", sorted(EXAMPLES))
def test_landing_would_take_its_events(kpi: str) -> None:
    for number in (None, 101):
        place = Place(EXAMPLES[kpi], number)
        rows = place.rows(catalogue([place]))
        assert len({row["id"] for row in rows}) == len(EXAMPLES[kpi].events)


@pytest.mark.parametrize("kpi", sorted(EXAMPLES))
def test_what_it_refers_to_is_there(kpi: str) -> None:
    example = EXAMPLES[kpi]
    known = {told.short for told in example.told}
    corrected = {told.corrects for told in example.told} - {""}
    assert corrected <= known
    for expected in example.expect:
        for case in cases(expected):
            named = set(case.split())
            assert named <= known, f"{case} names an event that the file does not have"
            assert not named & corrected, f"{case} rests on an event that was taken back"
        assert not set(expected.counted or ()) - set(expected.among or expected.counted or ())


def cases(expected: Expected) -> list[str]:
    lines = [case for line in expected.lines.values() for case in line.counted or ()]
    return [*(expected.counted or ()), *(expected.among or ()), *lines]


@pytest.mark.parametrize("kpi", sorted(EXAMPLES))
def test_the_reasoning_speaks_of_every_case(kpi: str) -> None:
    example = EXAMPLES[kpi]
    words = set(re.findall(r"\w+", example.reasoning))
    silent = [told.short for told in example.told if not named(told.short, example, words)]
    assert silent == []


def named(short: str, example: Example, words: set[str]) -> bool:
    """By its letter, its person, or the code of its system or data set."""
    (told,) = [each for each in example.events if each["id"] == short]
    said = {short, short.rstrip("0123456789")}
    said |= {str(told.get(field)) for field in ("person_ref", "system_code", "dataset_code", "batch_ref")}
    return bool(said & words) or example.kpi == "unit_dx_score"


@pytest.mark.parametrize("kpi", sorted(set(EXAMPLES) - MEASURED_OF_THE_WHOLE))
def test_it_shows_a_unit_and_what_stands_above_it(kpi: str) -> None:
    units = {expected.unit for expected in EXAMPLES[kpi].expect}
    assert "G09" in units
    assert units - {"G09"}


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-06 17:00", "2026-03-06T10:00:00+00:00"),
        ("2026-03-06 24:00", "2026-03-06T17:00:00+00:00"),
        ("2026-03-06 23:59:59", "2026-03-06T16:59:59+00:00"),
    ],
)
def test_times_are_vietnamese(written: str, utc: str) -> None:
    assert instant(written).isoformat() == utc


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(files()["doc_on_time_rate"].read_text("utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match="expected the name of the file"):
        read(tmp_path / "other.yaml")
