"""Numbered SQL files, applied in order, recorded by name and checksum, never edited after a release.

The same files make plain tables on one node and Replicated… tables on a cluster: engine names, the
`ON CLUSTER` clause, the deduplication setting and the views' security are substituted.
"""

import hashlib
import re
from importlib.resources import files
from string import Template

from ioc.errors import SettingsError
from ioc.settings import ClickHouse
from storage.client import Store

BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS ioc.migrations ${on_cluster}
(
    name String,
    checksum FixedString(64),
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
-- A handful of rows, always read whole: the order only has to be stable.
ENGINE = ${MergeTree}
ORDER BY name
"""


def substitutions(settings: ClickHouse) -> dict[str, str]:
    """What `${…}` stands for in a migration."""
    replicated = "Replicated" if settings.cluster else ""
    return {
        "on_cluster": f"ON CLUSTER '{settings.cluster}'" if settings.cluster else "",
        "MergeTree": f"{replicated}MergeTree",
        "ReplacingMergeTree": f"{replicated}ReplacingMergeTree",
        "SummingMergeTree": f"{replicated}SummingMergeTree",
        "deduplication_window": f"{'replicated' if replicated else 'non_replicated'}_deduplication_window",
        # The embedded engine knows no users: its front keeps readers inside ioc_read instead.
        "as_owner": "" if settings.embedded else f"DEFINER = {settings.writer_user} SQL SECURITY DEFINER",
    }


def statements(text: str) -> list[str]:
    """The statements of a file: each ends with a semicolon at the end of a line."""
    return [part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text) if part.strip()]


def migrations() -> list[tuple[str, str]]:
    """(name, text) of every migration, in order."""
    folder = files("storage") / "migrations"
    found = [
        (item.name, item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    ]
    return sorted(found)


def migrate(store: Store, settings: ClickHouse) -> list[str]:
    """Apply what is missing and return its names.

    Raises `SettingsError` if an applied file was edited.
    """
    words = substitutions(settings)
    store.execute(Template("CREATE DATABASE IF NOT EXISTS ioc ${on_cluster}").substitute(words))
    store.execute(Template("CREATE DATABASE IF NOT EXISTS ioc_read ${on_cluster}").substitute(words))
    store.execute(Template(BOOKKEEPING).substitute(words))
    known = dict(store.query("SELECT name, checksum FROM ioc.migrations"))
    applied = []
    for name, text in migrations():
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if name in known:
            if known[name] != checksum:
                raise SettingsError(
                    f"migration {name} was edited after it had been applied: add a new one instead"
                )
            continue
        for statement in statements(Template(text).substitute(words)):
            store.execute(statement)
        store.insert("ioc.migrations", ["name", "checksum"], [[name], [checksum]])
        applied.append(name)
    return applied
