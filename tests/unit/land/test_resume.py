"""Every way a partition can be found when it is assigned."""

from uuid import UUID

import pytest

from storage.losses import Order
from streams.land.plan import Plan
from streams.land.resume import Committed, Held, KafkaLog, Start, Stop, resume

TOPIC = UUID(int=1)
OTHER = UUID(int=2)
PLAN = Plan(TOPIC, 100, 109, 10, 0xAB)
UNDER_WAY = Committed(100, PLAN.metadata)
LOG = KafkaLog(TOPIC, 0, 500)
ALL = frozenset(range(100, 110))


@pytest.mark.parametrize(
    ("committed", "log", "held", "expected"),
    [
        pytest.param(None, KafkaLog(TOPIC, 0, 0), Held(None), Start(0), id="nothing anywhere"),
        pytest.param(None, KafkaLog(TOPIC, 30, 90), Held(None), Start(30), id="first time on an old topic"),
        pytest.param(None, LOG, Held(70), Start(70), id="commits have expired"),
        pytest.param(Committed(70), LOG, Held(70), Start(70), id="idle when it stopped"),
        pytest.param(Committed(20), LOG, Held(70), Start(70), id="group was rewound"),
        pytest.param(Committed(90), LOG, Held(70), Start(70), id="store was restored"),
        pytest.param(Committed(90), LOG, Held(None), Start(0), id="store was emptied, log is whole"),
        pytest.param(UNDER_WAY, LOG, Held(100), Start(110, PLAN), id="planned, not inserted"),
        pytest.param(UNDER_WAY, LOG, Held(110, ALL), Start(110), id="inserted, not committed"),
        pytest.param(
            UNDER_WAY,
            LOG,
            Held(107, frozenset(range(100, 107))),
            Start(110, PLAN, frozenset({107, 108, 109})),
            id="half there",
        ),
        pytest.param(
            UNDER_WAY,
            LOG,
            Held(110, ALL - {103}),
            Start(110, PLAN, frozenset({103})),
            id="a hole in the block",
        ),
        pytest.param(UNDER_WAY, LOG, Held(300, ALL), Start(300), id="rewound to an old plan"),
        pytest.param(UNDER_WAY, LOG, Held(40), Start(40), id="store restored behind the plan"),
        pytest.param(
            Committed(30, Plan(TOPIC, 30, 39, 10, 0).metadata),
            KafkaLog(TOPIC, 30, 90),
            Held(None),
            Start(40, Plan(TOPIC, 30, 39, 10, 0)),
            id="first block ever, on an old topic",
        ),
        pytest.param(Committed(500), LOG, Held(500), Start(500), id="at the end of the log"),
    ],
)
def test_where_it_starts(committed: Committed | None, log: KafkaLog, held: Held, expected: Start) -> None:
    assert resume(committed, log, held) == expected


@pytest.mark.parametrize(
    ("committed", "log", "held", "first", "last"),
    [
        pytest.param(Committed(100, "?"), LOG, Held(100), 100, 100, id="metadata of someone else"),
        pytest.param(
            UNDER_WAY, KafkaLog(OTHER, 0, 500), Held(None), 100, 109, id="topic re-created under way"
        ),
        pytest.param(Committed(70), KafkaLog(TOPIC, 90, 500), Held(70), 70, 89, id="retention was faster"),
        pytest.param(None, KafkaLog(TOPIC, 90, 500), Held(70), 70, 89, id="retention, commits expired"),
        pytest.param(
            UNDER_WAY, KafkaLog(TOPIC, 105, 500), Held(100), 100, 104, id="retention within the plan"
        ),
        pytest.param(UNDER_WAY, KafkaLog(TOPIC, 60, 500), Held(40), 40, 59, id="restored behind retention"),
        pytest.param(Committed(70), KafkaLog(TOPIC, 0, 50), Held(70), 50, 69, id="Kafka lost its end"),
        pytest.param(
            UNDER_WAY, KafkaLog(TOPIC, 0, 105), Held(100), 105, 109, id="Kafka lost planned records"
        ),
        pytest.param(
            Committed(70), KafkaLog(TOPIC, 30, 90), Held(None), 0, 29, id="emptied behind retention"
        ),
        pytest.param(
            UNDER_WAY, KafkaLog(TOPIC, 30, 500), Held(None), 0, 29, id="emptied behind retention, under way"
        ),
        pytest.param(
            Committed(30, Plan(TOPIC, 30, 39, 10, 0).metadata),
            KafkaLog(TOPIC, 35, 90),
            Held(None),
            30,
            34,
            id="retention within the first block ever",
        ),
    ],
)
def test_where_it_stands_still(
    committed: Committed | None, log: KafkaLog, held: Held, first: int, last: int
) -> None:
    decision = resume(committed, log, held)
    assert isinstance(decision, Stop)
    assert (decision.first, decision.last) == (first, last)
    assert decision.reason


def test_a_recreated_topic_starts_from_its_beginning_when_nothing_was_under_way() -> None:
    assert resume(Committed(70), KafkaLog(OTHER, 0, 20), Held(None)) == Start(0)


@pytest.mark.parametrize(
    ("committed", "log", "held", "order", "expected"),
    [
        pytest.param(
            Committed(70), KafkaLog(TOPIC, 90, 500), Held(90), Order(TOPIC, 70, 89), Start(90), id="retention"
        ),
        pytest.param(
            UNDER_WAY,
            KafkaLog(TOPIC, 105, 500),
            Held(105),
            Order(TOPIC, 100, 104),
            Start(105),
            id="the beginning of a planned block",
        ),
        pytest.param(
            UNDER_WAY,
            KafkaLog(OTHER, 0, 500),
            Held(None),
            Order(TOPIC, 100, 109),
            Start(0),
            id="a block of a log that is gone",
        ),
        pytest.param(
            UNDER_WAY, LOG, Held(100), Order(TOPIC, 20, 29), Start(110, PLAN), id="an old order says nothing"
        ),
    ],
)
def test_it_goes_on_behind_what_was_given_up(
    committed: Committed, log: KafkaLog, held: Held, order: Order, expected: Start
) -> None:
    assert resume(committed, log, held, [order]) == expected


def test_an_order_for_another_log_changes_nothing() -> None:
    decision = resume(UNDER_WAY, KafkaLog(OTHER, 0, 500), Held(None), [Order(OTHER, 100, 109)])
    assert isinstance(decision, Stop)
    assert (decision.kind, decision.topic_id) == ("recreated", TOPIC)
