"""How source systems stand, for who owns them."""

from typing import Any

from storage.desk import Shared

_HEARD = (
    "system_code",
    "state",
    "last_at",
    "event_at",
    "heartbeat_at",
    "age_s",
    "limit_s",
    "backlog",
    "sent_total",
)
_COUNTED = ("counted", "suppressed", "conflict", "rejected", "refused", "arrived")
_REFUSED = ("place", "type", "reason", "verdict", "records", "last_at")
_SELECTED = ", ".join((*(f"s.{name}" for name in _HEARD), *(f"a.{name}" for name in _COUNTED)))
MOST = 50


class StoredSources(Shared):
    """As `producers.gateway.office.sourcing.Standing`."""

    def standing(self, codes: list[str]) -> list[dict[str, Any]]:
        rows = self._do(
            lambda store: store.query(
                f"SELECT {_SELECTED} FROM ioc_read.sources AS s"  # noqa: S608
                " LEFT JOIN ioc_read.source_account AS a ON a.system_code = s.system_code"
                " WHERE has(%(codes)s, s.system_code) ORDER BY s.system_code",
                # Never an empty list: it would have no type.
                {"codes": codes or ["-"]},
            )
        )
        return [dict(zip((*_HEARD, *_COUNTED), row, strict=True)) for row in rows]

    def refused(self, code: str) -> list[dict[str, Any]]:
        rows = self._do(
            lambda store: store.query(
                f"SELECT {', '.join(_REFUSED)} FROM ioc_read.refusals WHERE system_code = %(code)s"  # noqa: S608
                " ORDER BY records DESC, last_at DESC, reason, type LIMIT %(most)s",
                {"code": code, "most": MOST},
            )
        )
        return [dict(zip(_REFUSED, row, strict=True)) for row in rows]
