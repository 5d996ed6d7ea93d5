"""A publisher that keeps its events on its own disk until Kafka has them: `SpooledPublisher`."""

from producers.spool.errors import SpoolConflict, SpoolFailed, SpoolFull, SpoolInUse
from producers.spool.publisher import SpooledPublisher
from producers.spool.tables import Pending, Refusal

__all__ = [
    "Pending",
    "Refusal",
    "SpoolConflict",
    "SpoolFailed",
    "SpoolFull",
    "SpoolInUse",
    "SpooledPublisher",
]
