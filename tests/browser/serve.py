"""The wall over the twin as a process: `python -m tests.browser.serve PORT`; orders come by stdin."""

import sys
import threading

from dashboards.wall.app import build, serve
from ioc.clock import SystemClock
from ioc.settings import Http
from tests.unit.dashboards.twin import Twin

HOSTILE = '<img src=x onerror="document.title=1"><b>Cục</b>'


def obey(twin: Twin) -> None:
    """One order a line: stop, start, silent, loud, hostile, tame, empty, full."""
    plain = twin.unit_name
    for line in sys.stdin:
        match line.strip():
            case "stop" | "start" as order:
                twin.stopped = order == "stop"
            case "silent" | "loud" as order:
                twin.silent = order == "silent"
            case "hostile" | "tame" as order:
                twin.unit_name = HOSTILE if order == "hostile" else plain
            case "empty" | "full" as order:
                twin.empty = order == "empty"


if __name__ == "__main__":
    clock = SystemClock()
    twin = Twin(clock)
    web, screens = build(twin.open, clock)
    threading.Thread(target=obey, args=(twin,), daemon=True).start()
    serve(web, screens, Http(port=int(sys.argv[1])))
