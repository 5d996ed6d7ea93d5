"""A producer that dropped its id asks for another, with the client's own state machine."""

from types import SimpleNamespace

from kafka.producer.transaction_manager import ProducerIdAndEpoch, TransactionManager, TransactionState

from producers.reviving import revive


def ready() -> TransactionManager:
    """As it is while a producer works: it has its id."""
    manager = TransactionManager()
    manager.init_producer_id()
    manager.set_producer_id_and_epoch(ProducerIdAndEpoch(7, 0))
    manager._transition_to(TransactionState.READY)
    manager._pending_requests.clear()
    return manager


def test_without_help_the_client_never_asks_again() -> None:
    """When this fails the client does it by itself, and `revive` may go."""
    manager = ready()
    manager.reset_producer_id()
    manager.init_producer_id()
    assert manager._pending_requests == []


def test_an_id_that_was_dropped_is_asked_for_again() -> None:
    manager = ready()
    manager.reset_producer_id()
    assert revive(SimpleNamespace(_transaction_manager=manager))
    manager.init_producer_id()
    assert len(manager._pending_requests) == 1
    assert not revive(SimpleNamespace(_transaction_manager=manager)), "asked twice"


def test_a_request_for_the_id_that_was_not_answered_is_made_again() -> None:
    manager = TransactionManager()
    manager.init_producer_id()
    manager.next_request_handler(False).fatal_error(TimeoutError("not answered"))
    assert manager.has_fatal_error()
    assert revive(SimpleNamespace(_transaction_manager=manager))
    manager.init_producer_id()
    assert not manager.has_fatal_error()
    assert manager.last_error is None
    assert len(manager._pending_requests) == 1


def test_a_producer_that_has_its_id_or_never_had_one_is_left_alone() -> None:
    manager = ready()
    assert not revive(SimpleNamespace(_transaction_manager=manager))
    assert manager._current_state == TransactionState.READY
    fresh = TransactionManager()
    assert not revive(SimpleNamespace(_transaction_manager=fresh))
    assert not revive(SimpleNamespace(_transaction_manager=None))
    assert not revive(object())
