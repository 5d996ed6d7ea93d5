"""Which board shows what an alert is about: the board of its KPI, else of what its rule looks at."""

from collections.abc import Collection, Mapping

from dashboards.boards.links import home
from ioc.alerts import Rule
from ioc.kpis import Kpi

BOARD_OF = {
    "document_in": "documents",
    "dossier": "public-services",
    "feedback": "public-services",
    "task": "tasks",
    "hr_change": "people",
    "datasets_compared": "data-quality",
    "sources": "publishers",
    "gaps": "publishers",
    "rejections": "publishers",
}


def homes(
    rules: Mapping[str, Rule], kpis: Mapping[str, Kpi], boards: Collection[str], first: str
) -> dict[str, str]:
    """Rule → board; the first board where there is none of its own."""
    found = {}
    for rule in rules.values():
        view = rule.cases.view if rule.cases else ""
        about = kpis.get(rule.about) if rule.about else None
        wanted = BOARD_OF.get(view) or (home(about.domain) if about else first)
        found[rule.id] = wanted if wanted in boards else first
    return found
