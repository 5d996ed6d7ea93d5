"""What a page offers to do. The server decides again; this only spares people buttons that cannot work."""

from collections.abc import Mapping

from dashboards.console.lists import Alert
from ioc.roles import Roles

ORDER = ("acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "close")
_OPEN = frozenset({"acknowledge", "assign", "explain", "escalate", "shelve", "resolve", "step"})
SENSIBLE: Mapping[str, frozenset[str]] = {
    "raised": _OPEN,
    "acknowledged": _OPEN - {"acknowledge"},
    "assigned": _OPEN,
    "escalated": _OPEN | {"close"},
    "shelved": frozenset({"acknowledge", "assign", "escalate", "shelve", "resolve"}),
    "resolved": frozenset({"close"}),
    "closed": frozenset(),
}
"""By an alert's status. Steps and explanations of what was put aside begin with taking it up again."""


def offered(roles: Roles, role: str, alert: Alert, *, own: bool) -> tuple[str, ...]:
    """The actions to show as buttons, in the order in which they are used."""
    sensible = SENSIBLE.get(alert.status, frozenset())
    return tuple(
        action
        for action in ORDER
        if action in sensible and roles.may(role, action, own=own, status=alert.status)
    )


def may_step(roles: Roles, role: str, alert: Alert, *, own: bool) -> bool:
    """Whether the boxes of the procedure can be ticked."""
    sensible = "step" in SENSIBLE.get(alert.status, frozenset())
    return sensible and roles.may(role, "step", own=own, status=alert.status)
