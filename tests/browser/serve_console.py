"""The wall with the console over a small office and store: `python -m tests.browser.serve_console PORT`."""

import sys
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from dashboards.console import app as console
from dashboards.console.office import Office
from dashboards.console.reading import Reading
from dashboards.console.sessions import Sessions
from dashboards.console.state import Console
from dashboards.wall.app import build, serve
from ioc.alerts import Rules
from ioc.clock import Clock, SystemClock
from ioc.reference import Catalogue
from ioc.roles import Roles
from ioc.settings import Http
from tests.unit.console.offices import SmallOffice, SmallStore
from tests.unit.dashboards.twin import Twin


@cache
def loaded() -> tuple[Roles, Rules, Catalogue]:
    """The packaged catalogue, read once."""
    return Roles.load(), Rules.load(), Catalogue.load()


def small(office: SmallOffice, store: SmallStore, clock: Clock, briefs: Path = Path("none")) -> Console:
    """A console whose surroundings are made up."""
    roles, rules, catalogue = loaded()
    return Console(
        office=Office(Http(port=1), office.transport),
        sessions=Sessions(roles, clock),
        reading=Reading(lambda: store, "G09"),
        catalogue=catalogue,
        rules=rules,
        roles=roles,
        clock=clock,
        tenant="G09",
        briefs=briefs,
    )


def obey(office: SmallOffice, store: SmallStore) -> None:
    """One order a line: `office stop`, `store start`, `change a-1 acknowledged`."""
    for line in sys.stdin:
        match line.split():
            case ["office", word]:
                office.stopped = word == "stop"
            case ["store", word]:
                store.stopped = word == "stop"
            case ["change", ref, status]:
                office.change(ref, status)


if __name__ == "__main__":
    clock = SystemClock()
    office, store = SmallOffice(clock), SmallStore(clock)
    with TemporaryDirectory() as folder:
        brief = Path(folder, "2026-W10", "G09.pdf")
        brief.parent.mkdir()
        brief.write_bytes(b"%PDF-1.7 of the week")
        made = small(office, store, clock, Path(folder))

        def more(web: FastAPI) -> None:
            console.install(web, made)

        web, screens = build(Twin(clock).open, clock, more=more)
        threading.Thread(target=obey, args=(office, store), daemon=True).start()
        serve(web, screens, Http(port=int(sys.argv[1])))
