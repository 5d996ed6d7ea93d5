"""What the measurements look at: how far the reducer is, and what a process has cost."""

import psutil

from storage.client import Store
from streams.reduce.plan import load_vector


def reduced(store: Store) -> int:
    """Records behind the reducer's watermark whose cells and values are written."""
    rows = store.query(
        "SELECT vector FROM ioc.ticks WHERE tick <= (SELECT max(settled) FROM ioc.ticks)"
        " ORDER BY tick DESC LIMIT 1"
    )
    return sum(load_vector(rows[0][0]).values()) if rows else 0


def cpu_s(process: psutil.Process) -> float:
    """Processor time of a process and its children, in seconds."""
    family = [process, *process.children(recursive=True)]
    return float(sum(sum(member.cpu_times()[:2]) for member in family))
