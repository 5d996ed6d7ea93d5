"""The overall status of the organisation, 1 (best) to 5, as a pure rule over what is known.

5 · KHẨN CẤP      two critical alerts stand that nobody has taken up, or one that was escalated meanwhile
4 · NGHIÊM TRỌNG  a critical alert stands, or every number is old (nothing is counted any more)
3 · CẦN CHÚ Ý     a critical alert is in hand, a major one is open, a number is old, or a source is silent
2 · THEO DÕI      a lesser alert is open, a source is late, or a number is missing or far from its target
1 · BÌNH THƯỜNG   none of these, and every number is known
? · KHÔNG RÕ      the store does not answer, or there is no number yet: not known is not good

Alerts that are shelved do not count: somebody decided so, for a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboards.wall.alarms import SHELVED, Alarm

WORDS = {0: "KHÔNG RÕ", 1: "BÌNH THƯỜNG", 2: "THEO DÕI", 3: "CẦN CHÚ Ý", 4: "NGHIÊM TRỌNG", 5: "KHẨN CẤP"}
SIGNS = {0: "◇", 1: "●", 2: "■", 3: "◆", 4: "▲", 5: "▲▲"}


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
    """What the rule looks at. Numbers: the whole organisation's of this month. `stopped`: nothing is counted
    any more, so that all of them are old; `alerts` None: not known."""

    lost: bool
    stopped: bool
    numbers: int
    old: int
    missing: int
    red: int
    sources_late: int
    sources_silent: int
    alerts: Alerts | None


@dataclass(frozen=True, slots=True)
class Status:
    level: int
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        return WORDS[self.level]

    @property
    def sign(self) -> str:
        return SIGNS[self.level]


def judged(facts: Facts) -> Status:
    """The status, with what it rests on, the gravest first."""
    if facts.lost:
        return Status(0, ("mất kết nối kho dữ liệu",))
    alerts = facts.alerts
    if alerts is None:
        return Status(0, ("không đọc được cảnh báo",))
    found = [(level, said) for level, said in _reasons(facts, alerts) if said]
    known = facts.numbers - facts.missing
    if known <= 0 and not alerts.standing:
        return Status(0, ("chưa có số liệu",))
    found.sort(key=lambda one: -one[0])
    level = max((level for level, _ in found), default=1)
    return Status(level, tuple(said for _, said in found) or ("mọi chỉ tiêu và nguồn bình thường",))


def _reasons(facts: Facts, alerts: Alerts) -> list[tuple[int, str]]:
    """Every reason with the level it asks for; "" where there is none."""
    all_old = facts.stopped or (facts.old > 0 and facts.old >= facts.numbers - facts.missing)
    return [
        (
            5 if alerts.standing > 1 or alerts.overdue else 4,
            _some(alerts.standing, "khẩn cấp chưa tiếp nhận"),
        ),
        (4, ("ngừng cập nhật" if facts.stopped else "mọi số liệu đều cũ") if all_old else ""),
        (3, _some(alerts.in_hand, "khẩn cấp đang xử lý")),
        (3, _some(alerts.major, "nghiêm trọng")),
        (3, "" if all_old else _some(facts.old, "số liệu cũ")),
        (3, _some(facts.sources_silent, "nguồn im lặng")),
        (2, _some(facts.red, "chỉ tiêu đỏ")),
        (2, _some(alerts.lesser, "cần chú ý")),
        (2, _some(facts.sources_late, "nguồn trễ")),
        (2, _some(facts.missing, "chưa có số")),
    ]


def _some(count: int, of: str) -> str:
    return f"{count} {of}" if count else ""
