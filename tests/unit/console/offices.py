"""A small back office and a small store for tests of the console: the answers of both, without either."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from ioc.clock import VIETNAM, Clock
from ioc.errors import StoreUnavailable
from tests.unit.console.decisions import SmallDecisions
from tests.unit.console.orders import SmallOrders
from tests.unit.console.quarantines import SmallQuarantine
from tests.unit.console.sources import SmallSources

ACCOUNTS = {
    "truc_ca_1": ("truc_ca_ioc", "G09"),
    "lanh_dao_1": ("lanh_dao_bo", "G09"),
    "chanh_1": ("chanh_van_phong", "G09"),
    "thu_truong_915": ("thu_truong_don_vi", "G09.915"),
    "thanh_tra_1": ("auditor", "G09.912"),
    "du_lieu_1": ("data_steward", "G09"),
    "du_lieu_2": ("data_steward", "G09"),
    "nguon_919": ("publisher_owner", "G09.919"),
    "quan_tri_1": ("platform_admin", "G09"),
    "an_toan_1": ("security_admin", "G09"),
}
PASSWORD = "mot-hai-ba-bon-nam"
HOSTILE = '<script>document.title="1"</script><img src=x onerror="document.title=2">'
STATES = {
    **{"acknowledge": "acknowledged", "assign": "assigned", "escalate": "escalated"},
    **{"resolve": "resolved", "close": "closed", "shelve": "shelved"},
}


class SmallOffice:
    """Alerts in memory; a wish whose `seen` is not current is refused, as watch does."""

    def __init__(self, clock: Clock) -> None:
        self.stopped = False
        self.silent = False
        self.tokens: dict[str, str] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.wishes: list[dict[str, Any]] = []
        self.deeds: list[dict[str, Any]] = []
        self.lines_at_most = 1000
        self.chain: dict[str, Any] | None = {"lines": 0, "sound": True, "ends": [], "faults": []}
        self.shift: dict[str, Any] | None = None
        self.approved: dict[str, dict[str, Any]] = {}
        self.clock = clock
        self.alerts = {each["alert_ref"]: each for each in _alerts(clock.now())}
        self.quarantine = SmallQuarantine(clock)
        self.orders = SmallOrders(clock)
        self.sources = SmallSources(clock)
        self.decisions = SmallDecisions(clock)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.stopped:
            raise httpx.ConnectError("no gateway")
        body = _json(request.content)
        path = request.url.path.removeprefix("/office")
        if path == "/session" and request.method == "POST":
            return self._sign_in(body)
        account = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            return _problem(401, "bad_credential")
        match request.method, path.strip("/").split("/"):
            case "DELETE", ["session"]:
                self.tokens.clear()
                return httpx.Response(204)
            case "GET", ["me"]:
                return httpx.Response(200, json={"account": account})
            case "GET", ["alerts"]:
                return httpx.Response(200, json={"alerts": list(self.alerts.values())})
            case "GET", ["alerts", ref]:
                if ref not in self.alerts:
                    return _problem(404, "not_found")
                return httpx.Response(200, json=self.alerts[ref])
            case "POST", ["alerts", ref, "actions"]:
                return self._act(ref, body)
            case "GET", ["commands", command]:
                return httpx.Response(202 if self.silent else 200, json=self._outcome(command))
            case "GET", ["shift", "last"]:
                return httpx.Response(200, json={"shift": self.shift})
            case "POST", ["shift"]:
                return self._hand_over(account, body)
            case "GET", ["audit"]:
                return self._audit(dict(request.url.params))
            case method, ["reports", week, file, "approval"]:
                return self._report(method, f"{week}/{file}", account, body)
            case method, ["orders", *rest]:
                return self.orders.answer(method, rest, account, body)
            case method, ["sources", *rest]:
                return self.sources.answer(method, rest, body)
            case method, ["decisions", *rest]:
                return self.decisions.answer(method, rest, account, body)
            case method, ["quarantine", *rest]:
                return self.quarantine.answer(method, rest, account, dict(request.url.params), body)
        return _problem(404, "not_found")

    def _audit(self, asked: Mapping[str, str]) -> httpx.Response:
        begin = int(asked["after"] or 0)
        end = begin + min(int(asked["limit"]), self.lines_at_most)
        more = str(end) if end < len(self.deeds) else None
        return httpx.Response(200, json={"deeds": self.deeds[begin:end], "next": more, "chain": self.chain})

    def _report(self, method: str, report: str, account: str, body: Any) -> httpx.Response:
        if method == "POST":
            role, at = ACCOUNTS[account][0], self.clock.now().isoformat()
            self.approved[report] = {"role": role, "account": account, "at": at, **body}
        return httpx.Response(200, json={"approval": self.approved.get(report)})

    def _sign_in(self, body: Mapping[str, str]) -> httpx.Response:
        known = ACCOUNTS.get(body["account"])
        if known is None or body["password"] != PASSWORD:
            return _problem(401, "bad_credential")
        token = f"{uuid4().hex}{uuid4().hex}"[:43]
        self.tokens[token] = body["account"]
        role, unit = known
        expires = (self.clock.now() + timedelta(hours=12)).isoformat()
        said = {"token": token, "account": body["account"], "role": role, "unit": unit, "expires": expires}
        return httpx.Response(201, json=said)

    def _act(self, ref: str, wish: dict[str, Any]) -> httpx.Response:
        self.wishes.append(wish)
        alert, command = self.alerts[ref], str(uuid4())
        accepted = wish["seen"] == {"status": alert["status"], "seqno": alert["seqno"]}
        if accepted:
            self.change(ref, STATES.get(wish["action"], alert["status"]))
            if wish["action"] == "step":
                alert["steps"] = [*alert["steps"], wish["step"]]
        reason = "" if accepted else "stale"
        self.answers[command] = {"accepted": accepted, "reason": reason, **_state(alert)}
        return httpx.Response(202, json={"command_id": command})

    def _outcome(self, command: str) -> dict[str, Any]:
        return {"command_id": command, "pending": True} if self.silent else self.answers[command]

    def change(self, ref: str, status: str) -> None:
        """Somebody, or the centre itself, changes an alert."""
        alert = self.alerts[ref]
        alert["status"], alert["seqno"] = status, alert["seqno"] + 1
        if status == "acknowledged":
            alert["acknowledged_at"] = self.clock.now().isoformat()

    def _hand_over(self, account: str, body: Mapping[str, Any]) -> httpx.Response:
        notes = [{"code": code, "text": {"vi": f"Ghi chú {code}"}} for code in body["notes"]]
        self.shift = {
            "handed_at": self.clock.now().isoformat(),
            "role": ACCOUNTS[account][0],
            "counts": {"open": len(self.alerts), "unacknowledged": 2},
            "notes": notes,
        }
        return httpx.Response(201, json=self.shift)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content or b"{}")
    except ValueError:
        return content


def _state(alert: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": alert["status"], "seqno": alert["seqno"]}


def _problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"status": status, "code": code, "detail": "refused"})


def alert(ref: str, rule: str, now: datetime, minutes: float, **more: Any) -> dict[str, Any]:
    """One alert as the gateway tells it, raised some minutes ago."""
    return {
        "alert_ref": ref, "rule": rule, "name_vi": rule, "name_en": rule.replace("_", " "),
        "kpi": "", "unit": "G09.901", "severity": "major",
        "status": "raised", "seqno": 1, "open": 1, "owner": "truc_ca_ioc", "to_unit": "", "breaches": 1,
        "raised_at": (now - timedelta(minutes=minutes)).isoformat(), "acknowledged_at": None,
        "shelved_until": None, "reason": "", "steps": [], **more,
    }  # fmt: skip


def _alerts(now: datetime) -> list[dict[str, Any]]:
    return [
        alert("a-1", "hoatoc_unassigned", now, 9, name_vi="Văn bản hỏa tốc chưa phân công",
              severity="critical", kpi="doc_urgent_assign_minutes_p95"),
        alert("a-2", "task_overdue", now, 4000, name_vi="Nhiệm vụ Chính phủ, Bộ trưởng giao quá hạn",
              unit="G09.911", status="escalated", breaches=3),
        alert("a-3", "dossier_overdue_new", now, 50, name_vi=HOSTILE, unit="G09.915", breaches=12),
        alert("a-4", "source_silent", now, 20, name_vi="Hệ thống nguồn im lặng", unit="G09.919",
              status="acknowledged", acknowledged_at=now.isoformat(), owner="publisher_owner"),
        alert("a-5", "dossier_due_24h", now, 95, name_vi="Hồ sơ còn không quá 1 ngày làm việc",
              unit="G09.917", severity="minor", breaches=58),
    ]  # fmt: skip


class SmallStore:
    """Rows for the statements of the console."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.stopped = False
        self.events_unit = "G09.901"
        self.breaching = [("VB-2026-0001", 9), (HOSTILE, 9)]

    def close(self) -> None: ...

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        if self.stopped:
            raise StoreUnavailable("the store does not answer (ConnectionRefusedError)")
        now = self.clock.now()
        for part, rows in self._known(now):
            if part in sql:
                return rows
        raise AssertionError(f"nobody knows {sql}")

    def _known(self, now: datetime) -> list[tuple[str, list[tuple[Any, ...]]]]:
        ago = [now - timedelta(minutes=n) for n in (0, 9, 24, 400, 5000)]
        return [
            ("ioc_read.case_events", [
                (ago[2], "document.received", "urn:ioc:G09:qlvb", "e-1", self.events_unit, ""),
                (ago[1], "document.received", "urn:ioc:G09:qlvb", HOSTILE, self.events_unit, "e-1"),
            ]),
            ("ioc_read.page_views", [
                (now.date(), "", "wall/operations-wall", 412), (now.date(), "truc_ca_ioc", "alerts", 96),
                (now.date(), "lanh_dao_bo", "leader", 7), (now.date(), "lanh_dao_bo", "brief", 2),
            ]),
            ("toDate(raised_at", [
                ("a-1", "hoatoc_unassigned", "Hỏa tốc", "G09.901", "critical", "resolved", 3, ago[3], ago[2],
                 "truc_ca_ioc"),
                ("a-2", "task_overdue", "Nhiệm vụ", "G09.911", "major", "raised", 1, ago[1], None, ""),
            ]),
            ("ioc_read.alert_history", [(1, ago[1], "raised", "watch", "truc_ca_ioc", "", "", "")]),
            ("AS begun", [(ref, now - timedelta(minutes=since)) for ref, since in self.breaching]),
            ("ioc_read.absences", [
                ("document_unassigned", "VB-2026-0001", "G09.901", ago[2], ago[1], 1, "hoa_toc", 1, 1),
                ("dossier_overdue", HOSTILE, "G09.915", ago[4], ago[3], 1, "1.000", 31, 31),
                ("hr_unsynced", "", "G09.904", ago[4], ago[3], 14, "", 1, 14),
            ]),
            ("ioc_read.forecasts", values(now)),
            ("v.cases >= k.minimum_cases", ranks(now)),
            ("meaning_vi", [("Hồ sơ trực tuyến", "Online dossiers", "Phần hồ sơ nộp trực tuyến.",
                             "Their share.", "Chỉ thị 33/CT-TTg", "80 % hồ sơ", "percent", 80.0,
                             None, None, None)]),
            ("has(%(wanted)s", [("online_dossier_rate", now.date(), 55.0 + n / 4) for n in range(28)]),
            ("has(%(kpis)s, kpi)", [("doc_registered_on_time_rate", "Văn bản vào sổ đúng hạn",
                                     "Registered on time", "percent")]),
            ("FROM ioc_read.published", [(now.date() - timedelta(days=n), 60.0 + n) for n in range(5)]),
            ("coverage_units", [
                ("day", 55.0, 11, 20, 20, 19, 22, ago[4], 0, ago[3]),
                ("month", 61.8, 866, 1402, 1402, 21, 22, now, 1, None),
            ]),
        ]  # fmt: skip


def values(now: datetime) -> list[tuple[Any, ...]]:
    """Indicators of the ministry with their forecasts."""
    end = now.astimezone(VIETNAM).date() + timedelta(days=39)
    flow = ("percent", "up", "flow", "month")
    return [
        ("online_dossier_rate", "Hồ sơ nộp trực tuyến", "", *flow, 61.8, 80.0, end, "red", 1, None, 1402, now,
         "off_pace", 64.2, 61.0, 67.5, end),
        ("archive_digitised_rate", "Tài liệu lưu trữ đã số hóa", "", *flow, 41.0, 40.0, end, "green", 1, None,
         812, now, "off_pace", 38.0, 36.0, 40.5, end),
        ("hr_sync_sla_rate", HOSTILE, "", *flow, 97.0, 100.0, None, "grey", 0, now - timedelta(minutes=50),
         218, now, "", None, None, None, None),
        ("doc_on_time_rate", "Văn bản đúng hạn", "", *flow, 96.7, 95.0, None, "green", 1, None, 3917, now,
         "", None, None, None, None),
        ("dossier_overdue_open", "Hồ sơ quá hạn", "", "count", "down", "stock", "day", 74.0, 0.0, None, "red",
         1, None, 900, now, "", None, None, None, None),
    ]  # fmt: skip


def ranks(now: datetime) -> list[tuple[Any, ...]]:
    """Units by one indicator; the last one has too few cases."""
    found = (("G09.915", 91.2, 210, 1), ("G09.917", 88.4, 120, 1), ("G09.913", 88.4, 64, 1),
             ("G09.921", 100.0, 3, 0))  # fmt: skip
    return [(unit, value, cases, 1, now, enough, 10, "percent", "up") for unit, value, cases, enough in found]


def instant(text: str) -> datetime:
    """`2026-11-20 09:00` in Vietnam."""
    return datetime.fromisoformat(f"{text}:00+07:00").astimezone(UTC)
