"""A fault gets the stack that it says it needs."""

from dataclasses import fields

import pytest

from proof.faults import FAULTS
from proof.harness.kind import ORDINARY, Kind
from proof.scene import Fault

OTHER = {bool: True, int: 3, str: "kafka"}


@pytest.mark.parametrize("name", [each.name for each in fields(Kind)])
def test_what_a_fault_asks_for_is_what_its_stack_is(name: str) -> None:
    other = OTHER[type(getattr(ORDINARY, name))]
    fault = Fault("F00", "", lambda _scene: None, **{name: other})  # type: ignore[arg-type]
    assert fault.kind == Kind(**{name: other})  # type: ignore[arg-type]


def test_faults_that_ask_for_nothing_share_the_ordinary_stack() -> None:
    assert FAULTS["F05"].kind == ORDINARY
    assert FAULTS["F13"].kind == Kind(brokers=3)
    assert FAULTS["F45"].kind == Kind(flush_each=True)
