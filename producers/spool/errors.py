"""What a spool may say to its caller."""

from ioc.errors import IocError


class SpoolFull(IocError):
    """No room for more events that Kafka has not acknowledged. Nothing was dropped, and nothing of this call
    was taken: offer the same events again once Kafka has taken some."""


class SpoolConflict(IocError):
    """An event of this id is in the spool and says something else; a correction has an id of its own."""


class SpoolInUse(IocError):
    """Another process has this folder; a spool has one owner."""


class SpoolFailed(IocError):
    """The folder cannot be used: not writable, of a newer version, or the disk fails."""
