"""Since when the oldest record waits, from remembered ends of a log."""

from datetime import UTC, datetime, timedelta

from aiokafka import TopicPartition

from streams.land.progress import Waiting

HERE = TopicPartition("ioc.tasks", 0)
START = datetime(2026, 11, 20, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def test_nothing_waits_when_all_has_landed() -> None:
    assert Waiting().seen(HERE, 10, 10, at(0)) is None


def test_it_is_the_last_look_that_saw_no_more_than_has_landed() -> None:
    waiting = Waiting()
    assert waiting.seen(HERE, 10, 10, at(0)) is None
    assert waiting.seen(HERE, 15, 10, at(2)) == at(0)
    assert waiting.seen(HERE, 20, 12, at(4)) == at(0)
    assert waiting.seen(HERE, 20, 15, at(6)) == at(2)
    assert waiting.seen(HERE, 20, 20, at(8)) is None


def test_a_long_backlog_is_remembered_in_bounded_room_and_never_younger() -> None:
    waiting = Waiting()
    waiting.seen(HERE, 5, 5, at(0))
    for second in range(1, 5_000):
        assert waiting.seen(HERE, 5 + second, 5, at(second)) == at(0)
    later = waiting.seen(HERE, 6_000, 4_000, at(5_000))
    assert later is not None and at(3_900) <= later <= at(3_995)
    assert len(waiting._looks[HERE]) <= 1_001
