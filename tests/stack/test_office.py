"""An alert of the real stack, seen and taken up by somebody who signed in; every step written down."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ioc.clock import VIETNAM
from local.probes import wait_for
from tests.unit.gateway.conftest import event

from .running import RunningStack

pytestmark = pytest.mark.stack
WORD, OWN = "một câu đủ dài để thử", "một câu chỉ vị trí này biết"


@pytest.fixture
def door(stack: RunningStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.ready["gateway"], timeout=30) as client:
        yield client


def signed_in(door: httpx.Client, account: str, password: str) -> dict[str, str]:
    answer = door.post("/office/session", json={"account": account, "password": password})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def with_stdin(stack: RunningStack, *arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "ioc", *arguments, "--password-stdin", "--data", str(stack.data)]
    done = subprocess.run(command, input=f"{WORD}\n", text=True, capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert WORD not in done.stdout + done.stderr
    return done.stderr


def credentials(stack: RunningStack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((stack.data / "credentials.json").read_text())
    return found


def overdue(stack: RunningStack, door: httpx.Client) -> str:
    """Publishes a most urgent document that nobody has assigned for an hour; its reference."""
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    ref = f"G09.907/CV/{uuid4().hex[:8]}"
    made = event(1, data__doc_ref=ref, data__urgency="hoa_toc", data__receiver_org="G09.907")
    made |= {"id": str(uuid4()), "subject": ref, "orgunit": "G09.907", "time": at, "producedat": at}
    made["data"] |= {"arrived_at": at, "registered_at": at}
    key = credentials(stack)["sources"]["qlvb"]["key"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    answer = door.post("/v1/events", content=json.dumps(made), headers=headers)
    assert answer.status_code == 202, answer.text
    return ref


def test_an_alert_is_taken_up_by_who_may_and_by_nobody_else(stack: RunningStack, door: httpx.Client) -> None:
    made = stack.json("user", "add", "truc_ca_7", "--role", "truc_ca_ioc")
    issued = signed_in(door, "truc_ca_7", made["password"])
    assert door.get("/office/alerts", headers=issued).json()["code"] == "password_change_needed"
    changed = {"old": made["password"], "new": OWN}
    assert door.post("/office/password", json=changed, headers=issued).status_code == 204
    with_stdin(stack, "user", "add", "kiem_tra_7", "--role", "auditor")
    first = credentials(stack)["accounts"]["quan_tri"]["password"]
    operator = signed_in(door, "truc_ca_7", OWN)
    auditor = signed_in(door, "kiem_tra_7", WORD)
    issued = signed_in(door, "quan_tri", first)
    assert door.post("/office/password", json={"old": first, "new": OWN}, headers=issued).status_code == 204
    administrator = signed_in(door, "quan_tri", OWN)
    overdue(stack, door)
    found: list[dict[str, Any]] = []

    def stands() -> bool:
        rows = door.get("/office/alerts", headers=operator).json()["alerts"]
        found[:] = [row for row in rows if (row["rule"], row["unit"]) == ("hoatoc_unassigned", "G09.907")]
        return bool(found)

    assert wait_for(stands, 60), stack.last_lines()
    alert = found[0]
    path = f"/office/alerts/{alert['alert_ref']}/actions"
    seen = {"status": alert["status"], "seqno": alert["seqno"]}
    wish = {"action": "acknowledge", "seen": seen}
    assert door.post(path, json=wish, headers=administrator).json()["code"] == "role_not_allowed"

    def answered(wish: dict[str, Any]) -> dict[str, Any]:
        sent = door.post(path, json=wish, headers=operator)
        assert sent.status_code == 202, sent.text
        command = f"/office/commands/{sent.json()['command_id']}"
        assert wait_for(lambda: door.get(command, headers=operator).status_code == 200, 20)
        answer: dict[str, Any] = door.get(command, headers=operator).json()
        return answer

    taken = answered(wish)
    assert (taken["accepted"], taken["status"]) == (True, "acknowledged")
    late = answered(wish)
    assert (late["accepted"], late["reason"]) == (False, "stale")
    assert wait_for(lambda: stands() and found[0]["status"] == "acknowledged", 20)
    now = {"status": found[0]["status"], "seqno": found[0]["seqno"]}
    assert answered({"action": "resolve", "seen": now, "reason_code": "da_phan_cong_giay"})["accepted"]
    # On the command line an account may no more than at the console; without one, it is the machine's own.
    by_auditor = ("alerts", "close", alert["alert_ref"], "--account", "kiem_tra_7")
    assert "its role may not do that" in with_stdin(stack, *by_auditor, code=1)
    assert stack.json("alerts", "close", alert["alert_ref"])["account"] == "dong_lenh"

    trail = door.get("/office/audit", params={"object": alert["alert_ref"]}, headers=auditor).json()["deeds"]
    assert [(deed["account"], deed["action"], deed["outcome"]) for deed in reversed(trail)] == [
        ("quan_tri", "acknowledge", "refused"),
        ("truc_ca_7", "acknowledge", "done"),
        ("truc_ca_7", "acknowledge", "done"),
        ("truc_ca_7", "resolve", "done"),
        ("dong_lenh", "close", "done"),
    ]
    assert f"command={taken['command_id']}" in trail[3]["detail"]

    assert stack.json("user", "disable", "truc_ca_7")["disabled"]
    assert wait_for(lambda: door.get("/office/me", headers=operator).status_code == 401, 5)
    token = operator["Authorization"].removeprefix("Bearer ")
    assert stack.holding(OWN.encode(), WORD.encode(), token.encode()) == []


def test_a_target_is_changed_by_two_persons(stack: RunningStack, door: httpx.Client) -> None:
    for name, role in (("quan_tri_8", "platform_admin"), ("an_toan_8", "security_admin")):
        with_stdin(stack, "user", "add", name, "--role", role)
    begins = (datetime.now(VIETNAM) + timedelta(days=2)).date().isoformat()
    wish = ("task_on_time_rate", "--value", "91", "--from", begins, "--document", "12/QĐ-BNV")
    with_stdin(stack, "targets", "propose", *wish, "--account", "quan_tri_8")
    (waiting,) = stack.json("targets", "list", "--waiting")["decisions"]
    approve = ("targets", "approve", waiting["decision_id"], "--account")
    assert "another account than the one" in with_stdin(stack, *approve, "quan_tri_8", code=1)
    with_stdin(stack, *approve, "an_toan_8")
    second = signed_in(door, "an_toan_8", WORD)
    found: list[dict[str, Any]] = []

    def taken() -> bool:
        found[:] = door.get("/office/decisions", headers=second).json()["decisions"]
        return bool(found[0]["stage"] == "taken")

    assert wait_for(taken, 30), stack.last_lines()
    assert (found[0]["account"], found[0]["ended_by"], found[0]["holds"]) == (
        "quan_tri_8",
        "an_toan_8",
        False,
    )
    trail = door.get("/office/audit", params={"object": waiting["decision_id"]}, headers=second).json()[
        "deeds"
    ]
    assert [(deed["account"], deed["action"], deed["outcome"]) for deed in reversed(trail)] == [
        ("quan_tri_8", "propose_change", "done"),
        ("quan_tri_8", "approve_change", "refused"),
        ("an_toan_8", "approve_change", "done"),
        ("quan_tri_8", "take_change", "done"),
    ]
    held = door.get("/office/decisions/holding", params={"on": begins}, headers=second).json()["kpis"]
    (kpi,) = (each for each in held if each["kpi"] == "task_on_time_rate")
    assert [(each["value"], each["document"]) for each in kpi["targets"]] == [(91, "12/QĐ-BNV")]
