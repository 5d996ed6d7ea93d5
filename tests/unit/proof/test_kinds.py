"""A fault gets the stack that it says it needs."""

from proof.faults import FAULTS
from proof.harness.kind import ORDINARY, Kind


def test_faults_that_ask_for_nothing_share_the_ordinary_stack() -> None:
    assert FAULTS["F05"].kind == ORDINARY


def test_faults_say_what_is_special_about_theirs() -> None:
    asked = {name: fault.kind for name, fault in FAULTS.items() if fault.kind != ORDINARY}
    assert asked["F13"] == Kind(brokers=3)
    assert asked["F45"] == Kind(flush_each=True)
    assert asked["F18"] == Kind(tmpfs="clickhouse") != asked["F19"]
    assert asked["F08"] == asked["F14"] == Kind(workers=2)
    assert len({asked[name].version for name in asked if name.startswith("F28")}) > 1
