"""The reconciliation as Prometheus text, on the worker's own page. Labels are codes only, never values."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from storage.client import Store
from storage.reconciliation import SourceAccount, TopicAccount, freshness, newest_canaries, sources, topics

PARTS = (
    *("received", "counted", "suppressed", "conflict", "rejected", "lost", "in_flight", "missing"),
    *("unconfirmed", "stopped"),
)
EDGES_S = (0.5, 1, 2, 5, 10, 30, 60, 300)
HELP = {
    "ioc_records": "Records of a topic by what became of them; received is the sum of the others.",
    "ioc_oldest_waiting_seconds": "Age of the oldest record that Kafka holds and the ledger does not.",
    "ioc_source_events": "Events of a source up to its last heartbeat: said to be sent, and where they are.",
    "ioc_canary_age_seconds": "Age of the newest canary of a topic whose way ended in the values.",
    "ioc_canary_hop_milliseconds": "Its way: to Kafka, from there to the ledger, from there to the values.",
    "ioc_freshness_records": "Records of the last ten minutes by time from Kafka to the values, cumulative.",
    "ioc_clock_skew_seconds": "This machine's clock less the store's, which is taken when they differ.",
    "ioc_reconciled": "1 when everything adds up, 0 when something is missing.",
}


def text(store: Store, tenant: str, now: datetime, skew_s: float = 0.0) -> str:
    """The exposition format 0.0.4. Raises `StoreUnavailable`."""
    by_topic, by_source = topics(store), sources(store, tenant)
    canaries = newest_canaries(store)
    good = not any(each.wrong for each in by_topic) and not any(each.wrong for each in by_source)
    samples = {
        "ioc_records": _records(by_topic),
        "ioc_oldest_waiting_seconds": (({"topic": each.topic}, each.waiting_s(now)) for each in by_topic),
        "ioc_source_events": _events(by_source),
        "ioc_canary_age_seconds": [({"topic": row[0]}, float(row[1])) for row in canaries],
        "ioc_canary_hop_milliseconds": [
            ({"topic": row[0], "to": to}, float(ms))
            for row in canaries
            for to, ms in zip(("kafka", "ledger", "values"), row[2:], strict=True)
        ],
        "ioc_freshness_records": _histogram(freshness(store)),
        "ioc_clock_skew_seconds": [({}, round(skew_s, 3))],
        "ioc_reconciled": [({}, float(good))],
    }
    return "".join(line for name, found in samples.items() for line in _family(name, found))


def _records(topics: Iterable[TopicAccount]) -> Iterator[tuple[dict[str, str], float]]:
    for each in topics:
        for part in PARTS:
            yield {"topic": each.topic, "part": part}, float(getattr(each, part))


def _events(sources: Iterable[SourceAccount]) -> Iterator[tuple[dict[str, str], float]]:
    for each in sources:
        for part in ("sent", "counted", "rejected", "refused", "corrected", "unexplained"):
            yield {"source": each.system_code, "part": part}, float(getattr(each, part))


def _histogram(buckets: Iterable[tuple[int, int]]) -> Iterator[tuple[dict[str, str], float]]:
    """Records at or below each edge, in seconds."""
    known = sorted(buckets)
    for edge in EDGES_S:
        below = sum(records for ms, records in known if ms <= edge * 1000)
        yield {"le": f"{edge:g}"}, float(below)
    yield {"le": "+Inf"}, float(sum(records for _, records in known))


def _family(name: str, samples: Iterable[tuple[dict[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {HELP[name]}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        inside = ",".join(f'{key}="{label}"' for key, label in labels.items())
        yield f"{name}{{{inside}}} {value:.15g}\n" if inside else f"{name} {value:.15g}\n"
