"""What was changed in reference data: each difference and when it took effect, written once, never edited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ioc.entries import Entries, Place, of_kpis
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage.client import Store

TABLE = "ioc.catalogue_changes"
FIRST, ADDED, CHANGED, REMOVED = "first", "added", "changed", "removed"


@dataclass(frozen=True)
class Change:
    """One difference. `before`, `after`: canonical JSON, empty where there was, or is, no such entry."""

    place: Place
    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class Noted:
    """A change as it was recorded: with which version of the catalogue, and when the centre took it over."""

    revision: int
    changed_at: datetime
    version: str
    change: Change


def note(store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str, version: str) -> int:
    """Record how the catalogue differs from the last one recorded, and return by how many entries.

    Run again after a crash it finds no difference and records nothing.
    """
    known = _known(store, tenant)
    revision = _last(store, tenant) + 1
    changes = list(differences(known, {**catalogue.entries, **of_kpis(kpis)}, first=revision == 1))
    if changes:
        rows = [
            (tenant, revision, version, *_place(each.place), each.kind, each.before, each.after)
            for each in changes
        ]
        columns = ["tenant", "revision", "version", "document", "entry", "part", "kind", "before", "after"]
        store.insert(TABLE, columns, [list(column) for column in zip(*rows, strict=True)])
    return len(changes)


def differences(before: Entries, after: Entries, *, first: bool = False) -> Iterator[Change]:
    """What changed between two versions, in the order of files and entries."""
    for place in sorted(before.keys() | after.keys()):
        was, is_now = before.get(place, ""), after.get(place, "")
        if was == is_now:
            continue
        kind = REMOVED if not is_now else CHANGED if was else FIRST if first else ADDED
        yield Change(place, kind, was, is_now)


def changes(store: Store, tenant: str, *, first: bool = False) -> list[Noted]:
    """All that was recorded, newest first; `first`: with what the first catalogue contained."""
    rows = store.query(
        "SELECT revision, changed_at, version, document, entry, part, toString(kind), before, after"
        " FROM ioc_read.catalogue_changes WHERE tenant = %(tenant)s AND (kind != 'first' OR %(first)s)"
        " ORDER BY revision DESC, document, entry, part",
        {"tenant": tenant, "first": int(first)},
    )
    return [Noted(row[0], row[1], row[2], Change(Place(*row[3:6]), *row[6:])) for row in rows]


def _place(place: Place) -> tuple[str, str, str]:
    return place.file, place.entry, place.part


def _known(store: Store, tenant: str) -> dict[Place, str]:
    rows = store.query(
        f"SELECT document, entry, part, argMax(after, revision) AS last FROM {TABLE}"  # noqa: S608
        " WHERE tenant = %(tenant)s GROUP BY document, entry, part HAVING last != ''",
        {"tenant": tenant},
    )
    return {Place(file, entry, part): last for file, entry, part, last in rows}


def _last(store: Store, tenant: str) -> int:
    ((revision,),) = store.query(
        f"SELECT max(revision) FROM {TABLE} WHERE tenant = %(tenant)s",  # noqa: S608
        {"tenant": tenant},
    )
    return int(revision)
