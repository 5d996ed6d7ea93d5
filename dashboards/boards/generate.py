"""Writes the boards down and notices when the files no longer are what the code makes."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.boards import daily, domains, health, operations_wall, pipeline, publishers, ranking, steering
from dashboards.boards.catalogue import Facts, facts, load
from dashboards.boards.links import home
from ioc.kpis import Kpis

GENERATED = Path(__file__).parent.parent / "generated"
Make = Callable[[Facts], Dashboard]
FIXED: Mapping[str, Make] = {
    operations_wall.UID: operations_wall.board,
    steering.LEADERS: steering.leadership,
    ranking.UID: ranking.board,
    publishers.PUBLISHERS: publishers.publishers,
}
DOMAINS = (*daily.DOMAINS, steering.TASKS, pipeline.PIPELINE)


def makers(found: Facts) -> dict[str, Make]:
    """Every board of a catalogue, by uid; a domain that no board is made for has one of its own.

    A board that would have nothing to show is not made: another organisation may not have its KPIs.
    """
    known = {name for each in DOMAINS for name in each.domains}
    strange = sorted({each.domain for each in found.measures.values()} - known)
    others = [domains.Domain(name, name, f"Chỉ tiêu của lĩnh vực {name}.") for name in strange if name]
    by_domain = {
        each.uid: partial(domains.board, each)
        for each in (*DOMAINS, *others)
        if found.of(*each.domains) or each.more(found)
    }
    return {**FIXED, **by_domain}


def boards(kpis: Kpis, console: str = "") -> dict[str, dict[str, Any]]:
    """Every board of these KPIs as classic (v1) dashboard JSON, by uid, the operations wall first.

    `console`: the console's address for links; empty where it is found under the boards' own name.
    Raises `SettingsError` when the operations wall shows a KPI that the catalogue does not have.
    """
    found = facts(kpis, console)
    return {uid: _document(make, found) for uid, make in makers(found).items()}


def render(uid: str, found: Facts) -> str:
    """One board as text, as file provisioning wants it."""
    return _text(_document(makers(found)[uid], found))


def write(
    folder: Path = GENERATED, catalogue: Path | None = None, console: str = "", kpis: Kpis | None = None
) -> list[Path]:
    """Write every board with the names, targets and root of a catalogue, or of `kpis`; returns the files.

    Boards in the folder that the catalogue does not make are removed. In the project's own folder, Grafana's
    alert rules are written too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for uid, document in boards(kpis or Kpis.load(catalogue), console).items():
        path = folder / f"{uid}.json"
        path.write_text(_text(document), encoding="utf-8")
        paths.append(path)
    if folder == GENERATED:
        health.FILE.write_text(health.text(), encoding="utf-8")
    for stray in set(folder.glob("*.json")) - set(paths):
        stray.unlink()
    return paths


def drifted(folder: Path = GENERATED) -> list[str]:
    """Names of files that differ from what the code makes, that are missing, or that no board makes."""
    wanted = {f"{uid}.json": _text(document) for uid, document in boards(Kpis.load()).items()}
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    if folder == GENERATED:
        wanted[health.FILE.name] = health.text()
        present[health.FILE.name] = health.FILE.read_text(encoding="utf-8")
    return sorted(name for name in wanted | present if wanted.get(name) != present.get(name))


def _document(make: Make, found: Facts) -> dict[str, Any]:
    """The board's JSON. Panels without an id of their own are numbered in their order."""
    made = make(found).build()
    for number, panel in enumerate(made.panels or [], 1):
        panel.id_val = panel.id_val or number
    document: dict[str, Any] = json.loads(JSONEncoder(sort_keys=True).encode(made))
    return document


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


__all__ = ["GENERATED", "boards", "drifted", "facts", "home", "load", "makers", "render", "write"]
