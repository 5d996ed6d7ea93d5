"""Acts of the quarantine desk, and how each record stands by them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from ioc.contracts.mending import parse
from ioc.desk import Act, Kind, Place, Stage, place_of
from storage.client import Store

_COLUMNS = (
    *("id", "kind", "records", "account", "role", "at", "stage", "mends", "reason", "until"),
    *("confirmed_by", "confirmed_role", "finished_at", "outcome", "topic_ids"),
)
_MOST = 200
"""Acts of one answer, the newest; what is older does not hide them."""


def keep(store: Store, tenant: str, act: Act, at: datetime) -> None:
    """Write an act as it is now. Sent again after a failure it is still that."""
    version = round(at.timestamp() * 1000)
    row: dict[str, object] = {
        "tenant": tenant,
        "id": act.id,
        "kind": act.kind.value,
        "stage": act.stage.value,
        "records": [str(each) for each in act.records],
        "topic_ids": [each.topic_id or UUID(int=0) for each in act.records],
        "mends": [str(each) for each in act.mends],
        "reason": act.reason,
        "account": act.account,
        "role": act.role,
        "at": act.at,
        "until": act.until,
        "confirmed_by": act.confirmed_by,
        "confirmed_role": act.confirmed_role,
        "finished_at": act.finished_at,
        "outcome": orjson.dumps(act.outcome).decode(),
        "version": version,
    }
    store.insert("ioc.desk_acts", list(row), [[value] for value in row.values()])


def find(store: Store, tenant: str, act: UUID) -> Act | None:
    """One act; None: there is none."""
    rows = _asked(store, tenant, "id = %(id)s", {"id": str(act)})
    return rows[0] if rows else None


def in_stage(store: Store, tenant: str, stage: Stage) -> list[Act]:
    """Acts that are so far, the oldest first."""
    return _asked(store, tenant, "stage = %(stage)s", {"stage": stage.value})


def about(store: Store, tenant: str, place: Place) -> list[Act]:
    """What was asked about one record, the oldest first."""
    found = _asked(store, tenant, "has(records, %(place)s)", {"place": str(place)})
    return [act for act in found if place in act.records]


def _asked(store: Store, tenant: str, condition: str, given: dict[str, object]) -> list[Act]:
    rows = store.query(
        f"SELECT {', '.join(_COLUMNS)} FROM ioc.desk_acts FINAL"  # noqa: S608 (conditions are ours)
        f" WHERE tenant = %(tenant)s AND {condition} ORDER BY at DESC, id LIMIT {_MOST}",
        {**given, "tenant": tenant},
    )
    return [_act(row) for row in reversed(rows)]


def _act(row: Sequence[Any]) -> Act:
    named = dict(zip(_COLUMNS, row, strict=True))
    topic_ids = named.pop("topic_ids")
    return Act(
        **{
            **named,
            "id": UUID(str(named["id"])),
            "kind": Kind(named["kind"]),
            "stage": Stage(named["stage"]),
            "records": tuple(place_of(*each) for each in zip(named["records"], topic_ids, strict=True)),
            "mends": tuple(parse(each) for each in named["mends"]),
            "at": _utc(named["at"]),
            "until": _utc(named["until"]),
            "finished_at": _utc(named["finished_at"]),
            "outcome": orjson.loads(named["outcome"] or "{}"),
        }
    )


def mark(
    store: Store,
    tenant: str,
    act: Act,
    state: str,
    records: Iterable[tuple[Place, Place | None]],
    at: datetime,
) -> None:
    """Write how records stand now: each with where it stands since a replay."""
    rows = [
        (
            place.topic_id,
            place.partition,
            place.offset,
            tenant,
            state,
            act.until if state == "awaiting" else None,
            act.id,
            act.reason,
            now.topic if now else "",
            now.partition if now else 0,
            now.offset if now else 0,
            act.account,
            at,
            round(at.timestamp() * 1000),
        )
        for place, now in records
    ]
    columns = ["topic_id", "partition", "offset", "tenant", "state", "until", "act", "reason", "new_topic"]
    columns += ["new_partition", "new_offset", "account", "at", "version"]
    if rows:
        store.insert("ioc.desk_records", columns, [list(each) for each in zip(*rows, strict=True)])


def moved_to(store: Store, place: Place) -> Place | None:
    """Where a replayed record stands now."""
    rows = store.query(
        "SELECT toString(new_topic), new_partition, new_offset FROM ioc.desk_records FINAL"
        " WHERE topic_id = %(t)s AND partition = %(p)s AND offset = %(o)s AND state = 'replayed'",
        {"t": str(place.topic_id), "p": place.partition, "o": place.offset},
    )
    return Place(*rows[0]) if rows and rows[0][0] else None


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
