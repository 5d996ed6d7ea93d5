"""Is the store safe to count in? Each finding is one sentence; no finding means yes.

`unsafe` holds what landing depends on and is asked by the worker before it lands anything;
`findings` adds what a person wants to know, and is asked by `ioc doctor`.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from ioc.clock import Clock
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.settings import ClickHouse
from storage.client import INSERT_SETTINGS, READ_SETTINGS, Store
from storage.migrate import migrations

WINDOW = 10_000
"""Blocks of one table a retry may be late by and still be recognised; the tables' own setting."""
SKEW_S = 5.0
PROBE = "ioc.doctor_probe"
EXPECTED = {
    "async_insert": (INSERT_SETTINGS, "an acknowledged insert would not be on disk"),
    "insert_deduplicate": (INSERT_SETTINGS, "a retried block would count twice"),
    "use_skip_indexes_if_final": (READ_SETTINGS, "reading cases would scan them all"),
    "use_skip_indexes_if_final_exact_mode": (READ_SETTINGS, "closed cases would be shown as open"),
}


def unsafe(store: Store, settings: ClickHouse) -> list[str]:
    """What would break "counted once" if events landed now. Raises `StoreUnavailable`."""
    wrong = [*_missing_migrations(store), *_setting_findings(store)]
    return wrong + _window_findings(
        store.query(
            "SELECT name, engine, engine_full FROM system.tables "
            "WHERE database = 'ioc' AND name LIKE 'events\\_%' AND engine LIKE '%MergeTree' ORDER BY name"
        ),
        replicated=bool(settings.cluster),
    )


def findings(settings: ClickHouse, clock: Clock) -> list[str]:
    """Everything that is wrong with the store, as far as it can be reached."""
    writer = Store(settings, timeout=10)
    reader = Store(settings, role="reader", timeout=10)
    try:
        return [
            *unsafe(writer, settings),
            *_deduplicates(writer, settings),
            *_skewed(writer, clock),
            *_reader_findings(reader, settings.reader_user),
        ]
    except (StoreUnavailable, StoreRefused) as error:
        return [f"ClickHouse at {settings.host}:{settings.port}: {error}"]
    finally:
        writer.close()
        reader.close()


def _missing_migrations(store: Store) -> list[str]:
    try:
        applied = {name for (name,) in store.query("SELECT name FROM ioc.migrations")}
    except StoreRefused:
        return ["the store has no tables: `ioc migrate` makes them"]
    missing = [name for name, _ in migrations() if name not in applied]
    return [f"migration {name} is not applied: `ioc migrate` applies it" for name in missing]


def _setting_findings(store: Store) -> list[str]:
    """The settings as the server sees them in one of our own statements."""
    sent = {name: source[name] for name, (source, _) in EXPECTED.items()}
    seen = dict(
        store.query(
            "SELECT name, value FROM system.settings WHERE name IN %(names)s",
            {"names": tuple(EXPECTED)},
            settings=sent,
        )
    )
    wrong = []
    for name, (_, consequence) in EXPECTED.items():
        if name not in seen:
            wrong.append(f"the store does not know the setting {name}: {consequence}")
        elif str(seen[name]) != str(sent[name]):
            wrong.append(f"the store has {name}={seen[name]}, expected {sent[name]}: {consequence}")
    return wrong


def _window_findings(tables: Iterable[tuple[str, str, str]], *, replicated: bool) -> list[str]:
    wrong = []
    for name, engine, definition in tables:
        if replicated and not engine.startswith("Replicated"):
            wrong.append(f"table ioc.{name} is a plain {engine} on a cluster, expected Replicated{engine}")
        setting = f"{'' if replicated else 'non_'}replicated_deduplication_window"
        found = re.search(rf"(?<![a-z_]){setting}\s*=\s*(\d+)", definition)
        window = int(found.group(1)) if found else 0
        if window < WINDOW:
            wrong.append(f"table ioc.{name} has {setting}={window}, expected at least {WINDOW}")
    return wrong


def _deduplicates(store: Store, settings: ClickHouse) -> list[str]:
    """Not what the store says but what it does: the same block twice under one token is there once."""
    if settings.cluster:
        return []  # a table made on one replica would say nothing about the others
    store.execute(f"DROP TABLE IF EXISTS {PROBE}")
    store.execute(
        f"CREATE TABLE {PROBE} (n UInt8) ENGINE = MergeTree ORDER BY n "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    try:
        for _ in range(2):
            store.insert(PROBE, ["n"], [[1, 2, 3]], token="doctor")  # noqa: S106 - no secret
        ((count,),) = store.query(f"SELECT count() FROM {PROBE}")  # noqa: S608
    finally:
        store.execute(f"DROP TABLE IF EXISTS {PROBE}")
    return (
        [] if count == 3 else [f"a block of 3 rows inserted twice under one token is there as {count} rows"]
    )


def _skewed(store: Store, clock: Clock) -> list[str]:
    before: datetime = clock.now()
    ((there,),) = store.query("SELECT now64(3, 'UTC')")
    skew = abs((there.replace(tzinfo=before.tzinfo) - before).total_seconds())
    if skew <= SKEW_S:
        return []
    return [f"the store's clock is {skew:.0f} s away from this machine's, expected at most {SKEW_S:.0f} s"]


def _reader_findings(reader: Store, user: str) -> list[str]:
    wrong = []
    for statement, what in (
        ("CREATE TABLE ioc_read.doctor_probe (n UInt8) ENGINE = Memory", "create tables"),
        ("SELECT count() FROM ioc.migrations", "read the database ioc"),
    ):
        try:
            reader.execute(statement)
        except StoreRefused:
            continue
        wrong.append(f"user {user} can {what}, expected to read ioc_read only")
    return wrong
