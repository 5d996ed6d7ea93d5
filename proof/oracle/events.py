"""Synthetic events, written from the public description of the contract: no code of the product makes them.

Each is known twice: as it is meant (canonical data) and as it is spelled on the wire, for a third of them
otherwise than the centre would write it (other zone, reversed unit code, other key order, escapes).
"""

import json
import random
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import RLock
from typing import Any
from uuid import UUID

from proof.oracle.journal import Told

TENANT = "G09"
UNITS = ("G09.901", "G09.902", "G09.905", "G09.913", "G09.914", "G09.915", "G09.916", "G09.917", "G09.918")
OUTSIDE = ("G01.16", "G12.05", "H26.11")
VIETNAM = timezone(timedelta(hours=7))
MINUTE = 60_000
WHOLE_LIFE = 12 * 3_600_000
"""No life of a case lasts longer: a case that began so long ago has no event in the future."""


class At(int):
    """An instant in milliseconds since 1970, UTC."""


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, text as it is: the form in which equal facts are equal bytes."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def instant(ms: int, zone: timezone | None = None) -> str:
    """`2026-11-20T01:02:03.004000Z`; without a fraction when there is none; or in another zone."""
    at = datetime.fromtimestamp(ms // 1000, UTC)
    fraction = f".{ms % 1000:03d}000" if ms % 1000 else ""
    if zone is None:
        return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}{fraction}+07:00"


def _plain(value: Any, zone: timezone | None = None) -> Any:
    if isinstance(value, At):
        return instant(value, zone)
    if isinstance(value, dict):
        return {name: _plain(inner, zone) for name, inner in value.items() if inner is not None}
    return value


class Events:
    """An endless, seeded stream of events; `run` is in every subject, so that runs do not meet."""

    def __init__(
        self, seed: int, run: str, *, spelled: float = 0.3, repeats: float = 0.03, days: int = 3
    ) -> None:
        self.rng = random.Random(f"{seed}/{run}")
        self.run = run
        self._spelled, self._repeats, self._days = spelled, repeats, days
        self._seqno = int(time.time() * 1000)
        self._number = 0
        self._lock = RLock()

    def stream(self, source: str) -> Iterator[Told]:
        """Events of one source system, for ever: lives overlap, some events come twice. Thread-safe."""
        lives = self._lives(source)
        while True:
            with self._lock:
                told = next(lives)
            yield told

    def _lives(self, source: str) -> Iterator[Told]:
        lives = {"qlvb": self._document, "motcua": self._dossier, "vxp": self._from_outside}
        under_way: list[Iterator[Told]] = []
        while True:
            if len(under_way) < 12:
                under_way.append(lives[source]())
            life = self.rng.choice(under_way)
            told = next(life, None)
            if told is None:
                under_way.remove(life)
                continue
            yield told
            if self.rng.random() < self._repeats:
                yield told

    def make(self, source: str, kind: str, subject_field: str, at: int, unit: str, data: Any) -> Told:
        """One event, spelled as chance has it."""
        self._seqno += 1
        head = {
            "specversion": "1.0",
            "id": str(UUID(int=self.rng.getrandbits(128), version=4)),
            "source": f"urn:ioc:{TENANT}:{source}",
            "type": f"vn.gov.ioc.{kind}.v1",
            "subject": data[subject_field],
            "time": At(at),
            "datacontenttype": "application/json",
            "tenant": TENANT,
            "orgunit": unit,
            "seqno": self._seqno,
            "producedat": At(at + 500),
            "dataclass": "internal",
        }
        said = canonical(data)
        wire = (
            self._spell(head, data)
            if self.rng.random() < self._spelled
            else canonical({**head, "data": data})
        )
        return Told(
            str(head["source"]),
            str(head["id"]),
            str(head["type"]),
            str(head["subject"]),
            unit,
            self._seqno,
            said,
            wire,
        )

    def _spell(self, head: dict[str, Any], data: dict[str, Any]) -> str:
        way = self.rng.randrange(4)
        head, data = dict(head), dict(data)
        if way == 0:
            head = _plain(head, VIETNAM)
            data = _plain(data, VIETNAM)
        elif way == 1:
            ministry, number = head["orgunit"].split(".")
            head["orgunit"] = f"000.00.{number}.{ministry}"
        elif way == 2:
            head["id"] = head["id"].upper()
        names = [*head, "data"]
        self.rng.shuffle(names)
        whole = {name: _plain(data if name == "data" else head[name]) for name in names}
        return json.dumps(whole, ensure_ascii=way == 3, indent=1 if way == 2 else None)

    def _when(self) -> int:
        back = self.rng.randrange(WHOLE_LIFE, self._days * 86_400_000)
        return int(time.time() * 1000) - back

    def _ref(self, unit: str, mark: str) -> str:
        self._number += 1
        return f"{self.run}/{unit}/{self._number}/{mark}-BNV"

    def _document(self) -> Iterator[Told]:
        if self.rng.random() < 0.3:
            yield self._issued()
            return
        if self.rng.random() < 0.2:
            yield from self._task()
            return
        rng, unit, at = self.rng, self.rng.choice(UNITS), self._when()
        ref = self._ref(unit, "CVĐ")
        due = At(at + rng.randrange(1, 5) * 43_200_000) if rng.random() < 0.8 else None
        yield self.make("qlvb", "document.received", "doc_ref", at, unit, _received(rng, ref, unit, at, due))
        for step in range(1, rng.randrange(2, 5)):
            lead = rng.choice(UNITS)
            at += rng.randrange(1, 40) * MINUTE // 10
            data = {
                "doc_ref": ref, "from_org": unit, "to_org": lead, "step": step, "assigned_at": At(at),
                "role": "lead" if step == 1 or rng.random() < 0.6 else "cooperate",
            }  # fmt: skip
            yield self.make("qlvb", "document.assigned", "doc_ref", at, unit, data)
        if rng.random() < 0.7:
            at += rng.randrange(10, 120) * MINUTE
            data = {
                "doc_ref": ref,
                "org": lead,
                "completed_at": At(at),
                "outcome": rng.choice(("replied", "filed")),
            }
            yield self.make("qlvb", "document.completed", "doc_ref", at, lead, data)

    def _issued(self, mark: str = "QĐ") -> Told:
        rng, unit, at = self.rng, self.rng.choice(UNITS), self._when()
        signed = rng.random() < 0.9
        data = {
            "doc_ref": self._ref(unit, mark), "issuer_org": unit, "doc_type": "quyet_dinh",
            "urgency": "normal",
            "signed": signed, "signature_kind": "both" if signed else "none", "issued_at": At(at),
            "signed_at": At(at - MINUTE) if signed else None, "sent_at": At(at + MINUTE),
            "channel": rng.choice(("axis", "internal", "email", "paper")),
            "recipient_count": rng.randrange(1, 60),
        }  # fmt: skip
        return self.make("qlvb", "document.issued", "doc_ref", at, unit, data)

    def _task(self) -> Iterator[Told]:
        unit, at = self.rng.choice(UNITS), self._when()
        ref = self._ref(unit, "NV")
        data = {
            "task_ref": ref, "program": "minister", "assigner_org": "G09", "lead_org": unit, "coop_orgs": [],
            "priority": 2, "assigned_at": At(at), "due_at": At(at + 86_400_000),
        }  # fmt: skip
        yield self.make("qlvb", "task.assigned", "task_ref", at, unit, data)
        at += 30 * MINUTE
        data = {"task_ref": ref, "state": "completed", "progress_pct": 100, "at": At(at)}
        yield self.make("qlvb", "task.changed", "task_ref", at, unit, data)

    def _from_outside(self) -> Iterator[Told]:
        unit, at = self.rng.choice(UNITS), self._when()
        ref = self._ref(unit, "TRUC")
        yield self.make(
            "vxp", "document.received", "doc_ref", at, unit, _received(self.rng, ref, unit, at, None)
        )

    def _dossier(self) -> Iterator[Told]:
        rng, unit, at = self.rng, self.rng.choice(UNITS), self._when()
        ref = self._ref(unit, "HS")
        data: dict[str, Any] = {
            "dossier_ref": ref, "procedure_code": "1.012345", "field_code": "thi_dua_khen_thuong",
            "org": unit,
            "channel": rng.choice(("direct", "online", "postal")), "applicant_kind": "citizen",
            "submitted_at": At(at - MINUTE), "received_at": At(at), "due_at": At(at + 5 * 86_400_000),
            "statutory_days": 7.5, "digitised_components": True, "components_total": 4,
            "components_reused": 1,
            "vneid_verified": True, "fee_required": False,
        }  # fmt: skip
        yield self.make("motcua", "dossier.received", "dossier_ref", at, unit, data)
        if rng.random() < 0.8:
            at += rng.randrange(10, 150) * MINUTE
            result = rng.choice(("approved", "approved", "refused"))
            data = {
                "dossier_ref": ref, "org": unit, "resolved_at": At(at), "result": result,
                "e_result": rng.random() < 0.6,
            }  # fmt: skip
            yield self.make("motcua", "dossier.resolved", "dossier_ref", at, unit, data)

    def ahead(self, ms: int) -> Told:
        """A good event, but for the clock of who wrote it."""
        with self._lock:
            at = int(time.time() * 1000) + ms
            data = json.loads(self._issued().said)
            made = self.make("qlvb", "document.issued", "doc_ref", at, "G09.901", data)
        return replace(made, expect="door:future_time")

    def issued(self, mark: str = "QĐ") -> Told:
        """A document that was issued, by itself; `mark` stands in its number."""
        with self._lock:
            return self._issued(mark)

    def heartbeat(self, source: str) -> Told:
        """A source system says that it is there: without it nobody calls its numbers fresh."""
        with self._lock:
            at = int(time.time() * 1000)
            data = {
                "system_code": source, "status": "up", "interval_s": 30, "backlog": 0, "sent_total": 0,
                "sent_epoch": At(at),
            }  # fmt: skip
            return self.make(source, "source.heartbeat", "system_code", at, TENANT, data)

    def bad(self) -> Told:
        """An event that the door must refuse, by its code."""
        with self._lock:
            return self._bad()

    def _bad(self) -> Told:
        good = self.make(
            "qlvb", "document.issued", "doc_ref", self._when(), "G09.901", json.loads(self._issued().said)
        )
        way = self.rng.randrange(4)
        if way == 0:
            return replace(good, wire=good.wire[:-20], expect="door:undecodable")
        whole = json.loads(good.wire)
        if way == 1:
            whole["data"]["recipient_count"] = -5
            return replace(good, wire=json.dumps(whole), expect="door:schema")
        if way == 2:
            whole["orgunit"] = "G09.999"
            return replace(good, wire=json.dumps(whole), expect="door:unknown_unit")
        return self.secret(good)

    def secret(self, good: Told) -> Told:
        """A secrecy marking whose letters are written apart (NFD): seen only by who puts them together."""
        whole = json.loads(good.wire)
        whole["data"]["channel"] = unicodedata.normalize("NFD", "Mật")
        return replace(good, wire=json.dumps(whole, ensure_ascii=False), expect="door:secret_marking")


def _received(rng: random.Random, ref: str, unit: str, at: int, due: At | None) -> dict[str, Any]:
    return {
        "doc_ref": ref, "doc_type": "cong_van", "sender_org": rng.choice(OUTSIDE), "receiver_org": unit,
        "urgency": rng.choice(("normal", "normal", "khan")), "classification": "normal", "channel": "axis",
        "arrived_at": At(at - 2 * MINUTE), "registered_at": At(at), "due_at": due,
        "steering": rng.random() < 0.1, "response_required": rng.random() < 0.3,
    }  # fmt: skip
