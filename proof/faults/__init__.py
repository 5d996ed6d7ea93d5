"""The fault matrix F01-F45 and the failpoints, by id."""

from collections.abc import Mapping

from proof.faults import (
    absent,
    clocks,
    cluster,
    crashing,
    data,
    disk,
    door,
    failpoints,
    hostile,
    late,
    memory,
    mixed,
    network,
    poison,
    processes,
    publishing,
    silence,
    stores,
    versions,
)
from proof.scene import Fault

_ALL = (
    processes,
    publishing,
    network,
    data,
    late,
    poison,
    hostile,
    silence,
    stores,
    versions,
    clocks,
    cluster,
    disk,
    mixed,
    memory,
    door,
    crashing,
    absent,
    failpoints,
)
FAULTS: Mapping[str, Fault] = {fault.id: fault for room in _ALL for fault in room.FAULTS}
"""Id → fault."""
