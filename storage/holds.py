"""Holding landing: for some topics nothing is written to the ledger until the hold is let go or runs out.

All times are the store's own, so that the clocks of workers and of commands do not matter.
"""

from collections.abc import Iterable, Mapping

from storage.client import Store
from storage.ledger import Log


def hold(store: Store, topics: Iterable[str], id: int, seconds: float) -> None:
    """Ask for it, or make it last this long from now on. `id`: the millisecond of the request."""
    for topic in topics:
        store.execute(
            "INSERT INTO ioc.landing_holds (topic, id, until, version)"
            " SELECT %(t)s, %(i)s, now64(3) + toIntervalMillisecond(%(ms)s),"
            " toUInt64(toUnixTimestamp64Milli(now64(3)))",
            {"t": topic, "i": id, "ms": round(seconds * 1000)},
        )


def release(store: Store, topics: Iterable[str], id: int) -> None:
    """Let landing go on."""
    hold(store, topics, id, 0.0)


def held(store: Store) -> Mapping[str, int]:
    """The topics that are held now, with the hold."""
    return dict(store.query("SELECT toString(topic), id FROM ioc.landing_holds FINAL WHERE until > now64(3)"))


def acknowledge(store: Store, id: int, log: Log) -> None:
    """Nothing of this partition is under way, nor will be while the hold lasts."""
    store.insert("ioc.landing_held", ["id", "topic", "partition"], [[id], [log.topic.name], [log.partition]])


def acknowledged(store: Store, id: int) -> set[tuple[str, int]]:
    """The partitions of which nothing is under way."""
    rows = store.query("SELECT toString(topic), partition FROM ioc.landing_held WHERE id = %(i)s", {"i": id})
    return {(topic, int(partition)) for topic, partition in rows}


def left_s(store: Store, topics: Iterable[str], id: int) -> float:
    """For how many seconds all of these topics are held by this hold; 0 when one of them is not."""
    rows = store.query(
        "SELECT toString(topic), (toUnixTimestamp64Milli(until) - toUnixTimestamp64Milli(now64(3))) / 1000"
        " FROM ioc.landing_holds FINAL WHERE id = %(i)s",
        {"i": id},
    )
    known = dict(rows)
    return max(min((float(known.get(topic, 0.0)) for topic in topics), default=0.0), 0.0)
