"""The file of marks: it outlives the process, blames exactly one record, and is never in the way itself."""

import errno
import os
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.topics import DOCUMENTS
from storage.ledger import Log
from streams.land.marks import DEATHS, SIZE, Marks, opened

HERE = Log(DOCUMENTS, UUID(int=1), 0)
FILE = "ioc.documents-0.mark"


def died(folder: Path, first: int, last: int) -> None:
    """A process that dies while it reads these: it takes nothing back."""
    marks = opened(folder, HERE)
    marks.begin(first, last)
    marks.close()


def test_a_death_on_one_record_is_counted(tmp_path: Path) -> None:
    for _ in range(DEATHS):
        died(tmp_path, 7, 7)
    marks = opened(tmp_path, HERE)
    assert marks.deaths(7) == DEATHS
    assert marks.deaths(6) == marks.deaths(8) == 0
    assert marks.doubt(5, 7)
    assert not marks.doubt(8, 9)


def test_a_death_within_many_blames_none_of_them(tmp_path: Path) -> None:
    died(tmp_path, 5, 9)
    marks = opened(tmp_path, HERE)
    assert [marks.deaths(offset) for offset in range(5, 10)] == [0] * 5
    assert marks.doubt(0, 5)
    assert marks.doubt(9, 9)
    assert not marks.doubt(0, 4)
    marks.through(8)
    assert marks.doubt(9, 9)
    marks.through(9)
    assert not marks.doubt(0, 99)


def test_who_ends_elsewhere_leaves_no_mark(tmp_path: Path) -> None:
    marks = opened(tmp_path, HERE)
    marks.begin(5, 9)
    marks.end()
    marks.close()
    assert not opened(tmp_path, HERE).doubt(0, 99)


def test_a_success_makes_earlier_deaths_nothing(tmp_path: Path) -> None:
    died(tmp_path, 7, 7)
    died(tmp_path, 7, 7)
    marks = opened(tmp_path, HERE)
    marks.passed(7)
    marks.close()
    died(tmp_path, 7, 7)
    assert opened(tmp_path, HERE).deaths(7) == 1


def test_partitions_and_logs_made_anew_know_nothing_of_each_other(tmp_path: Path) -> None:
    died(tmp_path, 7, 7)
    assert opened(tmp_path, Log(DOCUMENTS, UUID(int=1), 1)).deaths(7) == 0
    assert opened(tmp_path, HERE).deaths(7) == 1
    assert opened(tmp_path, Log(DOCUMENTS, UUID(int=2), 0)).deaths(7) == 0
    assert opened(tmp_path, HERE).deaths(7) == 0


def test_what_has_landed_is_forgotten_but_for_the_last(tmp_path: Path) -> None:
    for offset in (3, 17):
        died(tmp_path, offset, offset)
    died(tmp_path, 1, 6)
    marks = opened(tmp_path, HERE)
    marks.landed(18)
    assert (marks.deaths(3), marks.deaths(17)) == (0, 1)
    assert not marks.doubt(1, 6)


def test_how_many_stand_aside_in_a_row(tmp_path: Path) -> None:
    for offset in (2, 4, 5, 6):
        for _ in range(DEATHS):
            died(tmp_path, offset, offset)
    marks = opened(tmp_path, HERE)
    assert [marks.aside_before(offset) for offset in (2, 3, 4, 7, 8)] == [0, 1, 0, 3, 0]


@settings(max_examples=40, deadline=None)
@given(
    page=st.one_of(st.binary(max_size=200), st.binary(min_size=SIZE, max_size=SIZE)),
    at=st.integers(0, SIZE - 1),
)
def test_any_page_is_taken_for_what_it_is(
    tmp_path_factory: pytest.TempPathFactory, page: bytes, at: int
) -> None:
    """Empty, foreign, or ours with a byte turned over: deaths are known or not, it never breaks."""
    folder = tmp_path_factory.mktemp("marks")
    (folder / FILE).write_bytes(page)
    opened(folder, HERE).close()
    died(folder, 7, 7)
    spoilt = bytearray((folder / FILE).read_bytes())
    assert len(spoilt) >= SIZE
    spoilt[at] ^= 0xFF
    (folder / FILE).write_bytes(spoilt)
    assert opened(folder, HERE).deaths(7) in (0, 1)


def test_a_mark_that_was_not_written_to_its_end_is_none(tmp_path: Path) -> None:
    died(tmp_path, 700, 900)
    page = bytearray((tmp_path / FILE).read_bytes())
    page[8:16] = (3).to_bytes(8, "little")
    (tmp_path / FILE).write_bytes(page)
    assert not opened(tmp_path, HERE).doubt(0, 10_000)


def test_more_deaths_than_a_page_holds_forget_the_oldest(tmp_path: Path) -> None:
    for offset in range(1_000_000, 1_000_400):
        died(tmp_path, offset, offset)
    marks = opened(tmp_path, HERE)
    assert marks.deaths(1_000_399) == 1
    assert marks.deaths(1_000_000) == 0


def test_a_folder_that_cannot_be_written_is_told_and_not_in_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    marks = opened(tmp_path / "file", HERE)
    marks.begin(1, 5)
    marks.end()
    marks.close()
    assert "ioc.documents/0: a record that kills the process would not be found" in caplog.text


def test_a_disk_that_fails_is_told_once_and_not_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    marks = opened(tmp_path, HERE)

    def full(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("streams.land.marks.os.pwrite", full)
    for _ in range(3):
        marks.begin(1, 5)
        marks.end()
    assert caplog.text.count("would not be found") == 1


def test_without_a_folder_nothing_is_kept() -> None:
    marks = Marks(HERE)
    marks.begin(1, 1)
    assert not marks.doubt(0, 9)
