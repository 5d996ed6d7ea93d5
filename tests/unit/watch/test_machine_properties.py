"""Whatever is seen, wished and waited for: what always holds of alerts."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.commands import Seen
from ioc.contracts import decode, encode
from storage.alerts import Stated
from streams.watch.alert import LEGAL, OPEN, Transition
from streams.watch.events import envelope, transition
from streams.watch.machine import Breach, Look, Machine
from tests.unit.watch.support import CATALOGUE, UNITS, at, machine, minutes, number, rule, wish

RULES = (
    rule("plain"),
    rule("slow", after_minutes=10, clear_minutes=5, quiet="working_time", again_minutes=30),
    rule(
        "eager", renew=True, again_minutes=15,
        escalate=[
            {"role": "van_thu", "after_minutes": 5},
            {"role": "chanh_van_phong", "after_working_minutes": 30, "when": "open", "severity": "critical"},
        ],
    ),
)  # fmt: skip
START = at("2026-03-02 07:30")
NAMES = st.sampled_from([each.id for each in RULES])
ACTIONS = ("acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "step", "close")


@st.composite
def looks(draw: st.DrawFn, now: datetime) -> Look:
    breaches = {}
    for unit in draw(st.sets(st.sampled_from(sorted(UNITS)))):
        since = now - timedelta(minutes=draw(st.integers(0, 40)))
        newest = since + (now - since) * draw(st.sampled_from([0, 0.5, 1]))
        breaches[unit] = Breach(cut(since), cut(newest), draw(st.integers(1, 9)))
    between = draw(st.sets(st.sampled_from(sorted(UNITS)))) - breaches.keys()
    return Look(draw(NAMES), breaches, frozenset(between), None, draw(st.booleans()) or draw(st.booleans()))


def quiet(name: str, now: datetime) -> bool:
    own = next(each for each in RULES if each.id == name)
    return own.quiet == "working_time" and CATALOGUE.calendar.working_from(now) > now


def cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def told(tested: Machine, data: st.DataObject, now: datetime, n: int) -> list[Transition]:
    """One thing that happens."""
    kind = data.draw(st.sampled_from(["look", "look", "time", "wish", "wish"]))
    if kind == "look":
        return seen(tested, data.draw(looks(now)), now)
    if kind == "time" or not tested.open:
        return tested.advance(now)
    return wished(tested, data, now, n)


def seen(tested: Machine, found: Look, now: datetime) -> list[Transition]:
    before = tested.open
    steps = tested.observe(found, now)
    assert tested.observe(found, now) == [], "looking twice changes nothing"
    if not found.trusted:
        assert (steps, tested.open) == ([], before)
    return steps


def wished(tested: Machine, data: st.DataObject, now: datetime, n: int) -> list[Transition]:
    alert = data.draw(st.sampled_from(tested.open))
    stale = data.draw(st.booleans())
    more: dict[str, Any] = {
        "to_role": data.draw(st.none() | st.just("van_thu")),
        "to_unit": data.draw(st.none() | st.sampled_from(["G09.902", "G99"])),
        "reason_code": data.draw(st.none() | st.sampled_from(["nham", "khac"])),
        "step": data.draw(st.none() | st.just("goi")),
        "until": data.draw(st.none() | st.just(now + minutes(20))),
        "id": number(n + 1),
    }
    was = Seen(status=alert.status, seqno=alert.seqno + stale)
    command = wish(alert, data.draw(st.sampled_from(ACTIONS)), now, seen=was, **more)
    done = tested.command(command, now)
    if stale:
        assert done == "stale"
    if isinstance(done, str):
        assert alert in tested.open, "a refusal changes nothing"
        return []
    assert tested.command(command, now) in ("stale", "unknown_alert"), "a command is obeyed once"
    return [done]


def check(log: list[Transition]) -> None:
    """From the log alone: every step legal, and never two open alerts of one rule and unit."""
    status: dict[str, str] = {}
    number: Counter[str] = Counter()
    for step in log:
        assert step.state in LEGAL[status.get(step.ref, "")]
        number[step.ref] += 1
        assert step.seqno == number[step.ref]
        status[step.ref] = step.state
        assert transition(stated(step)) == without_command(step), "an event keeps all of it"
    keys = {step.ref: (step.rule, step.unit) for step in log}
    opened = Counter(keys[ref] for ref, state in status.items() if state in OPEN)
    assert all(count == 1 for count in opened.values())
    assert len({step.id for step in log}) == len(log)


def stated(step: Transition) -> Stated:
    """Through the wire, as the ledger would hold it."""
    decoded = decode(encode(envelope(step, "G09")), rules=CATALOGUE.rules("G09"), now=step.at)
    return Stated(decoded.head.id, decoded.head.seqno, orjson.loads(decoded.data))


def without_command(step: Transition) -> Transition:
    return replace(step, command=None)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_history_is_legal_and_a_restart_goes_on_where_it_stopped(data: st.DataObject) -> None:
    tested, log, now = machine(*RULES), list[Transition](), START
    for n in range(data.draw(st.integers(1, 14))):
        now += minutes(data.draw(st.sampled_from([0, 1, 5, 11, 30, 600])))
        log += told(tested, data, now, n)
        if data.draw(st.booleans()):
            restarted = machine(*RULES)
            restarted.recover(reversed(log))
            assert restarted.open == tested.open
            tested = restarted
    check(log)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_was_due_in_the_past_is_done_at_once_and_never_twice(data: st.DataObject) -> None:
    tested, now = machine(*RULES), START
    for _ in range(6):
        now += minutes(data.draw(st.sampled_from([1, 7, 45])))
        tested.observe(data.draw(looks(now)), now)
        tested.advance(now)
        assert tested.advance(now) == []
        for alert in tested.open:
            assert alert.until is None or alert.until > now or quiet(alert.rule, now)
        due = tested.next_at()
        assert due is None or due > now or tested.due(now), "nothing that is due is left undone"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from(["breaching", "between", "clear"])),
        min_size=1,
        max_size=15,
    )
)
def test_it_ends_only_after_it_was_gone_all_the_time_that_its_rule_demands(
    happened: list[tuple[int, str]],
) -> None:
    tested, now = machine(rule(clear_minutes=60)), START
    tested.observe(Look("r", {"G09.901": Breach(now, now, 1)}), now)
    gone: datetime | None = None
    for pause, state in happened:
        now += minutes(pause)
        breaches = {"G09.901": Breach(START, START, 1)} if state == "breaching" else {}
        between = frozenset({"G09.901"} if state == "between" else ())
        gone = (gone or now) if state == "clear" else None
        ended = tested.observe(Look("r", breaches, between), now)
        expected = gone is not None and now - gone >= minutes(60)
        assert [step.state for step in ended] == (["resolved"] if expected else [])
        if expected:
            return


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 100), st.sampled_from(["breaching", "between", "clear"])), max_size=12)
)
def test_a_persons_word_on_a_state_holds_as_long_as_said_or_until_it_is_gone(
    happened: list[tuple[int, str]],
) -> None:
    lasting = rule(again_minutes=240, cases={"view": "gaps"})
    tested, now = machine(lasting), START
    tested.observe(Look("r", {"G09.901": Breach(now, now, 1)}), now)
    tested.command(wish(tested.open[0], "resolve", now), now)
    was_gone = False
    for pause, state in happened:
        now += minutes(pause)
        breaches = {"G09.901": Breach(now, now, 1)} if state == "breaching" else {}
        between = frozenset({"G09.901"} if state == "between" else ())
        was_gone = was_gone or state == "clear"
        found = tested.observe(Look("r", breaches, between), now)
        expected = state == "breaching" and (was_gone or now - START >= minutes(240))
        assert [step.state for step in found] == (["raised"] if expected else [])
        if expected:
            return
