"""What an index or a score is made of, line by line, against what an example says of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ioc.qd766 import load
from storage.composites import dx_explained, qd766, qd766_explained
from storage.composites.qd766_scans import Span
from tests.engine.example_places import Place, written
from tests.examples.reading import TENANT, Expected, Line

if TYPE_CHECKING:
    from tests.engine.examples import Stage

ROUNDED = 0.005001
Found = tuple[int | None, int | None, float | None]
"""Numerator, denominator, points."""


def composed(stage: "Stage", place: Place, expected: Expected) -> list[str]:
    """Where a line is not as the example says, or its cases do not give it."""
    if not expected.lines:
        return []
    kpi = stage.kpis[place.example.kpi]
    return _score(stage, place, expected) if kpi.score else _index(stage, place, expected)


def _score(stage: "Stage", place: Place, expected: Expected) -> list[str]:
    document = dx_explained.explain(
        stage.store,
        stage.kpis[place.example.kpi],
        stage.asked(expected),
        stage.kpis,
        stage.catalogue,
        tenant=TENANT,
        unit=place.unit(expected.unit),
    )
    found: dict[str, Found] = {
        part["part"]: (part["numerator"], part["denominator"], part["points"])
        for pillar in document["pillars"]
        for part in pillar["parts"]
        if not part["left_out"]
    }
    return list(_unlike(expected.lines, found))


def _index(stage: "Stage", place: Place, expected: Expected) -> list[str]:
    window, unit = stage.asked(expected), place.unit(expected.unit)
    span = Span(window.start, window.last, window.t, stage.now)
    (score,) = qd766.scores(stage.store, load(), span, TENANT, unit)
    found: dict[str, Found] = {}
    problems = []
    for counted in score.lines:
        name = counted.line.metric.id
        points = None if counted.points is None else float(counted.points)
        found[name] = counted.numerator, counted.denominator, points
        cases = qd766_explained.cases(stage.store, counted.line, span, TENANT, unit)
        for each in ("numerator", "denominator"):
            added = sum(case[each] for case in cases)
            if added != (getattr(counted, each) or 0):
                problems.append(f"{name}: the {each}s of its cases add up to {added}")
        problems += _other_cases(name, expected.lines.get(name), cases, place)
    return problems + list(_unlike(expected.lines, {k: v for k, v in found.items() if v[2] is not None}))


def _other_cases(
    name: str, line: Line | None, cases: Iterable[Mapping[str, Any]], place: Place
) -> Iterable[str]:
    if line is None or line.counted is None:
        return
    listed = Counter(written(case["events"], place.shorts) for case in cases if case["numerator"])
    if listed != Counter(line.counted):
        yield f"{name}: counted {sorted(listed)}, expected {sorted(line.counted)}"


def _unlike(lines: Mapping[str, Line], found: Mapping[str, Found]) -> Iterable[str]:
    if extra := sorted(set(found) - set(lines)):
        yield f"also judged: {', '.join(extra)}"
    for name, line in lines.items():
        numerator, denominator, points = found.get(name, (None, None, None))
        for what, wanted, got in (
            ("numerator", line.numerator, numerator),
            ("denominator", line.denominator, denominator),
        ):
            if wanted not in (None, got):
                yield f"{name}: {what} {got}, expected {wanted}"
        if points is None or line.points is None:
            if points != line.points:
                yield f"{name}: points {points}, expected {line.points}"
        elif abs(points - line.points) > ROUNDED:
            yield f"{name}: points {points}, expected {line.points}"
