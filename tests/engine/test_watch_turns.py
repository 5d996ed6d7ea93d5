"""Which rules are looked at when: what is urgent first, what looks at much not just before a deadline."""

from datetime import timedelta

import pytest

from ioc.alerts import Rule, Rules
from ioc.roles import Roles
from storage.client import Store
from streams.watch.looking import Surroundings
from streams.watch.machine import Look
from streams.watch.watcher import Watcher
from tests.engine.reducing import TENANT, Bench, event
from tests.engine.test_reduce_documents import received

pytestmark = pytest.mark.engine


def test_a_slow_rule_lets_a_deadline_pass_and_the_deadline_is_met(
    alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(alone, "2026-03-10 10:00")
    arrived = "2026-03-10 09:46"
    data = received("H", arrived, arrived, urgency="hoa_toc", receiver_org="G09.903")
    bench.ledger.append([event("document.received", "h", arrived, data)])
    bench.finish(bench.reducer())
    tested = Watcher(
        alone, bench.catalogue, bench.kpis, Rules.load(), Roles.load(), tenant=TENANT, clock=bench.clock
    )
    seen: list[str] = []
    looking = tested._looking
    look = looking.look

    def noted(rule: Rule, around: Surroundings) -> Look:
        seen.append(rule.id)
        return look(rule, around)

    monkeypatch.setattr(looking, "look", noted)
    assert tested.round() == []
    assert seen[0] == "hoatoc_unassigned"
    deadline = tested.machine.next_at()
    assert deadline is not None
    bench.clock.advance(deadline - bench.clock.now() - timedelta(seconds=3))
    for rule in ("task_overdue", "source_gap"):
        tested._looked[rule] = bench.clock.now() - timedelta(seconds=301)
    seen.clear()
    assert tested.round() == []
    assert {"task_overdue", "source_gap"}.isdisjoint(seen)
    bench.clock.advance(timedelta(seconds=3))
    bench.finish(bench.reducer())
    assert [(step.rule, step.unit) for step in tested.round()] == [("hoatoc_unassigned", "G09.903")]
