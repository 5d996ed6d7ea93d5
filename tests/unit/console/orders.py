"""A small desk of orders for tests of the console."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from ioc.clock import VIETNAM, Clock


class SmallOrders:
    """Two tasks and a correction; steps change the state as the gateway does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        today = clock.now().astimezone(VIETNAM).date()
        self.kept: dict[str, dict[str, Any]] = {}
        for kind, about, ref, code, due, by in (
            ("order", "kpi", "online_dossier_rate", "handle", today - timedelta(days=2), "lanh_dao_1"),
            ("order", "alert", "a-1", "report", today + timedelta(days=3), "lanh_dao_1"),
            ("correction", "case", "G09.915/HS/0001", "wrong_unit", None, "thu_truong_915"),
        ):
            self._add({"kind": kind, "about": about, "ref": ref, "unit": "G09.915", "code": code,
                       "due": due and due.isoformat()}, by)  # fmt: skip

    def answer(self, method: str, rest: list[str], account: str, body: Any) -> httpx.Response:
        match method, rest:
            case "GET", []:
                return httpx.Response(200, json={"orders": list(self.kept.values())})
            case "POST", []:
                return httpx.Response(201, json=self._add(body, account))
            case "POST", [order, "steps"]:
                one = self.kept[order]
                if body["seen"] != one["seqno"]:
                    return httpx.Response(409, json={"code": "stale", "detail": ""})
                states = {"take": "taken", "finish": "done", "accept": "accepted", "decline": "declined"}
                state = states.get(body["act"], "withdrawn")
                one |= {"state": state, "seqno": one["seqno"] + 1, "over": state != "taken"}
                one |= {"answer": body.get("code", ""), "event": body.get("event", "")}
                return httpx.Response(200, json=one)
        return httpx.Response(404, json={"code": "not_found", "detail": ""})

    def _add(self, wish: dict[str, Any], account: str) -> dict[str, Any]:
        role = "thu_truong_don_vi" if account.startswith("thu") else "lanh_dao_bo"
        now = self._clock.now().isoformat()
        made = {"id": str(uuid4()), "window": "ytd", **wish, "asked_by": account, "asked_role": role}
        made |= {"asked_at": now, "seqno": 1, "state": "open", "over": False}
        self.kept[made["id"]] = made
        return made
