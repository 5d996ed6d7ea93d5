"""The wall as `ioc wall` serves it, with a stamp on what it reads: `python -m bench.wall_page DATA PORT LOG`.

Each answer's texts of one column carry the moment at which the store answered, so that a viewer can tell how
long it took into its hands; it also makes every tile new each second, which is more than a real day does.
Each line of LOG: the milliseconds that one statement took.
"""

import sys
import time
from pathlib import Path

from dashboards.wall.app import build, serve
from dashboards.wall.source import StoreReader, Table
from ioc.clock import SystemClock
from ioc.settings import ClickHouse, Http, load

STAMPED = "noun"
MARK = "@"


class Stamping:
    """A reader that notes how long each statement took, and when it was answered."""

    def __init__(self, settings: ClickHouse, log: Path) -> None:
        self._reader = StoreReader(settings)
        self._log = log.open("a", buffering=1)

    def read(self, sql: str) -> Table:
        began = time.perf_counter()
        table = self._reader.read(sql)
        self._log.write(f"{(time.perf_counter() - began) * 1000:.3f}\n")
        return stamped(table, time.time())

    def close(self) -> None:
        self._reader.close()
        self._log.close()


def stamped(table: Table, at: float) -> Table:
    """The rows with the moment in one column, if they have it."""
    if STAMPED not in table.columns:
        return table
    place = table.columns.index(STAMPED)
    rows = tuple((*row[:place], f"{MARK}{at:.4f}", *row[place + 1 :]) for row in table.rows)
    return Table(table.columns, rows)


if __name__ == "__main__":
    data, port, log = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings = load(data)
    web, screens = build(lambda: Stamping(settings.clickhouse, log), SystemClock())
    serve(web, screens, Http(port=port))
