"""The national portal's own evaluation (QĐ 766) as it publishes it, read from saved answers.

Two shapes: `data.overview` and `data.evaluation[]` whose units carry `metrics[]`, and `data.parent` and
`data.children[]` whose units carry counters. A metric goes by the portal's code or by its number. An answer
does not say which group it is of: its metrics or counters do, else its file's name. Fields that are not known
here are passed over; null stays null.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ioc.errors import IocError
from ioc.qd766 import Group, Metric, Rules

ROOTS = {"overview": "evaluation", "parent": "children"}
"""The whole organ's unit, and the list of the units beneath it."""
BENEATH = ("evaluation", "children")
TOTALS = (("totalScore", "totalMaxScore"), ("score", "maxScore"))


class EvaluationUnreadable(IocError):
    """A file that is no saved answer of the portal's evaluation."""


@dataclass(frozen=True)
class Stated:
    """What an answer says of one metric. `score`: None where it has none, or where the shape gives none."""

    metric: Metric
    numerator: Decimal | None
    denominator: Decimal | None
    ratio: Decimal | None = None
    score: Decimal | None = None
    scored: bool = False
    maximum: Decimal | None = None
    quality_status: str = ""
    quality_message: str = ""


@dataclass(frozen=True)
class UnitAnswer:
    """What an answer says of one unit. `others`: published points of metrics that no rule knows."""

    unit: str
    portal_id: str
    code: str
    group: Group
    stated: tuple[Stated, ...]
    score: Decimal | None
    scored: bool
    maximum: Decimal | None
    ratio: Decimal | None
    others: Decimal
    complete: bool
    """Whether it carries what its points are made from."""


def read(file: Path, rules: Rules) -> list[UnitAnswer]:
    """All units of all answers in a file. Raises `EvaluationUnreadable` naming file and reason."""
    try:
        document = json.loads(
            file.read_text(encoding="utf-8-sig"), parse_float=Decimal, parse_constant=_no_number
        )
        answers = list(_answers(document, "/".join(file.parts[-3:])))
        if not answers:
            raise EvaluationUnreadable(_why_not(document))
        return [unit for data, hint in answers for unit in _units(data, hint, rules)]
    except OSError as error:
        raise EvaluationUnreadable(f"{file}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise EvaluationUnreadable(f"{file}: is not JSON in UTF-8 ({error.__class__.__name__})") from error
    except EvaluationUnreadable as error:
        raise EvaluationUnreadable(f"{file}: {error}") from error


def _no_number(text: str) -> Decimal:
    raise EvaluationUnreadable(f"holds {text}, expected numbers or null")


def _why_not(document: Any) -> str:
    if isinstance(document, dict) and document.get("code") not in (None, "OK"):
        return f"the portal answered with code {str(document['code'])[:40]!r}, expected OK"
    return "expected data.overview with data.evaluation, or data.parent with data.children"


def _answers(document: Any, hint: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every answer in a document, however it was wrapped when it was saved, with what names its group."""
    if isinstance(document, list):
        for each in document:
            yield from _answers(each, hint)
    elif isinstance(document, dict):
        if any(root in document and _is_answer(document, root) for root in ROOTS):
            yield document, hint
            return
        said = [value for value in document.values() if isinstance(value, str)]
        for key, value in document.items():
            yield from _answers(value, "/".join([*said, key, hint]))


def _is_answer(data: Mapping[str, Any], root: str) -> bool:
    return isinstance(data[root], dict | None) and isinstance(data.get(ROOTS[root]), list | None)


def _units(data: Mapping[str, Any], hint: str, rules: Rules) -> list[UnitAnswer]:
    records = [
        record
        for root, beneath in ROOTS.items()
        for listed in ([data.get(root)], data.get(beneath) or [])
        for each in listed
        for record in _records(each)
    ]
    if not records:
        return []
    group = _group(records, hint, rules)
    return [_unit(record, group) for record in records]


def _records(record: Any) -> Iterator[Mapping[str, Any]]:
    """A unit's record and those nested in it."""
    if isinstance(record, dict):
        yield record
        for beneath in BENEATH:
            for each in record.get(beneath) or []:
                yield from _records(each)


def _group(records: list[Mapping[str, Any]], hint: str, rules: Rules) -> Group:
    metrics = {_code(each) for record in records for each in _metrics(record)}
    names = {name for record in records for name in record}
    for group in rules.groups:
        if any({metric.code, metric.id} & metrics or _counts(metric) & names for metric in group.metrics):
            return group
    maxima = {_number(record.get(name), name) for record in records for _, name in TOTALS}
    by_name = [group for group in rules.groups if group.portal in hint]
    by_maximum = [group for group in rules.groups if group.maximum in maxima]
    for found in (by_name, by_maximum):
        if len(found) == 1:
            return found[0]
    raise EvaluationUnreadable(
        f"its group cannot be told: expected metrics or counters of one of"
        f" {', '.join(group.portal for group in rules.groups)}"
    )


def _counts(metric: Metric) -> set[str]:
    counters = metric.counters
    if counters is None:
        return set()
    return {name for names in (*counters.numerator, *counters.denominator) for name in names}


def _metrics(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = record.get("metrics")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _code(metric: Mapping[str, Any]) -> str:
    return str(metric.get("code"))


def _unit(record: Mapping[str, Any], group: Group) -> UnitAnswer:
    code, portal_id = (str(record.get(f"department{part}") or "") for part in ("Code", "Id"))
    unit = code or portal_id or str(record.get("departmentName") or "")
    score_name, maximum_name = next((names for names in TOTALS if names[0] in record), TOTALS[0])
    known = {code: metric for metric in group.metrics for code in (metric.id, metric.code) if code}
    listed = _metrics(record)
    stated = [_stated(each, known[_code(each)]) for each in listed if _code(each) in known]
    others = [_number(each.get("score"), "score") for each in listed if _code(each) not in known]
    told = {each.metric.id for each in stated}
    rest = (metric for metric in group.metrics if metric.id not in told)
    stated += [found for metric in rest if (found := _counted(record, metric)) is not None]
    counted = [metric for metric in group.metrics if metric.counters]
    return UnitAnswer(
        unit,
        portal_id,
        code,
        group,
        tuple(stated),
        _number(record.get(score_name), score_name),
        score_name in record,
        _number(record.get(maximum_name), maximum_name),
        _number(record.get("ratio"), "ratio"),
        sum((each for each in others if each is not None), Decimal(0)),
        bool(stated) and len(stated) >= len(counted),
    )


def _stated(record: Mapping[str, Any], metric: Metric) -> Stated:
    numbers = {
        name: _number(record.get(name), f"{metric.code}.{name}")
        for name in ("numerator", "denominator", "ratio", "score", "maxScore")
    }
    return Stated(
        metric,
        numbers["numerator"],
        numbers["denominator"],
        numbers["ratio"],
        numbers["score"],
        "score" in record,
        numbers["maxScore"],
        str(record.get("dataQualityStatus") or ""),
        str(record.get("dataQualityMessage") or ""),
    )


def _counted(record: Mapping[str, Any], metric: Metric) -> Stated | None:
    """A metric from an answer's counters; None when the answer has not all of them."""
    if metric.counters is None:
        return None
    sums: list[Decimal | None] = []
    for choices in (metric.counters.numerator, metric.counters.denominator):
        names = next((names for names in choices if all(name in record for name in names)), None)
        if names is None:
            return None
        numbers = [_number(record[name], name) for name in names]
        known = [each for each in numbers if each is not None]
        sums.append(sum(known, Decimal(0)) if len(known) == len(numbers) else None)
    return Stated(metric, sums[0], sums[1])


def _number(value: Any, name: str) -> Decimal | None:
    """Numbers as the portal writes them, also as text; null stays null."""
    if value is None or value == "":
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        try:
            if (found := Decimal(value.strip().removesuffix("%"))).is_finite():
                return found
        except InvalidOperation:
            pass
    raise EvaluationUnreadable(f"{name}: {str(value)[:40]!r} is not a number")
