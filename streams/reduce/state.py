"""The state of a case and its join: commutative, associative, idempotent.

A state is a map key → fact plus the set of identities that corrections took back. Per key the greatest fact
is kept; the set only grows. So any order, any batching and any repetition of the same events give one state.
"""

from dataclasses import dataclass, field

import orjson

from streams.reduce.facts import Fact, Facts

Row = list[object]


@dataclass(slots=True)
class State:
    """What was said about one case. `row`: the derived columns as last written, None for a new case."""

    facts: Facts = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    row: Row | None = None

    def add(self, key: str, fact: Fact) -> bool:
        """Join one fact; whether anything changed."""
        known = self.facts.get(key)
        if known is not None and not _greater(fact, known):
            return False
        self.facts[key] = fact
        return True

    def withdraw(self, identity: str) -> bool:
        """Leave out what the event of this identity said, now or whenever it arrives."""
        if identity in self.withdrawn:
            return False
        self.withdrawn.add(identity)
        return True

    def standing(self) -> list[tuple[str, Fact]]:
        """The facts that count, the least authoritative and oldest first."""
        withdrawn = self.withdrawn
        facts = (
            [each for each in self.facts.items() if each[0] not in withdrawn]
            if withdrawn
            else list(self.facts.items())
        )
        if len(facts) > 1:
            facts.sort(key=_rank)
        return facts

    def dump(self, row: Row) -> str:
        """Compact JSON, the same bytes for the same state."""
        return orjson.dumps([self.facts, sorted(self.withdrawn), row], option=orjson.OPT_SORT_KEYS).decode()


def load(text: str) -> State:
    """The state as `dump` wrote it."""
    facts, withdrawn, row = orjson.loads(text)
    return State(facts, set(withdrawn), row)


def _rank(item: tuple[str, Fact]) -> tuple[int, int, int, str]:
    key, fact = item
    return fact[1], fact[2], fact[3], key


def _greater(fact: Fact, known: Fact) -> bool:
    if fact == known:
        return False
    new, old = fact[1:4], known[1:4]
    if new != old:
        return new > old
    if len(fact) != len(known):
        return len(fact) > len(known)  # the same event, read by a program that keeps more of it
    # Two facts under one key and of one rank: any order will do, as long as it is the same everywhere.
    return orjson.dumps(fact) > orjson.dumps(known)
