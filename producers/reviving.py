"""A producer that has let go of its id must ask for another: kafka-python 3.0 forgets to, or gives up.

A record that was sent, not acknowledged and given up after the delivery timeout makes an idempotent producer
drop its id, since nobody knows which sequence number the broker expects. The client asks for a new one only
in the state in which it began, and never goes back to it: from then on it sends nothing at all, for ever.
So a broker that stands still for longer than the delivery timeout would silence every publisher until its
process is restarted (F11 of `make chaos-full`). And when the request for the id itself is not answered in
time, the client calls that fatal: what comes after fails at once, for ever.
"""

from typing import Any

from kafka.producer.transaction_manager import TransactionState


def revive(producer: Any) -> bool:
    """Let `producer` ask for an id again, if it has none and has stopped asking; whether that was so."""
    manager = getattr(producer, "_transaction_manager", None)
    if manager is None or not _silent(manager):
        return False
    with manager._lock:
        if not _silent(manager):
            return False
        manager.reset_producer_id()
        manager._current_state, manager._last_error = TransactionState.UNINITIALIZED, None
    return True


def _silent(manager: Any) -> bool:
    state = manager._current_state
    return bool(
        state == TransactionState.FATAL_ERROR
        or (state == TransactionState.READY and not manager.has_producer_id())
    )
