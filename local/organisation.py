"""Whose data a directory holds: remembered at the first start, so that no command mixes two ministries."""

from pathlib import Path

from ioc.errors import SettingsError
from ioc.reference import Catalogue
from ioc.settings import Settings, read_json
from local.rundir import write_atomically


def settle(data: Path, catalogue: Path | None, tenant: str | None) -> None:
    """Remember catalogue and tenant of this directory; without either, what it remembers stays.

    A tenant that is not said is the unit at the top of the catalogue. Raises `SettingsError` when the
    directory holds another tenant's data, or when the tenant is no unit at the top of the catalogue.
    """
    if catalogue is None and tenant is None:
        return
    file = Settings(data=data).organisation_file
    known = read_json(file)
    held = str(known.get("tenant") or (_default() if Settings(data=data).credentials_file.exists() else ""))
    folder = catalogue.absolute() if catalogue else known.get("catalogue")
    if folder is not None and not Path(folder).is_dir():
        raise SettingsError(f"catalogue {folder}: expected a folder")
    tops = [unit.code for unit in Catalogue.load(Path(folder) if folder else None).units if not unit.parent]
    wanted = tenant or (tops[0] if tops else "")
    if wanted not in tops:
        raise SettingsError(
            f"tenant {wanted}: expected {' or '.join(tops) or 'a unit'}, the top of the catalogue; another"
            " organisation brings its own (IOC_CATALOGUE)"
        )
    if held and wanted != held:
        raise SettingsError(f"{data} holds the data of {held}: use another --data for {wanted}")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(file, {"tenant": wanted, **({"catalogue": str(folder)} if folder else {})})


def _default() -> str:
    default: str = Settings.model_fields["tenant"].default
    return default
