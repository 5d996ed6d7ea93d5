"""The fault matrix."""

from proof.faults import processes
from proof.scene import Fault

FAULTS: tuple[Fault, ...] = (*processes.FAULTS,)
