"""What all partitions of a landing worker share: clients, rules, room for blocks, the store's health."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from ioc.clock import Clock
from ioc.contracts import Rules
from streams.land.epoch import Epoch
from streams.land.thread import StoreThread, Writer

log = logging.getLogger("ioc.land")

BLOCKS_IN_MEMORY = 6
"""One being inserted, one settled, one being read: more would cost memory and gain nothing."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0


@dataclass
class Health:
    """Whether the store answers. `said` keeps the log to one line an outage."""

    down: bool = False
    said: str = ""
    pause_s: float = FIRST_PAUSE_S

    def up(self) -> None:
        if self.down:
            log.warning("the store answers again")
        self.down, self.said, self.pause_s = False, "", FIRST_PAUSE_S


@dataclass
class Shared:
    """Handed to every lane."""

    consumer: AIOKafkaConsumer
    writer: Writer
    asking: StoreThread
    rules: Rules
    cluster_id: str
    clock: Clock
    marks: Path | None = None
    """The folder of the marks (`marks.py`); None: none are kept."""
    health: Health = field(default_factory=Health)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BLOCKS_IN_MEMORY))

    async def store_failed(self, error: Exception, epoch: Epoch) -> None:
        """Note that the store did not take or answer something, and wait before the next attempt."""
        health = self.health
        health.down = True
        if health.said != type(error).__name__:
            log.warning("landing waits: %s", error)
            health.said = type(error).__name__
        pause = health.pause_s
        health.pause_s = min(health.pause_s * 1.5, LONGEST_PAUSE_S)
        await epoch.wait(pause)
