"""The wall over the twin as a process: `python -m tests.browser.serve PORT`; orders come by stdin."""

import sys
import threading
from collections.abc import Callable
from datetime import datetime

from dashboards.wall.app import build, serve
from ioc.clock import SystemClock
from ioc.settings import Http
from tests.unit.dashboards import twin_frame
from tests.unit.dashboards.twin import Twin

HOSTILE = '<img src=x onerror="document.title=1"><b>Cục</b>'
ALARMS: dict[str, Callable[[datetime], list[tuple[object, ...]]]] = {
    "critical": lambda now: [twin_frame.urgent(now), *twin_frame.lesser(now)],
    "taken": lambda now: [twin_frame.urgent(now, "truc_ca_ioc"), *twin_frame.lesser(now)],
    "lesser": twin_frame.lesser,
    "calm": lambda now: [],
}


def obey(twin: Twin) -> None:
    """One order a line: stop, start, silent, loud, hostile, tame, empty, full, or which alerts are open."""
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
            case "critical" | "taken" | "lesser" | "calm" as order:
                twin.alarms = ALARMS[order]


if __name__ == "__main__":
    clock = SystemClock()
    twin = Twin(clock, strict=False)
    web, screens = build(twin.open, clock)
    threading.Thread(target=obey, args=(twin,), daemon=True).start()
    serve(web, screens, Http(port=int(sys.argv[1])))
