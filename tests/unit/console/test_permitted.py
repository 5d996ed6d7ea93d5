"""What is offered to whom: what the role may do, where the alert's state leaves it a meaning."""

from itertools import product

import pytest

from dashboards.console.frame import pages_of
from dashboards.console.lists import Alert
from dashboards.console.permitted import SENSIBLE, may_step, offered
from dashboards.console.sessions import Sessions, Visitor
from ioc.clock import FixedClock
from ioc.roles import Roles
from streams.watch.alert import LEGAL
from tests.unit.console.offices import alert, instant

NOW = instant("2026-11-20 09:00")
ROLES = Roles.load()
STATES = {
    **{"acknowledge": "acknowledged", "assign": "assigned", "escalate": "escalated"},
    **{"shelve": "shelved", "resolve": "resolved", "close": "closed"},
}


def made(status: str) -> Alert:
    return Alert.model_validate(alert("a", "task_overdue", NOW, 5, status=status))


def visitor(role: str) -> Visitor:
    sessions = Sessions(ROLES, FixedClock(NOW))
    said = {"token": "t" * 43, "account": "a", "role": role, "unit": "G09.915"}
    found = sessions.find(sessions.open({**said, "expires": "2026-11-20T20:00:00+07:00"}))
    assert found is not None
    return found


def test_nothing_is_offered_that_the_role_may_not_or_the_alert_cannot() -> None:
    for role, status, own in product(ROLES, SENSIBLE, (True, False)):
        for action in offered(ROLES, role, made(status), own=own):
            assert ROLES.may(role, action, own=own, status=status), (role, action)
            assert action not in STATES or STATES[action] in LEGAL[status], (status, action)


def test_an_operator_acknowledges_and_a_leader_only_ends_what_was_carried_up() -> None:
    operator = offered(ROLES, "truc_ca_ioc", made("raised"), own=False)
    assert operator == ("acknowledge", "assign", "explain", "escalate", "resolve")
    assert offered(ROLES, "lanh_dao_bo", made("raised"), own=True) == ()
    assert offered(ROLES, "lanh_dao_bo", made("escalated"), own=True) == ("close",)
    assert offered(ROLES, "thu_truong_don_vi", made("raised"), own=False) == ()
    assert offered(ROLES, "thu_truong_don_vi", made("raised"), own=True) == ("acknowledge", "explain")
    assert offered(ROLES, "auditor", made("raised"), own=True) == ()


def test_steps_are_ticked_by_who_may_while_the_alert_is_open() -> None:
    assert may_step(ROLES, "truc_ca_ioc", made("acknowledged"), own=False)
    assert not may_step(ROLES, "chuyen_vien", made("acknowledged"), own=True)  # nobody has assigned it yet
    assert may_step(ROLES, "chuyen_vien", made("assigned"), own=True)
    assert not may_step(ROLES, "truc_ca_ioc", made("resolved"), own=False)


DESK = ("/console", "/leader", "/console/work", "/console/shift", "/console/orders")


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("truc_ca_ioc", ["/console", "/console/work", "/console/shift", "/console/quarantine", "/wall"]),
        ("data_steward", ["/console/quarantine", "/console/orders", "/console/targets"]),
        ("publisher_owner", ["/console/quarantine", "/console/sources"]),
        ("lanh_dao_bo", ["/leader", "/console/orders", "/wall", "/adoption"]),
        (
            "chanh_van_phong",
            [
                "/console",
                "/leader",
                "/console/work",
                "/console/shift",
                "/console/orders",
                "/wall",
                "/adoption",
            ],
        ),
        (
            "thu_truong_don_vi",
            [*DESK, "/wall"],
        ),
        ("auditor", ["/console/targets", "/console/audit", "/adoption"]),
        ("platform_admin", ["/console/targets", "/adoption"]),
        ("security_admin", ["/console/targets", "/console/audit", "/adoption"]),
    ],
)
def test_each_role_has_its_pages(role: str, pages: list[str]) -> None:
    assert [path for _, path in pages_of(visitor(role))] == pages


def test_a_session_ends_with_its_time_and_knows_no_other_key() -> None:
    clock = FixedClock(NOW)
    sessions = Sessions(ROLES, clock)
    said = {"token": "t" * 43, "account": "a", "role": "auditor", "unit": "G09"}
    key = sessions.open({**said, "expires": "2026-11-20T09:30:00+07:00"})
    assert "t" * 43 not in repr(sessions.find(key))
    assert sessions.find(None) is None and sessions.find("") is None and sessions.find(key + "x") is None
    clock.advance(instant("2026-11-20 09:30") - NOW)
    assert sessions.find(key) is None
