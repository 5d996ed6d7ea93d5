"""Operators' commands on their way to watch: the console's, the gateway's and the command line's alike."""

from ioc.commands import KEY, Command, encode
from ioc.topics import CONTROL
from producers.sdk import Publisher, Receipt

WAIT_S = 10.0


def send(publisher: Publisher, command: Command) -> Receipt:
    """Hand over a command; its answer appears in ioc_read.command_outcomes. Raises `PublishFailed`."""
    return publisher.send_raw(CONTROL.name, KEY, encode(command)).result(WAIT_S)
