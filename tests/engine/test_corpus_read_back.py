"""Through the real store: what was accepted is read back field by field as it was said."""

import json

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.contracts import BY_NAME as TYPE_OF
from ioc.topics import EVENT_TOPICS
from storage.client import Store
from tests.corpus.cases import ACCEPT, Case, classes, load
from tests.corpus.test_corpus import RULES, key_of
from tests.engine.reading_back import read_back
from tests.unit.contracts import events
from tests.unit.contracts.events import NOW
from tests.unit.contracts.test_canonical import VALUES, WIRE

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("topic", ["ioc.documents", "ioc.services"])
def test_what_the_ledger_holds_is_what_was_said(store: Store, topic: str) -> None:
    cases: list[Case] = [each for name in classes() for each in load(name) if each.topic == topic]
    found = read_back(store, topic, [(key_of(each.raw), each.raw) for each in cases], RULES, NOW)
    accepted = 0
    for each, said in zip(cases, found, strict=True):
        answer = ACCEPT if said.verdict != "rejected" else said.reason
        assert each.fits(answer), (each.name, each.want, answer)
        assert said.wrong == [], each.name
        accepted += said.verdict != "rejected"
    assert accepted > 10


def _written(data: st.DataObject, name: str) -> bytes:
    """A good event of a type with some values replaced by others that such fields hold."""
    wire = orjson.loads(WIRE[name])
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.sampled_from([wire, wire["data"]]))
        field = data.draw(st.sampled_from(sorted(place.keys() - {"data"})))
        place[field] = data.draw(VALUES)
        if field == TYPE_OF[name].subject_field:
            wire["subject"] = place[field]
    return json.dumps(wire, ensure_ascii=data.draw(st.booleans())).encode()


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_accepted_reads_back_as_it_was_said(store: Store, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from([each.name for each in EVENT_TOPICS]))
    names = sorted(name for name in WIRE if TYPE_OF[name].topic.name == topic)
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=12))
    raws = [_written(data, name) for name in chosen]
    found = list(read_back(store, topic, [(key_of(raw), raw) for raw in raws], events.RULES, NOW))
    assert [each.wrong for each in found if each.wrong] == []
