"""A small quarantine desk for tests of the console: the gateway's answers without Kafka and store."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from ioc.clock import Clock

HOSTILE = '<script>document.title="1"</script><img src=x onerror="document.title=2">'
BULK = 20
OLD, NEW = "G09.17", "G09.917"
RECEIVED = "vn.gov.ioc.document.received.v1"


class SmallQuarantine:
    """30 documents under a unit's old code, two with a hostile name where a code should be, one conflict."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[dict[str, Any]] = []
        self.acts: dict[str, dict[str, Any]] = {}
        self.records = {each["id"]: each for each in self._made()}

    def _made(self) -> list[dict[str, Any]]:
        unit = [("unknown_unit", "/orgunit", OLD, {"orgunit": OLD})] * 30
        strange = [("schema", "/data/urgency", HOSTILE, {"data": {"urgency": HOSTILE}})] * 2
        other = [("duplicate_conflict", "", "G09.901", {"orgunit": "G09.901"})]
        made: list[tuple[str, str, str, Mapping[str, Any]]] = [*unit, *strange, *other]
        return [self._record(n, *each) for n, each in enumerate(made)]

    def _record(
        self, n: int, reason: str, field: str, unit: str, masked: Mapping[str, Any]
    ) -> dict[str, Any]:
        at = self.clock.now() - timedelta(minutes=3 + 7 * n)
        return {
            "id": f"ioc.documents/0/{100 + n}", "reason": reason, "field": field, "unit": unit,
            "verdict": "conflict" if reason == "duplicate_conflict" else "rejected",
            "source": "urn:ioc:G09:qlvb", "type": RECEIVED, "event_id": "", "at": at.isoformat(),
            "masked": json.dumps(masked), "rules": "v1", "state": "open",
        }  # fmt: skip

    def answer(
        self, method: str, rest: Sequence[str], account: str, params: Mapping[str, str], body: dict[str, Any]
    ) -> httpx.Response:
        match method, list(rest):
            case "GET", []:
                return httpx.Response(200, json={"groups": self._groups(params)})
            case "GET", ["records"]:
                return httpx.Response(200, json={"records": self._listed(params)})
            case "GET", ["records", *place]:
                return self._record_of("/".join(place))
            case "GET", ["acts"]:
                found = [act for act in self.acts.values() if act["stage"] == params["stage"]]
                return httpx.Response(200, json={"acts": found})
            case "POST", ["acts"]:
                return self._ask(account, body)
            case "GET", ["acts", act] if act in self.acts:
                return httpx.Response(200, json=self.acts[act])
            case "POST", ["acts", act, word]:
                return self._word(account, self.acts[act], word)
        return httpx.Response(404, json={"status": 404, "code": "not_found"})

    def _listed(self, params: Mapping[str, str], reason: str = "reason") -> list[dict[str, Any]]:
        sieve = {
            "reason": params.get(reason, ""),
            **{n: params.get(n, "") for n in ("field", "source", "state")},
        }
        return [
            each for each in self.records.values() if all(not v or each[n] == v for n, v in sieve.items())
        ]

    def _groups(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        names = ("reason", "field") if params["by"] == "cause" else ("source",)
        found = self._listed(params)
        counted = Counter(tuple(each[name] for name in names) for each in found)
        times = sorted(each["at"] for each in found)
        return [
            dict(zip(names, key, strict=True))
            | {"records": n, "open": n, "first_at": times[0], "last_at": times[-1]}
            for key, n in counted.most_common()
        ]

    def _record_of(self, name: str) -> httpx.Response:
        if name not in self.records:
            return httpx.Response(404, json={"status": 404, "code": "not_found"})
        found = {**self.records[name], "acts": [a for a in self.acts.values() if name in a["records"]]}
        if found["verdict"] == "conflict":
            counted = {"id": "ioc.documents/0/7", "fingerprint": "bb" * 32}
            found["conflict"] = {"fingerprint": "aa" * 32, "counted": counted}
        return httpx.Response(200, json=found)

    def _ask(self, account: str, body: dict[str, Any]) -> httpx.Response:
        self.asked.append(body)
        meant = body.get("records") or [e["id"] for e in self._listed({**body, "state": "open"}, "reason_of")]
        bulk = body["kind"] != "dry_run" and len(meant) > BULK
        now = self.clock.now()
        act = {
            "act_id": str(uuid4()), "kind": body["kind"], "stage": "awaiting" if bulk else "asked",
            "records": meant, "mends": list(body.get("mends", ())), "reason": body.get("reason", ""),
            "account": account, "at": now.isoformat(), "confirmed_by": "", "outcome": {},
            "until": (now + timedelta(minutes=60)).isoformat() if bulk else None,
        }  # fmt: skip
        self.acts[act["act_id"]] = act
        self._stand(act, "awaiting") if bulk else self._do(act)
        return httpx.Response(202, json=act)

    def _word(self, account: str, act: dict[str, Any], word: str) -> httpx.Response:
        if word == "confirm" and account == act["account"]:
            return httpx.Response(403, json={"status": 403, "code": "second_account"})
        if word == "confirm":
            act["confirmed_by"] = account
            self._do(act)
        else:
            act["stage"] = "expired"
            self._stand(act, "open")
        return httpx.Response(202, json=act)

    def _do(self, act: dict[str, Any]) -> None:
        good = act["kind"] == "discard" or any(mend.endswith(f"={NEW}") for mend in act["mends"])
        verdict = "discarded" if act["kind"] == "discard" else "counted" if good else "rejected"
        told = [{"id": each, "verdict": verdict} for each in act["records"]]
        if not good:
            told = [each | {"reason": "unknown_unit", "field": "/orgunit"} for each in told]
        values = [
            {"kpi": "doc_registered_on_time_rate", "unit": unit, "window": "month", "dim": "",
             "before": {"numerator": 20, "denominator": 25, "value": 80.0},
             "after": {"numerator": 20 + len(told), "denominator": 25 + len(told), "value": 81.5}}
            for unit in (NEW, "G09")
        ]  # fmt: skip
        act["outcome"] = {"records": told, "values": values if good else [], "also": []}
        act["stage"] = "done"
        if good and act["kind"] != "dry_run":
            self._stand(act, "replayed" if act["kind"] == "replay" else "discarded")

    def _stand(self, act: dict[str, Any], state: str) -> None:
        for name in act["records"]:
            self.records[name]["state"] = state
