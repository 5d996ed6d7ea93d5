"""Our score by QĐ 766 beside the published one: a document of plain values, line by line."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ioc.qd766 import Line, Rules, total
from storage.client import Store
from storage.composites.qd766 import Counted, Score
from storage.composites.qd766_scans import Span, cases_sql
from storage.explaining import evidence
from storage.official import Official

Published = Mapping[tuple[str, str], Official]
"""Published lines by group and metric; an empty metric is the group's total."""


def document(score: Score, rules: Rules, published: Published) -> dict[str, Any]:
    """Total, groups and lines; a difference is ours − published, None where either has no points."""
    groups = [
        {
            "id": group.id,
            "portal": group.portal,
            "name": group.name.vi,
            "name_en": group.name.en,
            "maximum": _number(group.maximum),
            **_beside(score.group(group), published.get((group.id, ""))),
        }
        for group in rules.groups
    ]
    scores = [published.get((group.id, "")) for group in rules.groups]
    whole = total(each.score for each in scores if each) if all(scores) else None
    band = rules.band(score.total)
    return {
        "unit": score.unit,
        "points": _number(score.total),
        "maximum": _number(rules.maximum),
        "scored": _number(total(line.line.rule.maximum for line in score.lines if line.points is not None)),
        "band": band.vi if band else None,
        "dossiers": score.dossiers,
        "official": _number(whole),
        "difference": _number(_minus(score.total, whole)),
        "document": rules.document,
        "groups": groups,
        "lines": [
            _line(line, published.get((line.line.group.id, line.line.metric.id)), published)
            for line in score.lines
        ],
    }


def cases(store: Store, line: Line, span: Span, tenant: str, unit: str) -> list[dict[str, Any]]:
    """The cases a line is counted from, with the ids of their events; none for a line that is not counted."""
    own = line.metric.own
    if own is None:
        return []
    rows = store.query(cases_sql(line, span, tenant, unit))
    events = evidence(store, own.view, tenant, {row[0] for row in rows})
    return [
        {
            "subject": subject,
            "unit": code,
            "day": day.isoformat(),
            "numerator": numerator,
            "denominator": denominator,
            "events": list(events.get(subject, ())),
        }
        for subject, code, day, numerator, denominator in rows
    ]


def _line(counted: Counted, said: Official | None, published: Published) -> dict[str, Any]:
    group, metric, rule = counted.line.group, counted.line.metric, counted.line.rule
    if len(group.metrics) == 1:  # its points are published as the group's
        said = said if said and said.score is not None else published.get((group.id, ""))
    counts = published.get((group.id, metric.id))
    return {
        "group": group.id,
        "metric": metric.id,
        "code": metric.code,
        "name": metric.name.vi,
        "name_en": metric.name.en,
        "numerator": counted.numerator,
        "denominator": counted.denominator,
        "maximum": _number(rule.maximum),
        "one_more": _number(counted.one_more),
        **_beside(counted.points, said),
        "official_numerator": _number(counts.numerator if counts else None),
        "official_denominator": _number(counts.denominator if counts else None),
        "quality_status": counts.quality_status if counts else "",
        "quality_message": counts.quality_message if counts else "",
        "valid_from": rule.valid_from.isoformat(),
        "checked": rule.checked.isoformat(),
        "full_at": _number(rule.full_at),
        "missing": metric.missing.vi if metric.missing else None,
    }


def _beside(ours: Decimal | None, said: Official | None) -> dict[str, float | None]:
    published = said.score if said else None
    return {
        "points": _number(ours),
        "official": _number(published),
        "difference": _number(_minus(ours, published)),
    }


def _minus(ours: Decimal | None, published: Decimal | None) -> Decimal | None:
    return None if ours is None or published is None else ours - published


def _number(value: Decimal | None) -> float | None:
    """Exact to a millionth, which is less than one dossier in a whole year of the largest province."""
    return None if value is None else float(round(value, 6))
