"""Kinds of stacks: what is special about one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What is special about a stack."""

    workers: int = 1
    store_proxied: bool = False
    """Its store stands behind a proxy."""
    broker_proxied: bool = False
    """Its workers reach Kafka through a proxy; publishers' events come to Kafka as ever."""
    tmpfs: str = ""
    """This part of its data lies on a small volume."""
    clocks: bool = False
    """The clocks of its processes can be moved."""
    brokers: int = 1
    """More than one: it is attached to a cluster of so many that somebody else runs."""
    flush_each: bool = False
    """Its broker has every batch on the disk before it acknowledges it."""
    version: str = ""
    """Its source is another version than ours (`proof.versions`)."""
    own_catalogue: bool = False
    """Its catalogue is a folder that it is told of, as another ministry's is: boards are made at start."""


ORDINARY = Kind()
