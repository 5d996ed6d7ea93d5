"""What is wrong with this machine's part of a stack: files, disk, catalogue."""

import shutil
from pathlib import Path

from ioc import secrets
from ioc.errors import SettingsError
from ioc.reference import Catalogue
from ioc.settings import Settings, read_json
from local import credentials

LEAST_FREE_BYTES = 2 * 1024**3


def findings(settings: Settings) -> list[str]:
    """One sentence for each thing that is wrong; empty when all is well."""
    return [*_credential_findings(settings), *_disk_findings(settings.data)]


def _credential_findings(settings: Settings) -> list[str]:
    path = settings.credentials_file
    try:
        known = read_json(path)
        sources = [source.system_code for source in Catalogue.load(settings.catalogue).sources.values()]
    except SettingsError as error:
        return [str(error)]
    wrong = []
    if path.exists() and not credentials.is_private(path):
        wrong.append(f"{path} can be read by others, expected mode 600")
    wrong += [f"{path}: {finding}" for finding in secrets.findings(known.get("sources", {}))]
    missing = [code for code in sources if code not in known.get("sources", {})]
    if missing:
        wrong.append(
            f"{path} has no credentials for {', '.join(missing)}: `ioc up` makes them at its next start"
        )
    return wrong


def _disk_findings(data: Path, least: int = LEAST_FREE_BYTES) -> list[str]:
    existing = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free >= least:
        return []
    return [f"{existing} has {free / 1024**3:.1f} GiB free, expected at least {least / 1024**3:.0f} GiB"]
