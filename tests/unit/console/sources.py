"""A small desk of source systems for tests of the console."""

from datetime import timedelta
from typing import Any

import httpx

from ioc.clock import Clock

KEY = "khoa-moi-chi-hien-mot-lan"


class SmallSources:
    """One system of the account's unit; the event that says `bad` is refused."""

    def __init__(self, clock: Clock) -> None:
        self.one: dict[str, Any] = {
            **{"system_code": "lgsp", "name": "Nền tảng tích hợp, chia sẻ dữ liệu", "owner": "G09.919"},
            **{"urn": "urn:ioc:G09:lgsp", "interval_s": 60, "state": "late", "backlog": 3, "limit_s": 300},
            **{"counted": 1204, "suppressed": 2, "conflict": 0, "rejected": 5, "refused": 9},
            **{"sent_total": 1220, "arrived": 1211, "types": ["vn.gov.ioc.integration.health.v1"]},
            "last_at": (clock.now() - timedelta(minutes=4)).isoformat(),
            "rules": "a1b2c3",
        }
        self.tried: list[Any] = []

    def answer(self, method: str, rest: list[str], body: Any = None) -> httpx.Response:
        refusals = [
            {"place": "door", "type": "vn.gov.ioc.integration.health.v1", "reason": "schema",
             "verdict": "rejected", "records": 9, "last_at": self.one["last_at"]},
        ]  # fmt: skip
        match method, rest:
            case "GET", []:
                return httpx.Response(200, json={"sources": [self.one]})
            case "GET", ["lgsp"]:
                return httpx.Response(200, json={**self.one, "refused_why": refusals})
            case "POST", ["lgsp", "test"]:
                self.tried.append(body)
                if "bad" in str(body):
                    said = {"accepted": False, "code": "schema", "detail": "/data: expected an object"}
                    return httpx.Response(200, json=said)
                return httpx.Response(200, json={"accepted": True, "event_type": self.one["types"][0]})
            case "POST", ["lgsp", "key"]:
                return httpx.Response(201, json={"system_code": "lgsp", "key": KEY, "fingerprint": "ab"})
        return httpx.Response(404, json={"code": "not_found", "detail": ""})
