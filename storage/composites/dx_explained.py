"""Every point of a score: which part, of what weight, for which number, and what that number rests on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ioc.composites import MEASURED, Score
from ioc.kpis import Kpi, Kpis
from ioc.reference import Catalogue
from ioc.scoring import PartPoints, PillarPoints, declared_points, judged, total
from storage.client import Store
from storage.composites.dx_score import asked, points_of
from storage.values import compute
from storage.windows import Window

NOTHING_MEASURED = "trụ cột không có thành phần nào đo được"
HOW: Mapping[str, str] = {
    "value/target": "giá trị ÷ mục tiêu, tối đa 1",
    "target/value": "mục tiêu ÷ giá trị, tối đa 1",
    "1-numerator/denominator": "mục tiêu là 0: 1 − số chưa đạt ÷ tổng số",
    "declared": "đơn vị tự khai ÷ số đơn vị phải khai",
}


def explain(
    store: Store, kpi: Kpi, window: Window, every: Kpis, catalogue: Catalogue, *, tenant: str, unit: str
) -> dict[str, Any]:
    """The pillars of a score with all their parts, for one unit with everything beneath it."""
    held = every.on(window.last)
    of = held[kpi.id].score
    if of is None:
        return {}
    parts = [every[each] for each in of.kpis]
    values = compute(store, parts, [window], tenant=tenant, unit=unit, every=every)
    pillars = points_of(of, unit, window, held, values, asked(store, tenant, [window.last]))
    said = _said(of, unit, window.last, catalogue)
    return {
        "points": _rounded(total(pillars)),
        "self_declared_points": _rounded(declared_points(pillars)),
        "judged_parts": judged(pillars),
        "pillars": [_pillar(each, unit, window, every, said) for each in pillars],
        "note": f"điểm không tính phần tự khai: --dim {MEASURED}",
    }


def _pillar(
    pillar: PillarPoints, unit: str, window: Window, every: Kpis, said: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    return {
        "pillar": pillar.pillar.id,
        "name": pillar.pillar.name.vi,
        "weight": pillar.pillar.weight,
        "counted_weight": _rounded(pillar.counted),
        "points": _rounded(pillar.points),
        "parts": [_part(each, unit, window, every, said) for each in pillar.parts],
    }


def _part(
    points: PartPoints, unit: str, window: Window, every: Kpis, said: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    part, number = points.part, points.measured
    kpi = every[part.kpi] if part.kpi else None
    return {
        "part": part.name,
        "kpi": part.kpi,
        "dim": part.dim,
        "name": kpi.name.vi if kpi else part.name,
        "self_declared": kpi is None,
        "weight": part.weight,
        "counted_weight": _rounded(points.counted),
        "value": number.value,
        "target": number.target,
        "direction": kpi.direction if kpi else "up",
        "numerator": number.numerator,
        "denominator": number.denominator,
        "cases": number.cases,
        "rule": points.rule,
        "how": HOW[points.rule],
        "share": points.share,
        "points": _rounded(points.points),
        "left_out": number.left_out or (NOTHING_MEASURED if points.points is None else None),
        "rests_on": _command(kpi, part.dim, unit, window) if kpi else said.get(part.name, []),
    }


def _command(kpi: Kpi, dim: str, unit: str, window: Window) -> str:
    kind = f" --dim {dim}" if dim else ""
    return f"ioc explain {kpi.id} --unit {unit} --window {window.name} --on {window.last.isoformat()}{kind}"


def _said(of: Score, unit: str, on: date, catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """What the unit and those beneath it declared to hold on a day, by statement."""
    names = {part.declared for part in of.parts if part.declared is not None}
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in catalogue.declared.entries:
        if entry.name in names and entry.holds(on) and unit in catalogue.units.counted_for(entry.unit, on):
            found.setdefault(entry.name, []).append(
                {
                    "unit": entry.unit,
                    "value": entry.value,
                    "valid_from": entry.valid_from.isoformat(),
                    "source": entry.source,
                }
            )
    return {name: sorted(entries, key=lambda each: str(each["unit"])) for name, entries in found.items()}


def _rounded(points: float | None) -> float | None:
    return None if points is None else round(points, 2)


def lines(document: Mapping[str, Any]) -> Iterable[str]:
    """The same in words, for a terminal."""
    yield f"điểm {_vi(document['points'])}, trong đó tự khai {_vi(document['self_declared_points'])}"
    for pillar in document["pillars"]:
        yield f"{pillar['name']}: {_vi(pillar['points'])} / {_vi(pillar['counted_weight'])}"
        for part in pillar["parts"]:
            mark = " [TỰ KHAI]" if part["self_declared"] else ""
            if part["left_out"]:
                yield f"  {part['part']}{mark}: không tính, {part['left_out']}"
                continue
            number = f"{_vi(part['value'])} (mục tiêu {_vi(part['target'])}; {part['how']})"
            yield f"  {part['part']}{mark}: {_vi(part['points'])} / {_vi(part['counted_weight'])}  {number}"


def _vi(number: float | None) -> str:
    return "—" if number is None else f"{number:.2f}".replace(".", ",")
