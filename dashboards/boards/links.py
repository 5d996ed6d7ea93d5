"""Where panels and rows lead to: other boards, and the console's pages of a case or an alert."""

from typing import Any

from grafana_foundation_sdk.builders import dashboard as d

from dashboards.boards.parts import prop

CONSOLE = "console"
"""The variable with the console's address; empty where a proxy serves boards and console under one name."""
CONSOLE_PAGES = ("/console", "/console/case/", "/console/alert/", "/leader", "/leader/evidence/")

HOMES: dict[str, tuple[str, ...]] = {
    "documents": ("documents", "archives"),
    "public-services": ("services",),
    "people": ("hr",),
    "tasks": ("tasks",),
    "data-quality": ("data-quality",),
    "pipeline": ("platform",),
}
"""Board → the catalogue's domains whose KPIs stand on it. Other domains have a board of their own name."""


def home(domain: str) -> str:
    """The board of a domain's KPIs."""
    return next((uid for uid, domains in HOMES.items() if domain in domains), domain)


def board_link(title: str, uid: str, *, window: str = "${window}") -> d.DashboardLink:
    """To another board, for the unit and the window that are looked at."""
    return d.DashboardLink(title).url(f"/d/{uid}?var-unit=${{unit}}&var-window={window}")


def row_board(title: str, uid: str, field: str = "unit") -> Any:
    """A column's link to a board about the row's unit."""
    url = f"/d/{uid}?var-unit=${{__data.fields.{field}}}&var-window=${{window}}"
    return prop("links", [{"title": title, "url": url}])


def row_case(field: str = "subject") -> Any:
    """A column's link to the console's page of the row's case."""
    return _console("Mở vụ việc", f"/console/case/${{__data.fields.{field}:percentencode}}")


def row_alert(field: str = "alert_ref") -> Any:
    """A column's link to the console's page of the row's alert."""
    return _console("Mở cảnh báo", f"/console/alert/${{__data.fields.{field}:percentencode}}")


def row_evidence(kpi: str, field: str = "unit") -> Any:
    """A column's link to what a unit's number is made from."""
    return _console("Vì sao có số này", f"/leader/evidence/{kpi}/${{__data.fields.{field}:percentencode}}")


def _console(title: str, path: str) -> Any:
    return prop("links", [{"title": title, "url": f"${{{CONSOLE}}}{path}"}])
