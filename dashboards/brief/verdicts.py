"""The verdict over a number of the week: the same bands as everywhere, in words."""

from datetime import date

from dashboards.brief import words
from dashboards.brief.facts import Number
from dashboards.brief.model import Verdict
from ioc.kpis import Kpi
from storage.published import band

_SAID = {"green": words.GREEN, "amber": words.AMBER, "red": words.RED}


def verdict(kpi: Kpi, number: Number, on: date) -> Verdict:
    """What is old, hidden or made from too little is never good and never bad."""
    if number.hidden:
        return words.HIDDEN
    if number.value is None:
        return words.NONE
    if not number.fresh:
        return words.OLD
    found = band(kpi, number.value, number.cases, kpi.target(on), fresh=True)
    if found == "grey":
        return words.FEW
    return words.FOLLOWED if found is None else _SAID[found]
