"""Files through inbox and importer: counted once, receipts without content, nothing personal left behind."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ioc.contracts import Reason, encode
from producers.adapters.handover import NotAcknowledged
from producers.adapters.importing import Importer, Summary
from producers.adapters.memory import Memory, Told
from producers.adapters.reporting import Reporter
from tests.unit.adapters.dossier_calls import dossier, step
from tests.unit.adapters.edxml_files import message
from tests.unit.adapters.site import Site
from tests.unit.adapters.support import CANARY, CATALOGUE, KeepingPublisher, clock, maker, reader
from tests.unit.adapters.test_tables import CHANGES, PERSON


def test_a_dropped_file_is_taken_once_it_rests(site: Site) -> None:
    path = site.drop("vxp", "a.xml", message()[:200])
    assert site.look(1) == []
    path.write_text(message(), encoding="utf-8")
    assert site.look(1) == []
    assert site.look(1) == ["document.received", "source.heartbeat"]
    assert site.look(1) == [] and not path.exists()
    assert list(site.receipts("vxp")) == [("done", "read 1\npublished 1\nrefused 0\n")]
    assert site.look() == []
    assert CANARY.encode() not in site.everything()


def test_unfinished_and_hidden_files_wait(site: Site) -> None:
    for name in ("a.xml.tmp", ".a.xml", "a.part"):
        site.drop("vxp", name, message())
    assert site.look(3) == []


def test_refused_files_leave_their_reason(site: Site) -> None:
    site.drop("vxp", "b.xml", message()[:-40])
    site.drop("vxp", "a.pdf", b"%PDF")
    assert site.look() == ["event.rejected", "event.rejected"]
    first, second = (text for _, text in site.receipts("vxp"))
    assert "a.pdf\t\tundecodable: expected a file of vxp" in first
    assert "b.xml\t\tundecodable: expected well-formed XML to its end" in second


def test_of_a_secret_nothing_is_left(site: Site) -> None:
    site.drop("vxp", "TOI-MAT-ke-hoach.xml", message(subject="TỐI MẬT: QX-77"))
    assert site.look() == ["event.rejected"]
    (event,) = site.publisher.events
    assert getattr(event.data, "reason") == "secret_marking"  # noqa: B009
    assert list(site.receipts("vxp")) == [("refused", "read 1\npublished 0\nrefused 1\n\t\tsecret_marking\n")]
    left = site.everything() + encode(event)
    for trace in ("QX-77", "TOI-MAT", "TỐI MẬT"):
        assert trace.encode() not in left


@pytest.mark.parametrize(
    "name", ["TUYỆT MẬT ke hoach.xml", "to_trinh_toi_mat.xml", f"{PERSON}.xml", f"ho-so-{PERSON}.xml"]
)
def test_a_name_that_tells_is_not_kept_either(site: Site, name: str) -> None:
    site.drop("vxp", name, message())
    assert site.look() == ["document.received", "source.heartbeat"]
    assert [folder for folder, _ in site.receipts("vxp")] == ["done"]
    left = site.everything()
    assert Path(name).stem.encode() not in left and PERSON.encode() not in left


def test_a_key_that_a_sender_invented_is_not_kept(site: Site) -> None:
    data = {"doc_ref": "A", "peer_org": "G01", "status": "arrived", "at": site.clock.now()}
    event = maker("vxp").make(
        "document.exchange_changed", time=site.clock.now(), orgunit="G09.901", data=data
    )
    site.drop("vxp", "a.ndjson", encode(event).replace(b'"doc_ref"', b'"nguyen_van_kiem":1,"doc_ref"'))
    site.look()
    ((folder, text),) = site.receipts("vxp")
    assert folder == "refused" and "a.ndjson:1\tdata/?\tschema" in text


def test_tables_leave_no_person(site: Site) -> None:
    site.drop("hrm", "bien-dong.csv", CHANGES + f"{PERSON};{CANARY};G09.901;BD-3;?;01/10/2026;02/10/2026\n")
    told = site.look()
    assert told == ["hr.change_recorded"] * 2 + ["event.rejected", "source.heartbeat"]
    left = site.everything() + b"".join(encode(event) for event in site.publisher.events)
    assert PERSON.encode() not in left and CANARY.encode() not in left
    ((folder, text),) = site.receipts("hrm")
    assert folder == "refused" and "bien-dong.csv:4\tLoại biến động\tschema" in text


def test_the_same_table_again_changes_nothing(site: Site) -> None:
    site.drop("hrm", "a.csv", CHANGES)
    assert site.look().count("hr.change_recorded") == 2
    site.drop("hrm", "b.csv", CHANGES)
    assert site.look() == []
    assert [text.splitlines()[1] for _, text in site.receipts("hrm")] == ["published 2", "published 0"]


def test_kafka_away_means_later(site: Site) -> None:
    path = site.drop("vxp", "a.xml", message())
    site.publisher.failing = True
    assert site.look(3) == [] and path.exists() and not list(site.receipts("vxp"))
    site.publisher.failing = False
    assert site.look(1) == []
    site.clock.advance(timedelta(seconds=31))
    assert site.look(1) == ["document.received", "source.heartbeat"]


def test_heartbeats_count_distinct_events_and_survive_a_restart(site: Site) -> None:
    site.drop("vxp", "a.xml", message(receivers=["G09.901", "G09.902"]))
    site.drop("vxp", "b.xml", message())
    site.look()
    beat = site.publisher.events[-1]
    assert beat.source == "urn:ioc:G09:vxp" and beat.subject == "vxp"
    assert beat.data.__dict__["sent_total"] == 3, "two events and this heartbeat"
    epoch = beat.data.__dict__["sent_epoch"]
    assert site.look(5) == []
    site.clock.advance(timedelta(seconds=60))
    assert site.look(1) == ["source.heartbeat"]
    later = Site(site.data)
    later.clock.advance(timedelta(hours=1))
    assert later.look(1) == ["source.heartbeat"]
    said = later.publisher.events[-1].data.__dict__
    assert (said["sent_total"], said["sent_epoch"], said["interval_s"]) == (5, epoch, 60)


def test_saved_calls_and_event_files(site: Site, tmp_path: Path) -> None:
    body = {"service": "DongBoHoSoMC", "data": [dossier(), dossier(MaHoSo="A-2", MaTTHC="")]}
    steps = {"service": "CapNhatTienDoHoSoMC", "data": [step(9, "20260910080000")]}
    site.drop("motcua", "goi.json", json.dumps([body, steps]))
    told = site.look()
    assert set(told[:4]) == {"dossier.received", "dossier.portal_synced", "dossier.resolved"}
    ((_, text),) = site.receipts("motcua")
    assert (
        text.startswith("read 3\npublished 4\nrefused 1\n") and "goi.json:/0/data/1\tMaTTHC\tschema" in text
    )
    event = maker("vxp").make(
        "document.exchange_changed",
        time=site.clock.now(),
        orgunit="G09.901",
        data={"doc_ref": "A", "peer_org": "G01", "status": "arrived", "at": site.clock.now()},
    )
    lines = [encode(event), b"", b"{", b"x" * 100_000, encode(event).replace(b":vxp", b":hrm"), encode(event)]
    path = site.drop("vxp", "a.ndjson", b"\n".join(lines))
    summary = site.adapters.importer(CATALOGUE.sources["vxp"]).take(path, site.adapters.reporter)
    assert (summary.read, summary.published) == (5, 2)
    assert [(each.where, each.reason) for each in summary.refused] == [
        ("a.ndjson:3", Reason.undecodable),
        ("a.ndjson:4", Reason.oversize),
        ("a.ndjson:5", Reason.unauthorised_source),
    ]


def test_an_import_that_is_not_acknowledged_is_no_success(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CHANGES, encoding="utf-8")
    memory, publisher = Memory(tmp_path / "m"), KeepingPublisher()
    importer = Importer(reader("hrm"), publisher, memory, clock(), catalogue="1")
    publisher.failing = True
    reporter = Reporter("G09", "G09.919", clock())
    with pytest.raises(NotAcknowledged):
        importer.take(path, reporter)
    assert memory.sent() == {}
    publisher.failing = False
    counted: list[int] = []
    taken = {"read": 2, "published": 2, "refusals": 0, "refused": []}
    assert importer.take(path, reporter, counted.append).as_json() == taken
    assert sum(counted) == 2
    assert importer.take(path, reporter) == Summary()
    assert memory.sent()["hrm"].total == 2
    other = Importer(reader("hrm"), publisher, memory, clock(), catalogue="2")
    assert other.take(path, reporter).published == 2
    assert memory.sent()["hrm"].total == 2


def test_rejections_say_whose_and_why() -> None:
    reporter = Reporter("G09", "G09.919", clock())
    item = next(reader("vxp").read(Path(__file__)))
    (event,) = reporter.rejections(CATALOGUE.sources["vxp"], item.refused, Told(UUID(int=1), clock().now()))
    assert event.source == "urn:ioc:G09:ioc" and event.subject == "urn:ioc:G09:vxp"
    assert event.data.__dict__["reason"] == "undecodable" and event.data.__dict__["payload_hash"] is None
