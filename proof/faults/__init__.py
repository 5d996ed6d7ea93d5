"""The fault matrix F01-F45 and the failpoints, by id."""

from collections.abc import Mapping

from proof.faults import failpoints, matrix
from proof.scene import Fault

FAULTS: Mapping[str, Fault] = {fault.id: fault for fault in (*matrix.FAULTS, *failpoints.FAULTS)}
"""Id → fault."""
