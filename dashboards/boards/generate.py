"""Writes the boards down and notices when the files no longer are what the code makes."""

import json
from collections.abc import Callable
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.boards import operations_wall
from dashboards.boards.catalogue import Facts, load

GENERATED = Path(__file__).parent.parent / "generated"
BOARDS: dict[str, Callable[[Facts], Dashboard]] = {operations_wall.UID: operations_wall.board}


def render(uid: str, facts: Facts) -> str:
    """One board as classic (v1) dashboard JSON, as file provisioning wants it; ids follow the order."""
    made = BOARDS[uid](facts).build()
    for number, panel in enumerate(made.panels or [], 1):
        panel.id_val = number
    document = json.loads(JSONEncoder(sort_keys=True).encode(made))
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path = GENERATED, catalogue: Path | None = None) -> list[Path]:
    """Write every board with the names, targets and root of a catalogue; returns the files."""
    facts = load(catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for uid in BOARDS:
        path = folder / f"{uid}.json"
        path.write_text(render(uid, facts), encoding="utf-8")
        paths.append(path)
    return paths


def drifted(folder: Path = GENERATED) -> list[str]:
    """Names of files that differ from what the code makes, that are missing, or that no board makes."""
    facts = load()
    wanted = {f"{uid}.json": render(uid, facts) for uid in BOARDS}
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted | present if wanted.get(name) != present.get(name))
