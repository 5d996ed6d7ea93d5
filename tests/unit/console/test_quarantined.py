"""What the quarantine desk's pages make of the gateway's answers: words, values, what is offered."""

import asyncio

import pytest
from pydantic import SecretStr

from dashboards.console.office import Office, OfficeRefused
from dashboards.console.quarantine_acting import ask, words
from dashboards.console.quarantine_outcome import _side
from dashboards.console.quarantined import (
    DeskAct,
    Group,
    mendable,
    mended_field,
    offered,
    pretty,
    tally,
    value_at,
)
from ioc.clock import FixedClock
from ioc.contracts import EventRefused, Reason
from ioc.desk import Kind, Stage, Why
from ioc.messages import LANGUAGES, catalogue, speaking
from ioc.roles import Roles
from ioc.settings import Http
from producers.gateway.problems import from_refusal
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore, instant
from tests.unit.console.quarantines import NEW, OLD, RECEIVED
from tests.unit.console.test_permitted import visitor

NOW = instant("2026-11-20 09:00")
ROLES = Roles.load()


@pytest.mark.parametrize(
    ("masked", "pointer", "value"),
    [
        ('{"orgunit":"G09.17"}', "/orgunit", "G09.17"),
        ('{"data":{"urgency":"text(9)"}}', "/data/urgency", "text(9)"),
        ('{"data":"object(12)"}', "/data/urgency", "object(12)"),
        ('{"data":{"a":["x","y"]}}', "/data/a/1", "y"),
        ('{"data":{"a":["x","y"]}}', "/data/a/7", ""),
        ('{"data":{}}', "/data", "{}"),
        ('"bytes(7)"', "/orgunit", "bytes(7)"),
        ("", "/orgunit", ""),
        ('{"data":null}', "/data", ""),
    ],
)
def test_the_masked_value_stands_at_the_wrong_field(masked: str, pointer: str, value: str) -> None:
    assert value_at(masked, pointer) == value


def test_a_shape_is_spread_out_and_what_is_none_stays() -> None:
    assert pretty('{"a":"text(1)"}') == '{\n  "a": "text(1)"\n}'
    assert pretty("") == ""


def test_a_value_that_few_persons_stand_behind_is_said_to_be_hidden() -> None:
    hidden = dict.fromkeys(("numerator", "denominator", "cases", "value"))
    assert "5" in _side(hidden, "percent") and "/" not in _side(hidden, "percent")
    assert _side({"numerator": 2, "denominator": 8, "value": None}, "percent") == "2/8"


def test_every_code_of_the_desk_has_words_in_every_language() -> None:
    for tongue in LANGUAGES:
        said = catalogue(tongue)
        wanted = [f"refusal.{each}" for each in Reason] + [f"discard.{each}" for each in Why]
        wanted += [f"desk.{each}" for each in Kind] + [f"stage.{each}" for each in Stage]
        assert [key for key in wanted if key not in said] == []


def test_what_the_sandbox_answers_has_words_in_every_language() -> None:
    later = {Reason.lifecycle, Reason.duplicate_conflict, Reason.store_refused, Reason.crash_loop}
    refused = [EventRefused(each, at, "", "x") for each in set(Reason) - later for at in ("/source", "/type")]
    codes = {from_refusal(each).code for each in refused}
    assert {"too_large", "source_mismatch", "type_not_allowed"} <= codes
    for tongue in LANGUAGES:
        assert {code for code in codes if f"refusal.{code}" not in catalogue(tongue)} == set()


def test_a_group_leads_to_its_records_and_names_what_they_share() -> None:
    at = "2026-11-20T01:00:00Z"
    group = Group.model_validate(
        {
            "reason": "unknown_unit",
            "field": "/orgunit",
            "records": 3,
            "open": 2,
            "first_at": at,
            "last_at": at,
        }
    )
    assert group.path == "/console/quarantine/records?reason=unknown_unit&field=%2Forgunit"
    with speaking("en"):
        assert group.name == "Unit code is not in the catalogue · /orgunit"


def test_only_codes_are_offered_to_be_mended_the_wrong_one_first() -> None:
    fields = mendable({RECEIVED, "no.such.type"})
    assert fields[0] == "orgunit" and "data.urgency" in fields
    assert not {"data.doc_ref", "data.classification", "data.arrived_at"} & set(fields)
    assert mended_field("/data/urgency", fields) == "data.urgency"
    assert mended_field("/data/arrived_at", fields) == "orgunit"


@pytest.mark.parametrize("role", list(ROLES))
def test_a_button_stands_where_the_role_may_press_it(role: str) -> None:
    assert offered(ROLES, role) == {kind for kind in Kind if ROLES.may(role, kind.value, own=True)}
    assert bool(offered(ROLES, role)) <= ROLES.sees(role, "quarantine", own=True)


def test_what_was_tried_says_what_would_be_and_keeps_the_good_ones() -> None:
    told = [("a", "counted"), ("b", "rejected"), ("c", "suppressed"), ("d", "counted")]
    act = DeskAct.model_validate(
        {
            **{"act_id": "x", "kind": "dry_run", "stage": "done", "records": ["a", "b", "c", "d"]},
            **{"account": "du_lieu_1", "at": "2026-11-20T01:00:00Z"},
            "outcome": {"records": [{"id": name, "verdict": verdict} for name, verdict in told]},
        }
    )
    assert act.good == ("a", "c", "d")
    assert tally(act) == "2 sẽ được tính · 1 đã được tính từ trước · 1 vẫn bị từ chối"


def test_an_act_is_asked_waited_for_and_told_in_words() -> None:
    clock = FixedClock(NOW)
    office = SmallOffice(clock)
    console = small(office, SmallStore(clock), clock)

    async def story() -> None:
        asked = Office(Http(port=1), office.transport)
        token = (await asked.sign_in("du_lieu_1", PASSWORD, ""))["token"]
        known = visitor("data_steward")
        known = known.model_copy(
            update={"signed": known.signed.model_copy(update={"token": SecretStr(token)})}
        )
        mend = f"orgunit:{OLD}={NEW}"
        done = await ask(
            console, known, {"kind": "dry_run", "records": ["ioc.documents/0/100"], "mends": [mend]}
        )
        assert (done.done, done.said) == (True, "Thử: 1 sẽ được tính")
        waiting = await ask(
            console, known, {"kind": "discard", "reason_of": "unknown_unit", "reason": "not_ours"}
        )
        assert waiting.act is not None and waiting.act.stage == "awaiting"
        refused = await words(console, known, waiting.act.act_id, "confirm")
        assert (refused.done, refused.said) == (
            False,
            "Không thực hiện được: phải do tài khoản khác xác nhận.",
        )
        office.stopped = True
        lost = await words(console, known, waiting.act.act_id, "decline")
        assert not lost.done and "Cổng không trả lời" in lost.said
        office.stopped = False
        office.tokens.clear()
        with pytest.raises(OfficeRefused):
            await ask(console, known, {"kind": "dry_run", "records": []})

    asyncio.run(story())
