"""One edXML message → one event per receiver of ours: received, or a change on the document axis.

Each receiver handles the document as a case of its own: the first of ours under the document's number, each
further one under that number with its own code behind it.
The file says nothing about registration. `arrived_at` is the receiver's own trace, else the latest trace;
`registered_at` the latest trace: what the document system itself states (greater authority) replaces both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from ioc.contracts import EventRefused, Reason
from ioc.sources import EdXml
from producers.adapters.base import EventMaker, Item, Refused
from producers.adapters.edxml_read import Node, read_header
from producers.adapters.words import day_or_instant, end_of, fold, given, org_code, reference

_ELEMENTS = {
    "doc_ref": "DocumentId",
    "sender_org": "From/OrganId",
    "peer_org": "From/OrganId",
    "receiver_org": "To/OrganId",
    "orgunit": "To/OrganId",
    "arrived_at": "TraceHeader/Timestamp",
    "registered_at": "TraceHeader/Timestamp",
    "time": "TraceHeader/Timestamp",
    "due_at": "DueDate",
}


def _refuse(field: str, expected: str, reason: Reason = Reason.schema) -> EventRefused:
    return EventRefused(reason, field, "", expected)


@dataclass(frozen=True, slots=True)
class Trace:
    """One stop of the message: who handled it and when."""

    org: str | None
    at: datetime


class EdXmlAdapter:
    """Reads the messages of the document axis for one source."""

    def __init__(self, maker: EventMaker) -> None:
        if maker.source.edxml is None:
            raise ValueError(f"{maker.source.system_code} has no edxml tables in sources.yaml")
        self._maker = maker
        self._tables: EdXml = maker.source.edxml
        self._tenant = maker.rules.tenant

    def read(self, where: str, stream: BinaryIO) -> Item:
        """One file. Never raises for what the file holds."""
        try:
            header = read_header(stream)
            plans = list(self._plan(header))
        except EventRefused as error:
            return Item(where, (), (Refused.of(where, error, _ELEMENTS),))
        events, refused = [], []
        for name, at, unit, data in plans:
            try:
                events.append(self._maker.make(name, time=at, orgunit=unit, data=data))
            except EventRefused as error:
                refused.append(Refused.of(where, error, _ELEMENTS))
        if any(each.reason.unmentionable for each in refused):
            events = []
        return Item(where, tuple(events), tuple(refused))

    def _plan(self, header: Node) -> Iterator[tuple[str, datetime, str, dict[str, Any]]]:
        code = next((text for node in header.anywhere("StatusCode") if (text := given(node.text))), None)
        if code is not None:
            yield self._status(header, code)
            return
        message = next(header.all("MessageHeader"), None)
        if message is None:
            raise _refuse("MessageHeader", "a MessageHeader, or a status message with StatusCode")
        business = self._business(header)
        make = self._received if business in (None, "0") else self._changed
        document = self._document(message)
        for index, receiver in enumerate(self._receivers(message)):
            own = reference(f"{document},{receiver}") if index else document
            yield make(header, message, receiver, own, business)

    def _receivers(self, message: Node) -> list[str]:
        """Receivers under our own tenant, each once; those of other organs are theirs to count."""
        codes = [org_code(node.value("OrganId")) for node in message.all("To")]
        if not codes or None in codes:
            raise _refuse("To/OrganId", "the code of an organisation for every receiver")
        ours = [code for code in dict.fromkeys(codes) if code and code.split(".")[0] == self._tenant]
        if not ours:
            raise _refuse("To/OrganId", f"at least one receiver of {self._tenant}", Reason.unknown_unit)
        return ours

    def _business(self, header: Node) -> str | None:
        texts = (given(node.text) for node in header.anywhere("BussinessDocType", "BusinessDocType"))
        kind = next((text for text in texts if text), None)
        if kind not in (None, "0") and kind not in self._tables.business:
            raise _refuse("BussinessDocType", "a kind listed in sources.yaml")
        return kind

    def _traces(self, header: Node) -> list[Trace]:
        found = []
        for node in header.anywhere("TraceHeader"):
            stamp = node.value("Timestamp")
            if stamp is None:
                continue
            at = day_or_instant(stamp)
            if not isinstance(at, datetime):
                raise _refuse("TraceHeader/Timestamp", "yyyy/MM/dd HH:mm:ss")
            found.append(Trace(org_code(node.value("OrganId")), at))
        if not found:
            raise _refuse("TraceHeader/Timestamp", "at least one trace with its time")
        return sorted(found, key=lambda trace: trace.at)

    def _received(
        self, header: Node, message: Node, receiver: str, document: str, _: str | None
    ) -> tuple[str, datetime, str, dict[str, Any]]:
        traces = self._traces(header)
        arrived = next((trace.at for trace in traces if trace.org == receiver), traces[-1].at)
        due = self._due(message)
        steering = message.value("SteeringType") or "0"
        data = {
            "doc_ref": document,
            "doc_type": self._doc_type(message),
            "sender_org": self._sender(message),
            "receiver_org": receiver,
            "urgency": self._urgency(message),
            "classification": "normal",
            "channel": "axis",
            "arrived_at": arrived,
            "registered_at": traces[-1].at,
            "due_at": due if due is not None and due > arrived else None,
            "steering": steering.strip("0") != "",
            "response_required": due is not None,
        }
        return "document.received", arrived, receiver, data

    def _changed(
        self, header: Node, message: Node, receiver: str, document: str, business: str | None
    ) -> tuple[str, datetime, str, dict[str, Any]]:
        kind = business or ""
        at = self._traces(header)[-1].at
        data = {
            "doc_ref": document,
            "peer_org": self._sender(message),
            "status": self._tables.business[kind],
            "business_type": int(kind),
            "at": at,
        }
        return "document.exchange_changed", at, receiver, data

    def _status(self, header: Node, code: str) -> tuple[str, datetime, str, dict[str, Any]]:
        """A status message is about a document of ours that went out, or of theirs that we took in."""
        code = code.zfill(2)
        if code not in self._tables.status:
            raise _refuse("StatusCode", "a code listed in sources.yaml")
        answered = next(header.anywhere("ResponseFor"), None)
        if answered is None:
            raise _refuse("ResponseFor", "the document that the status is about")
        stamps = (day_or_instant(text) for node in header.anywhere("Timestamp") if (text := given(node.text)))
        at = next((each for each in stamps if isinstance(each, datetime)), None)
        if at is None:
            raise _refuse("Timestamp", "yyyy/MM/dd HH:mm:ss")
        sender = next((org_code(node.value("OrganId")) for node in header.anywhere("From")), None)
        about = org_code(answered.value("OrganId"))
        receivers = [org_code(node.value("OrganId")) for node in header.anywhere("To")]
        ours = next((org for org in (*receivers, about, sender) if org in self._maker.rules.units), None)
        peer = sender if sender != ours else about
        if ours is None or peer is None:
            raise _refuse("OrganId", "a unit of ours and the organ it deals with", Reason.unknown_unit)
        data = {
            "doc_ref": self._document(answered, ""),
            "peer_org": peer,
            "status": self._tables.status[code],
            "edxml_status": code,
            "at": at,
        }
        return "document.exchange_changed", at, ours, data

    def _sender(self, message: Node) -> str:
        sender = org_code(message.value("From", "OrganId"))
        if sender is None:
            raise _refuse("From/OrganId", "the code of an organisation")
        return sender

    def _document(self, node: Node, sender: str = "From") -> str:
        """`DocumentId`, or what it is made of: organ, day of promulgation, number and notation."""
        named = node.value("DocumentId")
        if named:
            return reference(named)
        organ = node.value(sender, "OrganId") if sender else node.value("OrganId")
        day = node.value("PromulgationInfo", "PromulgationDate") or node.value("PromulgationDate")
        number, notation = node.value("Code", "CodeNumber"), node.value("Code", "CodeNotation")
        code = f"{number}/{notation}" if number and notation else given(node.value("Code"))
        if not (organ and day and code):
            raise _refuse("DocumentId", "sender,yyyy/MM/dd,number/notation")
        return reference(f"{organ},{day},{code}")

    def _doc_type(self, message: Node) -> str:
        name = message.value("DocumentType", "TypeName") or ""
        by_name = {fold(key): value for key, value in self._tables.doc_type_names.items()}
        code = (message.value("DocumentType", "Type") or "").lstrip("0")
        return by_name.get(fold(name)) or self._tables.doc_type.get(code, "khac")

    def _urgency(self, message: Node) -> str:
        stated = message.value("OtherInfo", "Priority")
        if stated is None:
            return "normal"
        table = {fold(key): value for key, value in self._tables.urgency.items()}
        urgency = table.get(fold(stated))
        if urgency is None:
            raise _refuse("OtherInfo/Priority", "a priority listed in sources.yaml")
        return urgency

    def _due(self, message: Node) -> datetime | None:
        stated = message.value("DueDate")
        if stated is None:
            return None
        due = day_or_instant(stated)
        if due is None:
            raise _refuse("DueDate", "yyyy/MM/dd")
        return end_of(due)
