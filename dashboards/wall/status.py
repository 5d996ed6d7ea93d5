"""The overall status of the organisation, 1 (best) to 5, as a pure rule over what is known.

`ASKS` is the rule: what asks for which level; the gravest of what there is decides. The wall judges with it
here, Grafana's status panel with the statement that `dashboards/boards/level.py` makes of it.
1 is left when nothing asks and every number is known. ? (0): the store or the alerts cannot be read, or there
is no number yet: not known is not good. Shelved alerts do not count: somebody decided so, for a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboards.wall.alarms import SHELVED, Alarm
from ioc.messages import say

ASKS: Mapping[str, int] = MappingProxyType({
    "pressing": 5,  # two critical alerts stand that nobody has taken up, or one that was escalated meanwhile
    "standing": 4,  # one does
    "stopped": 4,  # nothing is counted any more
    "all_old": 4,
    "in_hand": 3,  # critical, and somebody has taken it up
    "major": 3,
    "old": 3,
    "silent": 3,
    "red": 2,
    "lesser": 2,
    "late": 2,
    "missing": 2,
})  # fmt: skip
"""What there may be, in the order in which it is told within a level."""
SIGNS = ("◇", "●", "■", "◆", "▲", "▲▲")
"""By level."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """How many alerts are open, by what they ask for. `standing`: critical, and nobody took them up."""

    standing: int = 0
    overdue: int = 0
    in_hand: int = 0
    major: int = 0
    lesser: int = 0

    @classmethod
    def of(cls, alarms: Iterable[Alarm]) -> "Alerts":
        """`overdue`: standing, and escalated meanwhile."""
        counted = [alarm for alarm in alarms if alarm.status != SHELVED]
        return cls(
            standing=sum(alarm.stands for alarm in counted),
            overdue=sum(alarm.stands and alarm.escalated for alarm in counted),
            in_hand=sum(alarm.critical and not alarm.stands for alarm in counted),
            major=sum(alarm.severity == "major" for alarm in counted),
            lesser=sum(alarm.severity not in ("critical", "major") for alarm in counted),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at. Numbers: the whole organisation's of this month; `late`, `silent`: sources.
    `stopped`: nothing is counted any more, so that all numbers are old; `alerts` None: not known."""

    lost: bool
    stopped: bool
    numbers: int
    old: int
    missing: int
    red: int
    late: int
    silent: int
    alerts: Alerts | None


@dataclass(frozen=True, slots=True)
class Status:
    level: int
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        return say(f"level.{self.level}")

    @property
    def sign(self) -> str:
        return SIGNS[self.level]


def judged(facts: Facts) -> Status:
    """The status, with what it rests on, the gravest first, in the language that is spoken."""
    if facts.lost:
        return Status(0, (say("cause.lost"),))
    alerts = facts.alerts
    if alerts is None:
        return Status(0, (say("cause.unread"),))
    if facts.numbers <= facts.missing and not alerts.standing:
        return Status(0, (say("cause.unknown"),))
    found = {name: count for name, count in _counts(facts, alerts).items() if count}
    level = max((ASKS[name] for name in found), default=1)
    told = sorted(found, key=lambda name: (-ASKS[name], list(ASKS).index(name)))
    return Status(level, tuple(say(f"cause.{name}", n=found[name]) for name in told) or (say("cause.well"),))


def _counts(facts: Facts, alerts: Alerts) -> dict[str, int]:
    """How many there are of everything that asks; what a graver name says already is not told again."""
    pressing = alerts.standing > 1 or (alerts.standing > 0 and alerts.overdue > 0)
    all_old = not facts.stopped and facts.old > 0 and facts.old >= facts.numbers - facts.missing
    return {
        "pressing": alerts.standing if pressing else 0,
        "standing": 0 if pressing else alerts.standing,
        "stopped": int(facts.stopped),
        "all_old": int(all_old),
        "in_hand": alerts.in_hand,
        "major": alerts.major,
        "old": 0 if facts.stopped or all_old else facts.old,
        "silent": facts.silent,
        "red": facts.red,
        "lesser": alerts.lesser,
        "late": facts.late,
        "missing": facts.missing,
    }
