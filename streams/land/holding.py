"""A lane that was asked to write nothing: it says that nothing of it is under way, and waits to be let go."""

import logging
from functools import partial

from ioc.errors import StoreRefused, StoreUnavailable
from storage import holds
from storage.ledger import Log
from streams.land.epoch import Epoch
from streams.land.shared import Shared

LOOK_S = 1.0
"""How often it is looked for whether somebody holds a topic, and whether it is let go."""

_log = logging.getLogger("ioc.land")


async def waited(shared: Shared, epoch: Epoch, place: Log) -> bool:
    """Wait while the topic is held; whether it was. Before the lane does anything. Raises `EpochEnded`."""
    said = 0
    while True:
        try:
            hold = (await shared.asking.run(holds.held)).get(place.topic.name)
            if hold is None:
                return bool(said)
            if hold != said:
                await shared.asking.run(partial(holds.acknowledge, id=hold, log=place))
                said = hold
        except (StoreUnavailable, StoreRefused) as error:
            _log.debug("holds not read: %s", error)  # not to know is no leave to write
        await epoch.wait(LOOK_S)
