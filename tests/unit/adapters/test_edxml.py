"""edXML as real senders write it, and as attackers do."""

import io
import random
import tracemalloc
from typing import Any

import pytest

from ioc.contracts import Reason, encode
from producers.adapters.base import Item
from producers.adapters.edxml import EdXmlAdapter
from tests.unit.adapters.edxml_files import OLD, QCVN, message, status
from tests.unit.adapters.support import CANARY, field, maker, names


def read(text: str | bytes) -> Item:
    raw = text if isinstance(text, bytes) else text.encode()
    return EdXmlAdapter(maker("vxp")).read("a.xml", io.BytesIO(raw))


def refusal(text: str | bytes) -> tuple[str, Reason]:
    item = read(text)
    assert not item.events
    (refused,) = item.refused
    return refused.field, refused.reason


def test_incoming_document() -> None:
    (event,) = read(message()).events
    assert names([event]) == ["document.received"]
    assert event.source == "urn:ioc:G09:vxp" and event.orgunit == "G09.901"
    assert event.subject == "G01,2026/10/01,123/BCA-VP"
    assert event.time.isoformat() == "2026-10-01T01:05:00+00:00"
    assert event.seqno == 16 * int(event.time.timestamp() * 1000) + 1
    data = event.data.__dict__
    assert data["sender_org"] == "G01" and data["receiver_org"] == "G09.901"
    assert data["doc_type"] == "cong_van" and data["urgency"] == "normal" and data["channel"] == "axis"
    assert data["registered_at"] == data["arrived_at"] == event.time
    assert data["due_at"].isoformat() == "2026-10-15T16:59:59+00:00"
    assert data["steering"] and data["response_required"]
    assert CANARY.encode() not in encode(event) and "bảo mật".encode() not in encode(event)


@pytest.mark.parametrize("changes", [{"namespace": OLD}, {"prefix": ""}, {"business_first": True}])
def test_habits_of_senders_change_nothing(changes: dict[str, Any]) -> None:
    assert read(message(**changes)).events == read(message()).events


def test_traces_in_any_order() -> None:
    stops = [
        ("G01", "2026/10/01 08:00:00"),
        ("G22", "2026/10/01 08:02:00"),
        ("G09.901", "2026/10/01 08:05:00"),
    ]
    wanted = read(message(traces=stops)).events
    for seed in range(5):
        random.Random(seed).shuffle(stops)
        assert read(message(traces=stops)).events == wanted
    (zoned,) = read(message(traces=[("G01", "2026-10-01T01:05:00Z"), ("G22", "N/A")])).events
    assert zoned.time == wanted[0].time


def test_one_event_per_receiver_of_ours() -> None:
    events = read(message(receivers=["G09.901", "000.00.902.G09", "G10", "G09.901"])).events
    assert [field(event, "receiver_org") for event in events] == ["G09.901", "G09.902"]
    assert len({event.id for event in events}) == 2
    assert [event.subject for event in events] == [
        "G01,2026/10/01,123/BCA-VP",
        "G01,2026/10/01,123/BCA-VP,G09.902",
    ]
    item = read(message(receivers=["G09.901", "G09.77"]))
    assert len(item.events) == 1
    assert [(each.field, each.reason) for each in item.refused] == [("To/OrganId", Reason.unknown_unit)]


@pytest.mark.parametrize(("kind", "state"), [("1", "revoke_requested"), ("2", "updated"), ("3", "replaced")])
def test_later_messages_about_a_document(kind: str, state: str) -> None:
    (event,) = read(message(business=kind)).events
    assert names([event]) == ["document.exchange_changed"]
    assert (field(event, "status"), field(event, "business_type")) == (state, int(kind))


@pytest.mark.parametrize(("code", "state"), [("01", "arrived"), ("3", "accepted"), ("06", "completed")])
def test_status_message(code: str, state: str) -> None:
    (event,) = read(status(code)).events
    assert event.orgunit == "G09.902" and event.subject == "G09.902,2026/09/30,45/BNV"
    assert (field(event, "status"), field(event, "edxml_status"), field(event, "peer_org")) == (
        state,
        code.zfill(2),
        "G01",
    )


def test_status_of_ours_about_a_document_of_theirs() -> None:
    (event,) = read(status("06", organ="G09.901", about="G01")).events
    assert (event.orgunit, field(event, "peer_org")) == ("G09.901", "G01")


def test_absent_and_odd_values() -> None:
    (event,) = read(message(due="N/A", priority="N/A", doc_type="999")).events
    assert field(event, "due_at") is None and field(event, "urgency") == "normal"
    assert field(event, "doc_type") == "khac" and not field(event, "response_required")
    (built,) = read(message(document="N/A")).events
    assert built.subject == "000.00.00.G01,2026/10/01,123/BCA-VP"
    (odd,) = read(message(document="G01,2026/10/01, 12 /TƯ-đb&amp;" + "x" * 80)).events
    assert odd.subject.startswith("G01,2026/10/01,12/TU-Đb-xxx") and len(odd.subject) == 64
    (past,) = read(message(due="2026/09/01")).events
    assert field(past, "due_at") is None and field(past, "response_required")


@pytest.mark.parametrize(
    ("stated", "urgency"), [("3", "hoa_toc"), ("Hoả tốc", "hoa_toc"), ("Thượng khẩn", "thuong_khan")]
)
def test_urgency_comes_from_the_table(stated: str, urgency: str) -> None:
    (event,) = read(message(priority=stated)).events
    assert field(event, "urgency") == urgency


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"priority": "99"}, "OtherInfo/Priority"),
        ({"due": "mai"}, "DueDate"),
        ({"traces": [("G01", "hôm qua")]}, "TraceHeader/Timestamp"),
        ({"traces": []}, "TraceHeader/Timestamp"),
        ({"business": "7"}, "BussinessDocType"),
        ({"receivers": []}, "To/OrganId"),
        ({"receivers": ["Bộ Nội vụ"]}, "To/OrganId"),
        ({"namespace": "http://example.invalid/edxml"}, "edXML"),
    ],
)
def test_refused_with_the_element(changes: dict[str, Any], field_name: str) -> None:
    assert refusal(message(**changes)) == (field_name, Reason.schema)


def test_refused_for_what_it_says() -> None:
    assert refusal(message(receivers=["G10"])) == ("To/OrganId", Reason.unknown_unit)
    assert refusal(message(traces=[("G01", "2026/12/01 08:00:00")]))[1] is Reason.future_time
    assert refusal(message(document="G01,2026/10/01,001096012345"))[1] is Reason.personal_data
    assert refusal(status("99")) == ("StatusCode", Reason.schema)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "TỐI MẬT: kế hoạch"},
        {"subject": "(Mật) Kế hoạch"},
        {"subject": "Kế hoạch tuye\u0302\u0323t ma\u0302\u0323t"},
        {"extra": "<OtherInfo><TyperNotation>MẬT</TyperNotation></OtherInfo>"},
        {"extra": "<SphereOfPromulgation>Tuyệt mật</SphereOfPromulgation>"},
        {"extra": "<SecurityLevel>2</SecurityLevel>"},
        {"extra": "<x:Note xmlns:x='urn:x'>TOI MAT</x:Note>"},
        {"extra": "<Note level='TỐI MẬT'/>"},
        {"body": "<A><Attachment><AttachmentName>MẬT.pdf</AttachmentName></Attachment></A>"},
    ],
)
def test_secret_markings_anywhere(changes: dict[str, Any]) -> None:
    item = read(message(**changes))
    assert not item.events
    assert [each.as_json() for each in item.refused] == [
        {"where": "a.xml", "field": "", "reason": "secret_marking"}
    ]


def test_ordinary_words_are_no_marking() -> None:
    for subject in ("VỀ VIỆC BẢO VỆ BÍ MẬT NHÀ NƯỚC", "Mật độ dân số", "V/v đổi mật khẩu"):
        assert read(message(subject=subject)).events


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("trick", [BOMB, OUTSIDE, "<!DOCTYPE edXML>"])
def test_no_document_type(trick: str) -> None:
    declared = '<?xml version="1.0"?>' + trick
    assert refusal(message(declaration=declared, subject="&b;")) == ("DOCTYPE", Reason.undecodable)


def test_unreadable_files() -> None:
    whole = message()
    for cut in (1, len(whole) // 3, len(whole) - 3):
        assert refusal(whole[:cut])[1] is Reason.undecodable
    assert refusal(b"")[1] is Reason.undecodable
    assert refusal(whole.encode("utf-16"))[1] is Reason.undecodable
    assert refusal(whole.encode("utf-16-le"))[1] is Reason.undecodable
    assert refusal(message(subject="\x00"))[1] is Reason.undecodable
    assert refusal(message().encode().replace("Hà".encode(), b"H\xe0"))[1] is Reason.undecodable
    declared = message(declaration='<?xml version="1.0" encoding="x-unknown"?>')
    assert refusal(declared)[1] is Reason.undecodable
    assert refusal("<edXML>" * 3) == ("edXML", Reason.schema)


def test_an_honest_utf_16_file_is_read() -> None:
    text = message(declaration='<?xml version="1.0" encoding="utf-16"?>')
    assert read(text.encode("utf-16")).events == read(message()).events


def test_floods_are_refused() -> None:
    assert refusal(message(extra="<a>" * 100_000))[1] is Reason.oversize
    assert refusal(message(extra="<a/>" * 30_000))[1] is Reason.oversize
    assert refusal(message(extra="<a>" + "x" * 3_000_000 + "</a>"))[1] is Reason.oversize
    assert refusal(message(extra=f"<a b='{'x' * 12_000_000}'/>"))[1] is Reason.oversize


class Slowly(io.RawIOBase):
    """A file of many megabytes that is never held as a whole."""

    def __init__(self, before: bytes, piece: bytes, times: int, after: bytes) -> None:
        self._pieces = iter([before, *([piece] * times), after])

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


@pytest.mark.parametrize("line", [b"QUJD" * 16384, (b"QUJD" * 19 + b"\n") * 850])
def test_a_large_attachment_passes_by_unread(line: bytes) -> None:
    mark = "@@"
    body = "<AttachmentEncoded><Attachment><AttachmentName>a.pdf</AttachmentName><ContentTransferEncoded>"
    body += mark + "</ContentTransferEncoded></Attachment></AttachmentEncoded>"
    before, after = message(body=body).encode().split(mark.encode())
    adapter = EdXmlAdapter(maker("vxp"))
    tracemalloc.start()
    whole: Any = Slowly(before, line, 800, after)
    item = adapter.read("a.xml", whole)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert item.events == read(message()).events
    assert peak < 3_000_000
    cut: Any = Slowly(before, line, 800, b"")
    assert [each.reason for each in adapter.read("a.xml", cut).refused] == [Reason.undecodable]


def test_namespaces_are_matched_by_name_only() -> None:
    text = message().replace("edXML:", "x:").replace(f'xmlns:edXML="{QCVN}"', f'xmlns:x="{QCVN}"')
    assert read(text).events == read(message()).events
