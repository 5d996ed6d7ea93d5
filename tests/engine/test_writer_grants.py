"""The grants of the production file, held by the engine itself against every database that our code makes."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from storage import backups, exchange
from storage.client import Store
from storage.foreseeing import Beside
from streams.land import replaying
from streams.reduce import anew

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
USERS = ROOT / "deploy/clickhouse/users.d/ioc.xml"
MAKES = {"storage/backups.py", "storage/exchange.py", "storage/foreseeing.py", "storage/migrate.py"}
ASKED = """
import sys
from chdb.state.sqlitelike import Connection
engine = Connection(sys.argv[1])
for name in sys.argv[2:]:
    try:
        for sql in (
            f"CREATE DATABASE {name}",
            f"CREATE TABLE {name}.cases (tick UInt64) ENGINE = ReplacingMergeTree(tick) ORDER BY tick",
            f"INSERT INTO {name}.cases VALUES (1)",
            f"SELECT * FROM {name}.cases FINAL",
            f"DROP DATABASE {name} SYNC",
        ):
            engine.query(sql, "TSV")
    except Exception as error:
        print(name, str(error).split(".")[0])
"""


class Recorder:
    """A store that only remembers which databases were made."""

    cluster = ""

    def __init__(self) -> None:
        self.made: list[str] = []

    def execute(self, sql: str, *_: object, **__: object) -> None:
        if sql.startswith("CREATE DATABASE "):
            self.made.append(sql.split()[2])

    def query(self, *_: object, **__: object) -> list[tuple[object, ...]]:
        return []


def made_by_the_code() -> list[str]:
    recorder = Recorder()
    store: Store = recorder  # type: ignore[assignment]
    exchange.beside(store, anew.DATABASE, [])
    exchange.beside(store, replaying.SHADOW, [])
    backups.checked(store, lambda group: group)
    with Beside(store, "G09"):
        pass
    return recorder.made


def answers(folder: Path, names: list[str]) -> dict[str, str]:
    """What the engine refuses, by database, when its only user has the writer's grants."""
    writer = ElementTree.parse(USERS).getroot().find("users/ioc_writer")
    assert writer is not None
    grants = "".join(f"<query>{each.text}</query>" for each in writer.iter("query"))
    (folder / "users.xml").write_text(
        "<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password/>"
        "<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>"
        f"<grants>{grants}</grants></default></users></clickhouse>"
    )
    # The engine reads `config.xml` of the folder that it is started in.
    config = f"<clickhouse><users_config>{folder / 'users.xml'}</users_config></clickhouse>"
    (folder / "config.xml").write_text(config)
    ran = subprocess.run(
        [sys.executable, "-c", ASKED, str(folder / "store"), *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split(" ", 1) for line in ran.stdout.splitlines())


def test_the_writer_may_make_every_database_of_ours_and_no_other(tmp_path: Path) -> None:
    made = made_by_the_code()
    assert {"ioc_anew", "ioc_shadow", "ioc_check"} < set(made)
    refused = answers(tmp_path, [*made, "ioc_other", "evil"])
    assert sorted(refused) == ["evil", "ioc_other"]
    assert set(refused.values()) == {"Code: 497"}


def test_no_other_place_makes_a_database() -> None:
    sources = [path for room in ("ioc", "local", "storage", "streams") for path in ROOT.glob(f"{room}/**/*")]
    found = {
        str(path.relative_to(ROOT))
        for path in sources
        if path.suffix in (".py", ".sql") and "CREATE DATABASE" in path.read_text(encoding="utf-8")
    }
    assert found == MAKES, "the test above asks for the databases of these files only"
