"""Actions over a small office: done, refused in words, without an answer, without a gateway."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dashboards.console import office as offices
from dashboards.console.acting import Done, act, reason, wish
from dashboards.console.lists import Alert
from dashboards.console.office import OfficeRefused
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.clock import FixedClock
from ioc.commands import REFUSALS
from ioc.messages import catalogue, say
from producers.gateway.problems import OFFICE_STATUS
from tests.browser.serve_console import small
from tests.unit.console.offices import PASSWORD, SmallOffice, SmallStore, instant


class Desk:
    """One operator who is signed in."""

    def __init__(self) -> None:
        clock = FixedClock(instant("2026-11-20 09:00"))
        self.office = SmallOffice(clock)
        self.console: Console = small(self.office, SmallStore(clock), clock)
        said = asyncio.run(self.console.office.sign_in("truc_ca_1", PASSWORD, ""))
        found = self.console.sessions.find(self.console.sessions.open(said))
        assert found is not None
        self.visitor: Visitor = found

    def seen(self, ref: str = "a-1") -> Alert:
        return Alert.model_validate(self.office.alerts[ref])

    def do(self, alert: Alert, action: str, **more: Any) -> Done:
        return asyncio.run(act(self.console, self.visitor, alert, wish(alert, action, **more)))


def test_what_was_seen_is_sent_and_nothing_empty() -> None:
    desk = Desk()
    done = desk.do(desk.seen(), "acknowledge")
    assert (done.done, done.said) == (True, "Đã thực hiện: tiếp nhận.")
    assert done.alert is not None and (done.alert.status, done.alert.seqno) == ("acknowledged", 2)
    assert desk.office.wishes == [{"action": "acknowledge", "seen": {"status": "raised", "seqno": 1}}]


def test_the_second_of_two_operators_is_told_that_somebody_was_quicker() -> None:
    desk = Desk()
    seen = desk.seen()
    assert desk.do(seen, "acknowledge").done
    done, said, _ = desk.do(seen, "assign", to_unit="G09.911")
    assert not done and "đã có người khác xử lý" in said
    assert desk.office.alerts["a-1"]["status"] == "acknowledged"


def test_a_gateway_that_is_gone_is_said() -> None:
    desk = Desk()
    desk.office.stopped = True
    assert desk.do(desk.seen(), "acknowledge") == Done(False, say("office_lost"))


def test_an_ended_session_goes_up_to_the_page() -> None:
    desk = Desk()
    desk.office.tokens.clear()
    with pytest.raises(OfficeRefused) as refused:
        desk.do(desk.seen(), "acknowledge")
    assert refused.value.ended


def test_a_command_nobody_answers_is_not_called_done(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.office.silent = True
    monkeypatch.setattr(offices, "ANSWERED_WITHIN_S", 0.02)
    monkeypatch.setattr(offices, "ASK_AGAIN_S", 0.0)
    assert desk.do(desk.seen(), "acknowledge") == Done(False, say("no_answer"))


def test_every_reason_for_a_refusal_has_words() -> None:
    codes = {*REFUSALS, *(set(OFFICE_STATUS) - {"cross_site"}), "broker_unavailable", "not_found"}
    assert [code for code in codes if f"why.{code}" not in catalogue("vi")] == []
    assert reason("something_new") == "something_new"


def test_lists_hold_after_time_has_passed() -> None:
    """The alert of a rule without further steps has a time as long as it is open."""
    desk = Desk()
    entry = desk.console.entry(desk.seen("a-4"))
    assert entry.due is not None
    assert entry.due.at - desk.seen("a-4").raised_at > timedelta(minutes=29)
