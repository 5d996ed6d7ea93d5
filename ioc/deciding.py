"""The catalogue with what was decided: the KPIs and alert rules of a day, and what may be decided."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from ioc.alerts import Rule, Rules
from ioc.composites import Pillar, Score
from ioc.decisions import AHEAD, STANDING, Change, Decision, Limit, What, holding
from ioc.errors import IocError
from ioc.kpis import Kpi, Kpis, Target

KEPT = 16
"""Days whose KPIs are kept: today's and yesterday's are asked for all the time, weeks for a briefing."""

log = logging.getLogger("ioc.decisions")


class NotDecidable(IocError):
    """A change that cannot be: `field` says what of it, the sentence what was expected."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"/{field}: expected {expected}")
        self.field = field


class Decided(Kpis):
    """The KPIs of the files, and by `on` those of a day with what was decided by then."""

    def __init__(self, kpis: Kpis, decisions: Iterable[Decision] = ()) -> None:
        super().__init__(kpis, kpis.catalogue)
        self._decisions = tuple(decisions)
        self._known: dict[date, Kpis] = {}

    def on(self, day: date) -> Kpis:
        """What was decided about something that is gone is left out."""
        if day not in self._known:
            while len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[day] = kpis_of(self, holding(self._decisions, day))
        return self._known[day]


def kpis_of(kpis: Kpis, changes: Sequence[Change]) -> Kpis:
    """The KPIs with these changes; the same ones when none is about them."""
    made: dict[str, Kpi] = {}
    for change in changes:
        kpi = made.get(change.about) or kpis.get(change.about)
        if kpi is None or change.what is What.threshold:
            continue
        made[kpi.id] = _aimed(kpi, change) if change.what is What.target else _weighed(kpi, change)
    return Kpis({**kpis, **made}, kpis.catalogue) if made else kpis


def rules_of(rules: Rules, changes: Sequence[Change]) -> Rules:
    """The alert rules with these changes."""
    made: dict[str, Rule] = {}
    for change in changes:
        rule = made.get(change.about) or rules.get(change.about)
        if rule is not None and change.what is What.threshold:
            made[rule.id] = _limited(rule, change)
    return Rules({**rules, **made}) if made else rules


def _aimed(kpi: Kpi, change: Change) -> Kpi:
    if change.value is None or (change.dim and not kpi.dim):
        return kpi
    dim = change.dim or None
    others = (each for each in kpi.targets if (each.dim, each.by) != (dim, change.by))
    return kpi.model_copy(update={"targets": (*others, Target(value=change.value, by=change.by, dim=dim))})


def _weighed(kpi: Kpi, change: Change) -> Kpi:
    """The score with other weights; as it was when these do not make 100 points of it any more."""
    try:
        return kpi.model_copy(update={"composite": _reweighed(kpi, change.weights)})
    except NotDecidable as unfit:
        log.warning(
            "%s keeps the weights of its file: a decision about them does not fit it (%s)", kpi.id, unfit
        )
        return kpi


def _reweighed(kpi: Kpi, weights: Mapping[str, int]) -> Score:
    """Raises `NotDecidable`."""
    score = kpi.score
    if score is None:
        raise NotDecidable("about", "a KPI that is a score with weights")
    names = [part.name for part in score.parts]
    if strangers := sorted(set(weights) - set(names)):
        raise NotDecidable("weights", f"parts of the score ({', '.join(names)}), not {strangers[0]}")
    pillars = []
    for pillar in score.pillars:
        parts = [
            {**part.model_dump(), "weight": weights.get(part.name, part.weight)} for part in pillar.parts
        ]
        whole = sum(part["weight"] for part in parts)
        pillars.append({**pillar.model_dump(), "parts": parts, "weight": whole})
    try:
        made = [Pillar.model_validate(each) for each in pillars]
        return Score(of=score.of, pillars=tuple(made))
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise NotDecidable("weights", f"100 points in all ({said})") from None


def _limited(rule: Rule, change: Change) -> Rule:
    if change.value is None:
        return rule
    if change.limit is Limit.after_minutes:
        return rule.model_copy(update={"after_minutes": round(change.value)})
    if rule.values is None:
        return rule
    name = "below" if rule.values.below is not None else "above"
    before = getattr(rule.values, name)
    # The way back keeps its distance from the limit.
    clear = None if rule.values.clear is None else rule.values.clear + change.value - before
    return rule.model_copy(
        update={"values": rule.values.model_copy(update={name: change.value, "clear": clear})}
    )


def limit_of(rule: Rule, limit: Limit) -> float | None:
    """The number of a rule that may be decided; None: it has none."""
    if limit is Limit.after_minutes:
        return float(rule.after_minutes)
    if rule.values is None:
        return None
    return rule.values.below if rule.values.below is not None else rule.values.above


def checked(
    change: Change, kpis: Kpis, rules: Rules, decisions: Sequence[Decision], today: date
) -> tuple[Change, dict[str, float]]:
    """The change with the deadline of the target it means, and what holds on its day without it.

    Raises `NotDecidable`: for a day that is not to come, for what the catalogue does not know, for what
    changes nothing.
    """
    if not today < change.valid_from <= today + AHEAD:
        raise NotDecidable("valid_from", f"a day after {today.isoformat()}, at most two years ahead")
    before = holding(decisions, change.valid_from)
    if change.what is What.threshold:
        return change, _before_limit(change, rules_of(rules, before))
    kpi = kpis_of(kpis, before).get(change.about)
    if kpi is None:
        raise NotDecidable("about", "the id of a KPI")
    if change.what is What.weights:
        later = [each.change for each in decisions if each.stage in STANDING and each.change.weights]
        if any(each.about == kpi.id and each.valid_from >= change.valid_from for each in later):
            raise NotDecidable("valid_from", "a day after that of what is decided about this score already")
        return change, _before_weights(change, kpi)
    return _before_target(change, kpi)


def _before_target(change: Change, kpi: Kpi) -> tuple[Change, dict[str, float]]:
    if change.dim and not kpi.dim:
        raise NotDecidable("dim", f"none, for {kpi.id} has no kinds")
    most = {"percent": 100.0, "points": 100.0}.get(kpi.unit)
    if change.value is None or (most is not None and change.value > most):
        raise NotDecidable("value", f"at most {most:g}" if most else "a value")
    meant = change
    if change.by is None:
        meant = change.model_copy(update={"by": deadline(kpi, change.valid_from, change.dim)})
    elif change.by < change.valid_from:
        raise NotDecidable("by", "a deadline on or after the day from which it holds")
    held = kpi.target(change.valid_from, change.dim)
    same = [each for each in kpi.targets if (each.dim or "", each.by) == (meant.dim, meant.by)]
    if any(each.value == change.value for each in same) or (change.by is None and held == change.value):
        raise NotDecidable("value", "another one than holds already")
    return meant, {} if held is None else {"value": held}


def deadline(kpi: Kpi, on: date, dim: str = "") -> date | None:
    """The deadline of the target that counts on a day; None: it holds at all times, or there is none."""
    aims = kpi.aims(dim)
    coming = sorted(each.by for each in aims if each.by is not None and each.by >= on)
    if coming:
        return coming[0]
    return None


def _before_weights(change: Change, kpi: Kpi) -> dict[str, float]:
    _reweighed(kpi, change.weights)
    held = {part.name: float(part.weight) for part in (kpi.score.parts if kpi.score else ())}
    before = {name: held[name] for name in change.weights}
    if before == change.weights:
        raise NotDecidable("weights", "other ones than hold already")
    return before


def _before_limit(change: Change, rules: Rules) -> dict[str, float]:
    rule = rules.get(change.about)
    if rule is None or change.limit is None or change.value is None:
        raise NotDecidable("about", "the id of an alert rule")
    held = limit_of(rule, change.limit)
    if held is None:
        raise NotDecidable("limit", f"after_minutes, for {rule.id} is not over the values of a KPI")
    if change.limit is Limit.after_minutes and (change.value > 10_080 or change.value % 1):
        raise NotDecidable("value", "whole minutes, at most a week of them")
    if held == change.value:
        raise NotDecidable("value", "another one than holds already")
    return {"value": held}


def in_force(kpi: Kpi, on: date) -> list[dict[str, Any]]:
    """The targets of a KPI that count on a day: of the whole, then of each kind that has its own."""
    dims = ["", *sorted({each.dim for each in kpi.targets if each.dim})]
    found = [(dim, kpi.target(on, dim), deadline(kpi, on, dim)) for dim in dims]
    return [{"dim": dim, "value": value, "by": by} for dim, value, by in found if value is not None]
