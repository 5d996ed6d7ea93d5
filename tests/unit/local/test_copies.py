"""What the doctor says of the copies of topics: promised, needed for an acknowledgement, in step."""

from typing import Any

from ioc.topics import EVENT_TOPICS
from local.topics import few_copies, wanted


def topic(copies: int, in_step: int, *more: int) -> dict[str, Any]:
    """A topic of one partition, and further ones that are whole."""
    partitions = [(copies, in_step), *((copies, each) for each in more)]
    made = [{"replica_nodes": list(range(n)), "isr_nodes": list(range(m))} for n, m in partitions]
    return {"name": "ioc.tasks", "partitions": made}


def test_three_whole_copies_of_which_two_are_needed_are_well() -> None:
    assert few_copies(3, [topic(3, 3, 3)], {"ioc.tasks": 2}, 3) == []


def test_one_broker_with_one_copy_is_what_one_machine_can_do() -> None:
    assert few_copies(1, [topic(1, 1)], {"ioc.tasks": 1}, 1) == []


def test_a_cluster_whose_topics_have_one_copy_is_told() -> None:
    (said,) = few_copies(3, [topic(1, 1)], {"ioc.tasks": 1}, 1)
    assert "3 brokers" in said and "IOC_KAFKA__REPLICATION_FACTOR=3" in said


def test_topics_made_before_the_setting_are_told() -> None:
    (said,) = few_copies(3, [topic(1, 1)], {"ioc.tasks": 1}, 3)
    assert "ioc.tasks has 1 copies, expected 3" in said


def test_three_copies_of_which_one_is_enough_lose_with_one_broker() -> None:
    (said,) = few_copies(3, [topic(3, 3)], {"ioc.tasks": 1}, 3)
    assert "min.insync.replicas=1, expected 2 of 3" in said


def test_one_partition_with_a_copy_behind_is_told() -> None:
    (said,) = few_copies(3, [topic(3, 3, 2)], {"ioc.tasks": 2}, 3)
    assert "2 of 3 copies in step" in said


def test_with_three_copies_two_must_be_written() -> None:
    assert wanted(EVENT_TOPICS[0], 3)["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in wanted(EVENT_TOPICS[0], 1)
