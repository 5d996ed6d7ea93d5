"""Assessments of datasets: the last of a day counts."""

from streams.reduce.facts import Fact
from streams.reduce.payloads import COUNTED
from streams.reduce.state import Row

COLUMNS = ("unit", "opened_at", "ended_at", "open", "gap", "dataset", "rule_version", *COUNTED)


def dataset(subject: str, facts: list[tuple[str, Fact]]) -> Row:
    """A dataset of a unit on a day, as its last assessment of that day found it."""
    name = subject.partition("/")[0]
    if not facts:
        return ["", None, None, 0, 0, name, "", *(0 for _ in COUNTED)]
    last = max((fact for _, fact in facts), key=lambda fact: (fact[5], fact[1], fact[2], fact[3]))
    return [last[4], last[5], last[5], 0, 0, name, *last[6:]]
