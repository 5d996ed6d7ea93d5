"""Every inconsistency of a catalogue at once, for the one who edits it.

Loading a catalogue stops at the first mistake; here each file and entry is read by itself, and whatever does
not fit is listed with the file, the entry and what was expected.
"""

from pathlib import Path

from ioc.review.alerts import alerts
from ioc.review.briefing import briefing
from ioc.review.calendars import calendars
from ioc.review.indicators import Tables, indicators
from ioc.review.office import roles
from ioc.review.organisation import organisation
from ioc.review.reading import Finding, Folder
from ioc.review.systems import sources

__all__ = ["Finding", "Folder", "Tables", "review"]


def review(path: Path | None, tables: Tables) -> Folder:
    """Everything found wrong with the catalogue under `path` (its files first, then the packaged ones).

    `tables`: the columns of each case view, by its name, and of each span a case is cut into.
    """
    folder = Folder(path)
    units = organisation(folder)
    types = sources(folder, units)
    calendars(folder)
    indicators(folder, units, types, tables)
    alerts(folder, units, types, tables)
    roles(folder)
    briefing(folder)
    return folder
