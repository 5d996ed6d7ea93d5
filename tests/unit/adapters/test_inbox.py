"""The inbox goes on: one bad file holds up nobody, nothing is removed unread, no refusal is forgotten."""

import os
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ioc.contracts import Envelope
from producers.adapters import importing
from producers.adapters.memory import Memory
from producers.adapters.portal import files
from producers.adapters.reader import Reader
from tests.unit.adapters.edxml_files import message
from tests.unit.adapters.site import Site
from tests.unit.adapters.support import KeepingPublisher, names
from tests.unit.adapters.test_tables import CHANGES, PERSON

DOCUMENT = ["document.received", "source.heartbeat"]
REST = timedelta(seconds=10)
RETRY = timedelta(seconds=31)
OTHER = "G01,2026/10/01,124/BCA-VP"
BAD_ROW = f"{PERSON};;G09.901;BD-3;?;01/10/2026;02/10/2026\n"
NEXT_WEEK = f"{PERSON};;G09.901;BD-3;Bổ nhiệm;12/10/2026;12/10/2026\n"


def rejected(events: Iterable[Envelope]) -> list[Envelope]:
    return [event for event in events if names([event]) == ["event.rejected"]]


def of_year_one() -> str:
    return message(traces=[("G01", "0001/01/01 00:00:00")])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.xml", of_year_one(), id="year 1"),
        pytest.param("a" * 251 + ".xml", message(document=OTHER + "1"), id="long name"),
        pytest.param("ă" * 125 + ".xml", message(document=OTHER + "1"), id="long name of long letters"),
        pytest.param("a" * 251 + ".pdf", "%PDF", id="long name, refused"),
        pytest.param(os.fsdecode("Báo cáo.pdf".encode("latin-1")), "%PDF", id="name that is no UTF-8"),
        pytest.param("refused", "%PDF", id="named like our folder"),
        pytest.param("done", "%PDF", id="named like our other folder"),
    ],
)
def test_no_file_holds_up_another(site: Site, name: str, content: str) -> None:
    site.drop("vxp", "0.xml", message())
    site.drop("vxp", name, content)
    site.drop("vxp", "zz.xml", message(document=OTHER))
    told = site.look(6)
    assert told.count("document.received") >= 2 and "source.heartbeat" in told
    assert len({event.id for event in site.publisher.events}) == len(told), "nothing was sent again"
    left = [path for path in (site.data / "inbox" / "vxp").iterdir() if path.is_file()]
    assert left == [] and len(list(site.receipts("vxp"))) == 3
    for path in (site.data / "inbox" / "vxp").rglob("*.txt"):
        assert len(os.fsencode(path.name)) < 200


def breaks(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """From now on reading the file `name` raises."""
    read = Reader.read

    def reading(self: Reader, path: Path) -> Any:
        if path.name == name:
            raise error
        return read(self, path)

    monkeypatch.setattr(Reader, "read", reading)


def test_a_file_that_breaks_its_reader_is_refused_after_some_tries(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "a.xml", ArithmeticError())
    path = site.drop("vxp", "a.xml", message())
    site.drop("vxp", "b.xml", message())
    assert site.look() == DOCUMENT
    for _ in range(2):
        site.clock.advance(RETRY)
        assert "event.rejected" not in site.look(1) and path.exists()
    site.clock.advance(RETRY)
    assert site.look(2).count("event.rejected") == 1
    assert not path.exists()
    said = dict(site.receipts("vxp"))["refused"].splitlines()
    assert said[2:] == ["refused 1", "a.xml\t\tundecodable: expected a file that can be read to its end"]


@pytest.mark.parametrize("error", [sqlite3.OperationalError(), OSError(), MemoryError()])
def test_a_file_is_not_refused_for_what_is_not_its_fault(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with monkeypatch.context() as broken:
        breaks(broken, "a.xml", error)
        path = site.drop("vxp", "a.xml", message())
        for _ in range(6):
            site.look(1)
            site.clock.advance(RETRY)
        assert path.exists() and site.publisher.events == []
    assert site.look(1) == DOCUMENT


def test_heartbeats_outlive_a_memory_that_is_locked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.drop("vxp", "a.xml", message())
    site.look()

    def locked(_: Memory) -> Any:
        raise sqlite3.OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(Memory, "sent", locked)
        site.clock.advance(timedelta(minutes=5))
        assert site.look(1) == []
    assert site.look(1) == ["source.heartbeat"]


def test_a_folder_that_is_gone_holds_up_nobody(site: Site) -> None:
    (site.data / "inbox" / "hrm").rmdir()
    site.drop("vxp", "a.xml", message())
    assert site.look() == DOCUMENT


def test_a_file_rests_before_it_is_taken_and_before_it_is_removed(tmp_path: Path) -> None:
    site = Site(tmp_path, rest_s=REST.total_seconds())
    path = site.drop("vxp", "a.xml", message())
    assert site.look() == []
    site.clock.advance(REST)
    assert site.look() == DOCUMENT and path.exists()
    site.clock.advance(REST)
    assert site.look() == [] and not path.exists()


def test_what_a_slow_sender_adds_is_read_too(site: Site) -> None:
    path = site.drop("hrm", "a.csv", CHANGES)
    with path.open("a", encoding="utf-8") as sender:
        assert site.look(2).count("hr.change_recorded") == 2
        sender.write(CHANGES.splitlines()[1].replace("BD-1", "BD-9") + "\n")
    site.look()
    told = [event.id for event in site.publisher.events if names([event]) == ["hr.change_recorded"]]
    assert len(set(told)) == 3 and not path.exists()
    said = sorted(text.splitlines()[1] for _, text in site.receipts("hrm"))
    assert said == ["published 2", "published 3"]


class Replacing(KeepingPublisher):
    """While it waits for Kafka the sender puts another file in the place of the first."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path: Path | None = path

    def flush(self) -> None:
        if self._path is not None:
            other = self._path.with_suffix(".part")
            other.write_text(message(document=OTHER), encoding="utf-8")
            other.rename(self._path)
            self._path = None


def test_a_file_that_was_replaced_while_taken_is_taken_next(tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "vxp" / "a.xml"
    site = Site(tmp_path, publisher=Replacing(path))
    site.drop("vxp", "a.xml", message())
    site.look(5)
    documents = [event.subject for event in site.publisher.events if names([event]) == ["document.received"]]
    assert len(documents) == 2 and OTHER in documents and not path.exists()


@pytest.mark.parametrize("content", ["Cột lạ;Khác\n1;2\n", CHANGES + BAD_ROW])
def test_refusals_that_kafka_did_not_hear_of_are_told_later(site: Site, content: str) -> None:
    site.publisher.failing_for = {"event.rejected"}
    path = site.drop("hrm", "a.csv", content)
    site.look(4)
    assert path.exists() and not list(site.receipts("hrm"))
    site.publisher.failing_for = set()
    site.clock.advance(RETRY)
    assert site.look(2).count("event.rejected") == 1
    ((folder, text),) = site.receipts("hrm")
    assert folder == "refused" and "refused 1" in text and not path.exists()


def test_a_refusal_told_again_is_the_same_event(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.drop("hrm", "a.csv", CHANGES + BAD_ROW)
    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", lambda *_, **__: os.write(-1, b""))
        site.look(2)
    again = Site(site.data)
    again.clock.advance(timedelta(hours=1))
    again.look()
    (first,), (second,) = rejected(site.publisher.events), rejected(again.publisher.events)
    assert (first.id, first.time, first.data) == (second.id, second.time, second.data)


def test_two_refusals_of_one_file_are_two_events(site: Site) -> None:
    site.drop("hrm", "a.csv", CHANGES + BAD_ROW + BAD_ROW)
    site.look()
    assert len({event.id for event in rejected(site.publisher.events)}) == 2


def test_a_row_of_next_week_counts_once_the_day_has_come(site: Site) -> None:
    site.drop("hrm", "a.csv", CHANGES + NEXT_WEEK)
    assert site.look().count("hr.change_recorded") == 2
    site.clock.advance(timedelta(days=8))
    site.drop("hrm", "a.csv", CHANGES + NEXT_WEEK)
    site.look()
    changes = [event.id for event in site.publisher.events if names([event]) == ["hr.change_recorded"]]
    assert len(changes) == 5 and len(set(changes)) == 3


def test_a_flood_of_refusals_is_counted_not_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST", 3)
    site.drop("hrm", "a.csv", CHANGES + BAD_ROW * 5)
    assert site.look().count("event.rejected") == 3
    ((_, text),) = site.receipts("hrm")
    lines = text.splitlines()
    assert lines[2] == "refused 5" and len(lines) == 7 and lines[-1] == "not listed 2"


def test_a_secret_among_what_is_not_listed_still_silences_the_receipt(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST", 1)
    row = CHANGES.splitlines()[1].replace("BD-1", "TOI-MAT 012345678901")
    site.drop("hrm", "ke-hoach.csv", CHANGES + BAD_ROW + row + "\n")
    site.look()
    ((_, text),) = site.receipts("hrm")
    assert "refused 2" in text and "ke-hoach" not in text
    assert not list((site.data / "inbox").rglob("*ke-hoach*"))


def test_a_saved_call_beyond_the_limit_is_refused_by_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    site.drop("motcua", "goi.json", b"[" + b" " * (1 << 20) + b"]")
    site.look()
    ((_, text),) = site.receipts("motcua")
    assert "goi.json\t\toversize: expected at most 1 MB" in text
