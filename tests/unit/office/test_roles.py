"""The allow/deny matrix, written out by hand: every role, every action, in the own unit and in another."""

import re
from pathlib import Path

import pytest

from ioc.alerts import Rules
from ioc.desk import Kind
from ioc.errors import SettingsError
from ioc.orders import ANSWERING, ASKING
from ioc.roles import ACTIONS, ALERT_ACTIONS, Roles
from producers.gateway.office import acting

ROLES = Roles.load()
COLUMNS = (
    *("acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "step", "close"),
    *("hand_over", "read_audit", "replay", "dry_run", "discard", "propose_change", "approve_change"),
    *("test_event", "rotate_key", "order_task", "progress_order", "ask_correction", "answer_correction"),
    "approve_report",
)
# A: on every unit. O: in the own unit only. -: never.
MATRIX = {
    #                     a a e e s r s c  h a r d d p a  t r  o p a a  r
    #                     c s x s h e t l  n u p r i r p  e o  r r s n  e
    #                     k g p c l s p s  d d l y s o p  s t  d o k s  p
    "lanh_dao_bo":       "- - - - - - - A  - - - - - - -  - -  A - - -  -",
    "chanh_van_phong":   "- A - A - - - A  - - - - - - -  - -  - A - -  A",
    "thu_truong_don_vi": "O - O - - - O -  - - - - - - -  - -  - O O -  -",
    "truong_ca_ioc":     "A A A A A A A A  A - A A A - -  - -  - - - -  -",
    "truc_ca_ioc":       "A A A A - A A -  A - - A - - -  - -  - - - -  -",
    "chuyen_vien":       "- - - - - O O -  - - - - - - -  - -  - - - -  -",
    "van_thu":           "- - - - - O O -  - - - - - - -  - -  - - - -  -",
    "mot_cua":           "- - - - - O O -  - - - - - - -  - -  - - - -  -",
    "publisher_owner":   "- - - - - - - -  - - O O O - -  O O  - - - -  -",
    "data_steward":      "- - - - - - - -  - - A A A - -  - -  - - - A  -",
    "auditor":           "- - - - - - - -  - A - - - - -  - -  - - - -  -",
    "platform_admin":    "- - - - - - - -  - - - - - A A  - -  - - - -  -",
    "security_admin":    "- - - - - - - -  - A - - - A A  - -  - - - -  -",
}  # fmt: skip
SEES_OTHER_UNITS = {
    *("lanh_dao_bo", "chanh_van_phong", "truong_ca_ioc", "truc_ca_ioc"),
}
SEES_ALERTS = SEES_OTHER_UNITS | {"thu_truong_don_vi", "chuyen_vien", "van_thu", "mot_cua"}


def test_the_matrix_is_about_all_roles_and_all_actions() -> None:
    assert set(MATRIX) == set(ROLES)
    assert set(COLUMNS) == ACTIONS
    assert {len(row.split()) for row in MATRIX.values()} == {len(COLUMNS)}


def test_every_action_has_a_route() -> None:
    office = Path(acting.__file__).parent
    said = "".join(path.read_text(encoding="utf-8") for path in office.glob("*.py"))
    done = {
        *(kind.value for kind in Kind),
        *ASKING.values(),
        *ANSWERING.values(),
        *re.findall(r'"([a-z_]+)"', said),
    }
    assert ACTIONS - ALERT_ACTIONS - done == set()


@pytest.mark.parametrize("role", MATRIX)
def test_a_role_may_what_the_matrix_says_and_nothing_else(role: str) -> None:
    for action, sign in zip(COLUMNS, MATRIX[role].split(), strict=True):
        # In the state in which the action is open to those for whom it is limited.
        status = "escalated" if action == "close" else "assigned" if action in ALERT_ACTIONS else None
        assert ROLES.may(role, action, own=True, status=status) is (sign in "AO"), (action, "own")
        assert ROLES.may(role, action, own=False, status=status) is (sign == "A"), (action, "other")


@pytest.mark.parametrize("role", MATRIX)
def test_alerts_are_seen_by_those_who_act_on_them_and_within_their_unit(role: str) -> None:
    assert ROLES.sees(role, "alerts", own=True) is (role in SEES_ALERTS)
    assert ROLES.sees(role, "alerts", own=False) is (role in SEES_OTHER_UNITS)


def test_what_stands_against_an_action_is_named() -> None:
    assert ROLES.refusal("auditor", "acknowledge", own=True) == "role"
    assert ROLES.refusal("nobody", "acknowledge", own=True) == "role"
    assert ROLES.refusal("truc_ca_ioc", "no_such_action", own=True) == "role"
    assert ROLES.refusal("thu_truong_don_vi", "acknowledge", own=False, status="raised") == "unit"
    assert ROLES.refusal("thu_truong_don_vi", "acknowledge", own=True, status="raised") is None


@pytest.mark.parametrize("status", ["raised", "acknowledged", "assigned", "shelved", "escalated"])
def test_leaders_end_what_was_carried_up_and_staff_move_what_was_assigned(status: str) -> None:
    carried_up = None if status == "escalated" else "status"
    assert ROLES.refusal("lanh_dao_bo", "close", own=False, status=status) == carried_up
    in_hand = None if status == "assigned" else "status"
    for role in ("chuyen_vien", "van_thu", "mot_cua"):
        assert ROLES.refusal(role, "step", own=True, status=status) == in_hand


def test_only_auditors_and_the_security_administrator_read_the_trail() -> None:
    assert {role for role in ROLES if ROLES.may(role, "read_audit", own=True)} == {
        "auditor",
        "security_admin",
    }


def test_a_role_that_acts_in_its_own_unit_needs_one() -> None:
    assert {role for role in ROLES if ROLES[role].needs_unit} == {
        *("thu_truong_don_vi", "chuyen_vien", "van_thu", "mot_cua", "publisher_owner"),
    }


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{id: x, name: {vi: a, en: b}, sees: {unit: all, detail: none, pages: []}, may: {fly: all}}", "may"),
        (
            "{id: x, name: {vi: a, en: b}, sees: {unit: all, detail: none, pages: []}, may: {},"
            " while: {close: [raised]}}",
            "may not do at all",
        ),
        ("{id: X1, name: {vi: a, en: b}, sees: {unit: all, detail: none, pages: []}, may: {}}", "roles.0.id"),
    ],
)
def test_a_wrong_file_is_refused_by_its_entry(tmp_path: Path, entry: str, told: str) -> None:
    (tmp_path / "roles.yaml").write_text(f"roles: [{entry}]", encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        Roles.load(tmp_path)


def test_another_ministry_brings_its_own(tmp_path: Path) -> None:
    assert set(Roles.load(tmp_path)) == set(ROLES)
    (tmp_path / "roles.yaml").write_text(
        "roles: [{id: gac, name: {vi: Gác, en: Watch}, sees: {unit: all, detail: none, pages: [wall]},"
        " may: {acknowledge: all}}]",
        encoding="utf-8",
    )
    assert list(Roles.load(tmp_path)) == ["gac"]


def test_alert_rules_speak_of_roles_that_exist_and_may_act() -> None:
    named = {
        role
        for rule in Rules.load().values()
        for role in (rule.owner, *(escalation.role for escalation in rule.escalate))
    }
    assert named <= set(ROLES)
    assert {role for role in named if not ROLES[role].may} == set()
