"""The named failpoints: a process dies in exactly that place."""

from proof.scene import Fault

FAULTS: tuple[Fault, ...] = ()
