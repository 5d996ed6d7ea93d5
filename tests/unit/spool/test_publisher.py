"""What the publisher's engineer holds in hand: `SpooledPublisher`, its thread, its folder, its lock."""

import json
import sqlite3
import stat
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from ioc.cli import main
from ioc.clock import FixedClock
from ioc.contracts import EventRefused, Reason, encode
from ioc.settings import Kafka
from producers.sdk import PublishFailed, Receipt
from producers.spool import SpoolConflict, SpooledPublisher, SpoolFailed, SpoolFull, SpoolInUse
from producers.spool.asking import look
from tests.unit.contracts.events import NOW, RULES, SOURCE, UNIT, document
from tests.unit.spool.outlet import TOO_LARGE, Log, case


class Gated(Log):
    """Answers only once `gate` is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> "Future[Receipt]":
        assert self.gate.wait(20)
        return super().send_raw(topic, key, value)


def opened(folder: Path, log: Log, **options: Any) -> SpooledPublisher:
    options = {"clock": FixedClock(NOW), **options}
    return SpooledPublisher(Kafka(), folder, client_id="test", connect=log.connect, **options)


def test_what_was_put_is_sent_by_itself_and_has_its_receipt(tmp_path: Path) -> None:
    log = Log()
    with opened(tmp_path, log) as spool:
        spool.put(case(1))
        spool.put_all([case(2), case(3)])
        spool.flush(20)
        assert [spool.receipt(case(n)) for n in (1, 2, 3)] == [
            Receipt("ioc.services", 0, n) for n in range(3)
        ]
        assert spool.pending().kept == 3
    assert log.closed == 1


def test_the_next_process_sends_what_this_one_could_not(tmp_path: Path) -> None:
    gated = Gated()
    first = opened(tmp_path, gated)
    first.put_all([case(1), case(2)])
    with pytest.raises(PublishFailed, match="2 events wait on this disk") as waiting:
        first.flush(0)
    assert waiting.value.retryable
    gated.away = True
    gated.gate.set()
    first.close(0)
    log = Log()
    with opened(tmp_path, log) as second:
        second.flush(20)
    assert [value for _, _, value in log.records] == [encode(case(1)), encode(case(2))]


def test_a_folder_has_one_owner_and_belongs_to_it_alone(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    with opened(folder, Log()) as spool:
        spool.put(case(1))
        with pytest.raises(SpoolInUse, match="belongs to another process"):
            opened(folder, Log())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes.pop("spool") == 0o700
    assert set(modes.values()) == {0o600}, modes
    opened(folder, Log()).close()


def test_an_event_that_the_contract_refuses_never_enters(tmp_path: Path) -> None:
    with opened(tmp_path, Log(), rules=RULES) as spool:
        with pytest.raises(EventRefused) as refused:
            spool.put(case(1).model_copy(update={"orgunit": "G09.999"}))
        assert refused.value.reason is Reason.unknown_unit
        with pytest.raises(EventRefused):
            spool.put_all([case(2), case(3).model_copy(update={"subject": "another"})])
        assert spool.pending().count == spool.pending().kept == 0
        spool.put(case(4))


def test_without_reference_data_the_contract_itself_is_asked(tmp_path: Path) -> None:
    with opened(tmp_path, Log()) as spool, pytest.raises(EventRefused):
        spool.put(case(3).model_copy(update={"subject": "another"}))


def test_full_raises_or_blocks_as_the_caller_chose_and_drops_nothing(tmp_path: Path) -> None:
    gated = Gated()
    spool = opened(tmp_path / "raise", gated, limit_bytes=4_000)
    spool.put_all([case(1), case(2), case(3)])
    with pytest.raises(SpoolFull):
        spool.put_all([case(n) for n in range(4, 9)])
    assert spool.pending().count == 3, "all or none"
    gated.gate.set()
    spool.close(20)

    gated = Gated()
    blocking = opened(tmp_path / "block", gated, limit_bytes=4_000, when_full="block")
    with pytest.raises(SpoolFull):
        blocking.put_all([case(n) for n in range(1, 9)])  # would never fit: waiting would not end
    blocking.put_all([case(1), case(2), case(3)])
    done = threading.Event()

    def more() -> None:
        blocking.put_all([case(4), case(5), case(6)])
        done.set()

    thread = threading.Thread(target=more)
    thread.start()
    assert not done.is_set()
    gated.gate.set()
    thread.join(20)
    assert done.is_set()
    blocking.close(20)
    assert [value for _, _, value in gated.records] == [encode(case(n)) for n in range(1, 7)]


def test_one_heartbeat_waits_at_most(tmp_path: Path) -> None:
    gated = Gated()
    with opened(tmp_path, gated) as spool:
        assert spool.heartbeat(source=SOURCE, orgunit=UNIT, interval_s=30)
        assert not spool.heartbeat(source=SOURCE, orgunit=UNIT, interval_s=30)
        gated.gate.set()
        spool.flush(20)
        assert spool.heartbeat(source=SOURCE, orgunit=UNIT, interval_s=30, status="maintenance")
    assert [b'"sent_total":1' in gated.records[0][2], b'"sent_total":2' in gated.records[1][2]] == [True] * 2


@pytest.mark.parametrize("damage", ["text", "middle", "foreign"])
def test_a_file_that_is_no_sound_spool_is_set_aside_and_said(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool.sqlite"
    if damage == "text":
        path.write_bytes(b"not a database at all" * 400)
    elif damage == "foreign":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE somebody_elses (id INTEGER)")
    else:
        with opened(tmp_path, Log()) as spool:
            spool.put_all([case(n) for n in range(1, 60)])
        with path.open("r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xff" * 4096 * 8)
    with opened(tmp_path, Log()) as spool:
        (aside,) = spool.pending().set_aside
        spool.put(case(99))
    assert (tmp_path / aside).stat().st_size > 0
    assert "set aside as aside-" in caplog.text


def test_a_torn_write_is_cut_off_and_what_was_put_before_it_is_there(tmp_path: Path) -> None:
    """A kill in the middle of a write leaves a part of a transaction at the end of the log."""
    gated = Gated()
    spool = opened(tmp_path / "one", gated)
    for n in range(1, 6):
        spool.put(case(n))
    (tmp_path / "two").mkdir()
    for name in ("spool.sqlite", "spool.sqlite-wal"):  # as the disk is while the process lives
        (tmp_path / "two" / name).write_bytes((tmp_path / "one" / name).read_bytes())
    wal = tmp_path / "two" / "spool.sqlite-wal"
    wal.write_bytes(wal.read_bytes()[:-1500])
    gated.gate.set()
    spool.close(20)
    log = Log()
    with opened(tmp_path / "two", log) as after:
        after.flush(20)
        assert after.pending().set_aside == ()
    assert [value for _, _, value in log.records] == [encode(case(n)) for n in range(1, 5)]


def test_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    opened(tmp_path, Log()).close()
    with sqlite3.connect(tmp_path / "spool.sqlite") as database:
        database.execute("PRAGMA user_version=9")
    with pytest.raises(SpoolFailed, match="version 9"):
        opened(tmp_path, Log())


def test_a_closed_spool_and_a_folder_that_is_a_file_are_one_sentence(tmp_path: Path) -> None:
    spool = opened(tmp_path / "spool", Log())
    spool.close()
    spool.close()
    with pytest.raises(SpoolFailed, match="closed"):
        spool.put(document())
    (tmp_path / "file").write_text("x")
    with pytest.raises(SpoolFailed, match="expected a folder"):
        opened(tmp_path / "file", Log())


def test_a_thread_that_meets_the_unexpected_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log, broken = Log(), iter([RuntimeError("unforeseen")])

    def refuse(value: bytes) -> BaseException | None:
        for error in broken:
            raise error
        return None

    log.refuse = refuse
    monkeypatch.setattr("producers.spool.publisher.RETRY_S", (0.0,))
    with opened(tmp_path, log) as spool:
        spool.put(case(1))
        spool.flush(20)
    assert "unforeseen" in caplog.text


def test_conflicts_and_refusals_reach_the_caller(tmp_path: Path) -> None:
    with opened(tmp_path, Log()) as spool:
        spool.put(case(1))
        with pytest.raises(SpoolConflict):
            spool.put(case(1, subject=2))
        assert spool.refusals() == [] and spool.retry_refused() == 0
        spool.flush(20)
        assert spool.resend(NOW) == 1
        spool.flush(20)


def test_a_look_from_outside_while_the_owner_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    log.refuse = lambda value: TOO_LARGE if value == encode(case(2)) else None
    with opened(tmp_path, log) as spool:
        spool.put_all([case(1), case(2)])
        spool.flush(20)
        stands, (refusal,) = look(tmp_path, NOW)
        assert (stands.count, stands.refused, stands.kept, refusal.id) == (0, 1, 1, case(2).id)
        monkeypatch.setattr("sys.argv", ["ioc", "spool", "show", str(tmp_path), "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
    said = json.loads(capsys.readouterr().out)
    assert (ended.value.code, said["waiting"], said["kept"]) == (1, 0, 1)
    assert [one["id"] for one in said["refused"]] == [case(2).id]
    with pytest.raises(SpoolFailed, match="expected the folder of a spool"):
        look(tmp_path / "elsewhere", NOW)
