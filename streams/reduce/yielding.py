"""When the reducer lets landing go first.

A record is safe once it stands in the ledger; cases and values follow from there, whenever. So while landing
works through a backlog the reducer takes a part of the machine only, enough for values to move every few
seconds, and catches up at full speed once the backlog has landed.
"""

from storage.client import Store

FLOOD = 50_000
"""Records not yet landed from which landing goes first: more than a second of its work."""
REST = 4.0
"""The rest after a tick, as a multiple of how long the tick took."""
LONGEST_S = 15.0
"""With the tick itself still within the half minute after which numbers count as old."""


def rest_s(took_s: float, in_flight: int) -> float:
    """Seconds to stand back after a tick that took `took_s`, with so many records not yet landed."""
    return min(REST * took_s, LONGEST_S) if in_flight >= FLOOD else 0.0


def in_flight(store: Store) -> int:
    """Records that landing has seen in Kafka and not landed yet, as it last told (every two seconds)."""
    rows = store.query("SELECT in_flight FROM ioc_read.ledger_total")
    return int(rows[0][0])
