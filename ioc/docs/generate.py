"""Writes the pages down and notices when they no longer are what the catalogue says."""

from pathlib import Path

from ioc.docs import events, kpis, opendata, promises
from ioc.kpis import Kpis
from ioc.reference import Catalogue

FOLDER = Path(__file__).parents[2] / "docs"


def pages(catalogue: Path | None = None) -> dict[str, str]:
    """Every page by the name of its file. Raises `SettingsError` for a catalogue that cannot be read."""
    indicators, reference = Kpis.load(catalogue), Catalogue.load(catalogue)
    return {
        "kpis.md": kpis.page(indicators, reference),
        "events.md": events.page(reference),
        "open-data.md": opendata.page(indicators),
        "promises.md": promises.page(promises.read(catalogue), indicators),
    }


def drift(folder: Path = FOLDER, catalogue: Path | None = None) -> list[str]:
    """Names of pages that are missing or differ from the catalogue."""
    return [name for name, text in pages(catalogue).items() if not _is(folder / name, text)]


def write(folder: Path = FOLDER, catalogue: Path | None = None) -> list[str]:
    """Bring the folder in line; the names that changed."""
    changed = drift(folder, catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(catalogue).items():
        if name in changed:
            (folder / name).write_text(text, encoding="utf-8")
    return changed


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
