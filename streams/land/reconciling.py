"""The whole reconciliation as one document: topics, sources, gaps by range, and what is wrong in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ioc.topics import BY_NAME
from storage import ledger, reconciliation
from storage.client import Store
from storage.reconciliation import SourceAccount, TopicAccount
from streams.land.account import Range


def reconciled(store: Store, tenant: str, now: datetime) -> dict[str, Any]:
    """Everything that `ioc reconcile` says. Raises `StoreUnavailable`."""
    topics = reconciliation.topics(store)
    sources = reconciliation.sources(store, tenant)
    gaps = [gap for each in topics if each.missing for gap in _gaps(store, each.topic)]
    stops = stopped(store)
    wrong = [*_topics_wrong(topics, gaps, stops), *_sources_wrong(sources)]
    return {
        "adds_up": not wrong,
        "wrong": wrong,
        "topics": [each.document(now) for each in topics],
        "sources": [each.document() for each in sources],
        "gaps": [gap.document() for gap in gaps],
        "stopped": [stop.document() for stop in stops],
    }


def stopped(store: Store) -> list[Range]:
    """The partitions that stand still, and the ranges for which they do."""
    rows = store.query("SELECT topic, partition, first, last, reason FROM ioc_read.landing_stops")
    return [Range(topic, int(partition), int(a), int(b), reason) for topic, partition, a, b, reason in rows]


def _gaps(store: Store, topic: str) -> Iterator[Range]:
    for of, topic_id, partition in sorted({row[:3] for row in ledger.totals(store)}, key=str):
        if of == topic:
            log = ledger.Log(BY_NAME[topic], topic_id, partition)
            yield from (Range(topic, partition, a, b) for a, b in ledger.gaps(store, log))


def _topics_wrong(topics: list[TopicAccount], gaps: list[Range], stops: list[Range]) -> Iterator[str]:
    for each in topics:
        if each.missing and not any(gap.topic == each.topic for gap in gaps):
            yield f"{each.topic}: {each.missing} records before the first or behind the last of the ledger"
        if each.unconfirmed:
            yield f"{each.topic}: {each.unconfirmed} records of a log that is gone never reached the ledger"
        if each.received < each.counted + each.suppressed + each.conflict + each.rejected + each.lost:
            yield f"{each.topic}: the ledger has more records than Kafka had"
    for gap in gaps:
        yield f"{gap.topic}/{gap.partition}: offsets {gap.first}–{gap.last} are missing"
    for stop in stops:
        yield f"{stop.topic}/{stop.partition} stands still: {stop.reason} (offsets {stop.first}–{stop.last})"


def _sources_wrong(sources: list[SourceAccount]) -> Iterator[str]:
    for each in sources:
        if each.wrong:
            verb = "are missing" if each.unexplained > 0 else "arrived that it does not know of"
            yield (
                f"{each.system_code}: says {each.sent} events since {each.since:%Y-%m-%d %H:%M:%S};"
                f" {abs(each.unexplained)} {verb}"
            )
