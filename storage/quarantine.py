"""Records that were not counted: rejected rows of the ledger and conflicts, and what the desk made of them.

Nothing of a record's content is here to be had but its shape.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from ioc.desk import GROUPS, TOPIC_OF, Place, Quarantined, Sieve
from ioc.topics import Topic
from storage.client import Store
from storage.ledger import BY_ID_SETTINGS, table


def _rows(within: str = "1") -> str:
    """Records in quarantine with their state; `within` speaks of the ledger's own columns."""
    return (
        "SELECT l.ledger AS ledger, l.topic_id AS topic_id, l.partition AS partition, l.offset AS offset,"  # noqa: S608
        " l.at AS at, l.verdict AS verdict, l.reason AS reason, l.field AS field, l.source AS source,"
        " l.type AS type, l.id AS id, l.unit AS unit, l.masked AS masked, l.rules AS rules,"
        " if(d.state = 'awaiting' AND d.until <= now64(3), 'open', toString(d.state)) AS state"
        " FROM (SELECT _table AS ledger, topic_id, partition, offset, logged_at AS at,"
        " toString(verdict) AS verdict, reason, field, source, type, id, orgunit AS unit, masked, rules"
        f" FROM ioc.events WHERE verdict IN ('rejected', 'conflict') AND {within}) AS l"
        " LEFT JOIN (SELECT topic_id, partition, offset, state, until FROM ioc.desk_records FINAL) AS d"
        " ON d.topic_id = l.topic_id AND d.partition = l.partition AND d.offset = l.offset"
    )


def _sieved(sieve: Sieve) -> tuple[str, dict[str, object]]:
    """The records that a sieve lets through, as a query and its parameters."""
    parts, given, within = ["1"], dict[str, object](), "1"
    for name in ("source", "reason", "field", "state"):
        if value := getattr(sieve, name):
            parts.append(f"{name} = %({name})s")
            given[name] = value
    if sieve.since is not None:
        within = "logged_at >= toDateTime64(%(since)s, 3, 'UTC')"
        given["since"] = sieve.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    if sieve.units is not None:
        parts.append("(has(%(units)s, unit) OR has(%(sources)s, source))")
        # Never an empty list: it would have no type.
        given |= {"units": list(sieve.units) or ["-"], "sources": list(sieve.sources) or ["-"]}
    return f"SELECT * FROM ({_rows(within)}) WHERE {' AND '.join(parts)}", given  # noqa: S608 (names are ours)


def listed(store: Store, sieve: Sieve, limit: int) -> list[Quarantined]:
    """Records in quarantine, the newest first."""
    found, given = _sieved(sieve)
    rows = store.query(f"{found} ORDER BY at DESC, offset DESC LIMIT %(limit)s", {**given, "limit": limit})
    return [Quarantined(*row) for row in rows]


def grouped(store: Store, by: str, sieve: Sieve) -> list[dict[str, Any]]:
    """The same, counted by one of `GROUPS`: how many, how many of them open, first and last seen."""
    found, given = _sieved(sieve)
    names = GROUPS[by]
    columns = ", ".join(f"toString({name}) AS g_{name}" for name in names)
    rows = store.query(
        f"SELECT {columns}, count() AS records, countIf(state = 'open') AS opened, min(at), max(at)"  # noqa: S608
        f" FROM ({found})"
        f" GROUP BY {', '.join(f'g_{name}' for name in names)} ORDER BY opened DESC, records DESC, {columns}",
        given,
    )
    return [
        {
            **dict(zip(names, row, strict=False)),
            "records": row[-4],
            "open": row[-3],
            "first_at": row[-2].replace(tzinfo=UTC),
            "last_at": row[-1].replace(tzinfo=UTC),
        }
        for row in rows
    ]


def at_places(store: Store, places: Sequence[Place]) -> list[Quarantined]:
    """The newest at each of these places (there are more when a topic was re-created), in their order."""
    topic_ids = {str(place): place.topic_id for place in places}
    found: dict[str, Quarantined] = {}
    for ledger, listed in _by_ledger(places).items():
        wanted = ", ".join(f"({each.partition}, {each.offset})" for each in listed)
        rows = store.query(
            f"{_rows(f'_table = %(l)s AND (partition, offset) IN ({wanted})')} ORDER BY at", {"l": ledger}
        )
        for each in (Quarantined(*row) for row in rows):
            if topic_ids[str(each.place)] in (None, each.topic_id):
                found[str(each.place)] = each
    return [found[str(place)] for place in places if str(place) in found]


def _by_ledger(places: Sequence[Place]) -> dict[str, list[Place]]:
    listed: dict[str, list[Place]] = {}
    for place in places:
        listed.setdefault(str(place.log.ledger), []).append(place)
    return listed


def conflict(store: Store, place: Place) -> dict[str, Any] | None:
    """Of a conflict: its fingerprint, and that of the event that was counted, with its place."""
    rows = store.query(
        "SELECT fingerprint, counted_fingerprint, counted_ledger, counted_partition, counted_offset,"
        " counted_at FROM ioc.conflicts WHERE ledger = %(l)s AND topic_id = %(t)s AND partition = %(p)s"
        " AND offset = %(o)s LIMIT 1",
        {"l": place.log.ledger, "t": str(place.topic_id), "p": place.partition, "o": place.offset},
        BY_ID_SETTINGS,
    )
    for own, counted, ledger, partition, offset, at in rows:
        if not ledger:
            # The counted row has expired; its summary no longer holds fingerprints.
            return {"fingerprint": own, "counted": None}
        place = Place(TOPIC_OF[ledger], partition, offset)
        seen = at.replace(tzinfo=UTC)
        return {
            "fingerprint": own,
            "counted": {"id": str(place), "fingerprint": counted, "at": seen},
        }
    return None


def counted_at(store: Store, topic: Topic, source: str, id_: str, id_hash: int) -> tuple[Place, bytes] | None:
    """Where the event of this name was counted, and its fingerprint; None when it was not."""
    rows = store.query(
        f"SELECT topic_id, partition, offset, hex(fingerprint) FROM {table(topic)}"  # noqa: S608
        " WHERE verdict = 'counted' AND id_hash = %(h)s AND source = %(s)s AND id = %(i)s"
        " ORDER BY logged_at DESC LIMIT 1",
        {"h": id_hash, "s": source, "i": id_},
        BY_ID_SETTINGS,
    )
    for topic_id, partition, offset, print_ in rows:
        return Place(topic.name, partition, offset, topic_id), bytes.fromhex(print_)
    return None
