"""What a tick says of the time that events took to the wall."""

from streams.reduce.facts import Event
from streams.reduce.ticks import TOLD_LATE_MS, latencies

NOW = 1_790_000_000_000


def published(source: str, ago_ms: int) -> Event:
    at = NOW - ago_ms
    return Event("task.changed", source, "1", "NV-1", at, at, "G09.901", 1, "", {})


def test_latencies_are_counted_by_source_and_rounded_up() -> None:
    found = latencies([published("qlvb", 1000), published("qlvb", 1001), published("vxp", 60_000)], NOW)
    assert [(source, events) for source, _, events in found] == [("qlvb", 2), ("vxp", 1)]
    assert 1001 <= found[0][1] <= 1051
    assert 60_000 <= found[1][1] <= 63_000


def test_a_past_that_is_told_says_nothing_of_the_way_to_the_wall() -> None:
    old, young = published("qlvb", TOLD_LATE_MS + 1), published("qlvb", TOLD_LATE_MS)
    assert latencies([old], NOW) == []
    assert [events for _, _, events in latencies([old, young], NOW)] == [1]
