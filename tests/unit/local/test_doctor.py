"""Findings about the store's answers and about this machine, without either."""

from pathlib import Path
from typing import Any, cast

from ioc.settings import Settings
from local import credentials
from local import doctor as machine
from local.rundir import write_atomically
from local.stack import source_codes
from storage import doctor
from storage.client import Store
from storage.migrate import migrations


class AnsweringStore:
    """Answers the doctor's questions with what the test says."""

    def __init__(self, settings: dict[str, str], tables: list[tuple[str, str, str]]) -> None:
        self._settings = settings
        self._tables = tables

    def query(self, sql: str, *_params: Any, **_settings: Any) -> list[tuple[Any, ...]]:
        if "ioc.migrations" in sql:
            return [(name,) for name, _ in migrations()]
        if "system.settings" in sql:
            return list(self._settings.items())
        return list(self._tables)


GOOD = {
    "async_insert": "0",
    "insert_deduplicate": "1",
    "use_skip_indexes_if_final": "1",
    "use_skip_indexes_if_final_exact_mode": "1",
}
WIDE = "MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 1"


def asked(settings: dict[str, str], tables: list[tuple[str, str, str]], cluster: str = "") -> list[str]:
    store = cast(Store, AnsweringStore(settings, tables))
    return doctor.unsafe(store, Settings().clickhouse.model_copy(update={"cluster": cluster}))


def test_safe_answers_give_no_finding() -> None:
    assert asked(GOOD, [("events_hr", "MergeTree", WIDE)]) == []


def test_each_unsafe_setting_is_named_with_its_consequence() -> None:
    (finding,) = asked({**GOOD, "async_insert": "1"}, [])
    assert finding == (
        "the store has async_insert=1, expected 0: an acknowledged insert would not be on disk"
    )
    without = {name: value for name, value in GOOD.items() if "exact" not in name}
    (finding,) = asked(without, [])
    assert "does not know the setting use_skip_indexes_if_final_exact_mode" in finding


def test_a_narrow_window_is_named() -> None:
    (finding,) = asked(GOOD, [("events_hr", "MergeTree", WIDE.replace("10000", "9999"))])
    assert "ioc.events_hr has non_replicated_deduplication_window=9999" in finding


def test_on_a_cluster_tables_must_be_replicated_with_their_own_window() -> None:
    wrong = asked(GOOD, [("events_hr", "MergeTree", WIDE)], cluster="ioc")
    assert len(wrong) == 2
    replicated = ("events_hr", "ReplicatedMergeTree", "… SETTINGS replicated_deduplication_window = 10000")
    assert asked(GOOD, [replicated], cluster="ioc") == []


def test_the_machine_is_well_after_a_first_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    (finding,) = machine.findings(settings)
    assert "has no credentials for" in finding
    credentials.ensure(settings.credentials_file, source_codes(settings))
    assert machine.findings(settings) == []
    settings.credentials_file.chmod(0o640)
    (finding,) = machine.findings(settings)
    assert "expected mode 600" in finding


def test_a_key_that_is_no_text_is_a_finding(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    document = credentials.ensure(settings.credentials_file, source_codes(settings))
    document["sources"]["hrm"]["pseudonym_key"] = None
    write_atomically(settings.credentials_file, document, mode=0o600)
    assert machine.findings(settings) == [
        f"{settings.credentials_file}: sources.hrm.pseudonym_key is no text, "
        "expected a text of at least one sign: it opens nothing"
    ]


def test_a_full_disk_is_a_finding(tmp_path: Path) -> None:
    (finding,) = machine._disk_findings(tmp_path / "not" / "yet", least=10**18)
    assert "GiB free" in finding
