"""Dossiers of administrative procedures: pauses, extensions, and what was due at any instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.reduce.derive.document import on_time
from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import FAR, MINUTE, WorkTime

SYNC_MINUTES = 15
"""Within which the portal should have a dossier that was received."""
DAY_MINUTES = 8 * 60
"""A working day of a time limit that the law counts in days."""

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "resolved_at",
    "closed_at",
    "synced_at",
    "due_at",
    "promised_at",
    "paused_minutes",
    "on_time",
    "open",
    "running",
    "extended",
    "gap",
    "result",
    "e_result",
    "outcome",
    "procedure_code",
    "field_code",
    "channel",
    "applicant_kind",
    "digitised",
    "reused",
    "vneid_verified",
    "fee_required",
    "payment_method",
    "score",
    "dissatisfied",
    "stage_from",
    "stage_to",
    "stage_due",
    "stage_soon",
    "stage_running",
    "used_minutes",
    "allowed_minutes",
    "sync_ok",
    "paper_result",
    "store_used",
    "paid_at",
    "payments",
    "payments_online",
    "amount_paid",
    "rounds",
    "supplement_at",
    "apologised",
)
UNIT_AT = {10: 6, 11: 7, 8: 6}
"""Where a closing, a payment and a synchronisation keep their envelope's unit; older facts have none."""


@dataclass(slots=True)
class _Clock:
    """The time limit of a dossier as it moves along its history."""

    due: int
    time: WorkTime
    extended_to: int | None = None
    apologised: int = 0
    paused_at: int | None = None
    supplement: bool = False
    rounds: int = 0
    paused_minutes: int = 0
    stages: list[list[int | None]] = field(default_factory=list)

    def now_due(self) -> int:
        """The last extension, else the promised date plus the working time of finished pauses."""
        if self.extended_to is not None:
            return self.extended_to
        return self.time.later(self.due, self.paused_minutes) if self.paused_minutes else self.due

    def pause(self, at: int, *, supplement: bool) -> None:
        """Time stops; a second pause before it runs again changes nothing but its round."""
        self.rounds += supplement
        if self.paused_at is None:
            self.paused_at, self.supplement = at, supplement

    def resume(self, at: int) -> None:
        if self.paused_at is not None:
            self.paused_minutes += max(self.time.minutes(self.paused_at, at), 0)
            self.paused_at = None

    def open_stage(self, at: int) -> None:
        """From now on this is due; nothing is, while paused before it was overdue."""
        due: int | None = self.now_due()
        if self.paused_at is not None and due is not None and self.paused_at <= due:
            due = None
        soon = self.time.soon(due) if due is not None else None
        self.close_stage(at)
        self.stages.append([at, FAR, due, soon, int(self.paused_at is None)])

    def close_stage(self, at: int) -> None:
        if self.stages:
            self.stages[-1][1] = at
            if self.stages[-1][0] == at:
                self.stages.pop()


def _run(start: Fact, changes: list[Fact], end: int | None, time: WorkTime) -> _Clock:
    clock = _Clock(start[6], time)
    clock.open_stage(start[5])
    ranks: tuple[int, int, int] | None = None
    for change in sorted(changes, key=lambda fact: (fact[5], fact[2])):
        at = max(change[5], start[5])
        if end is not None and at >= end:
            break
        if change[4] == "paused":
            clock.pause(at, supplement=len(change) < 8 or change[7] == "supplement")
        elif change[4] == "running":
            clock.resume(at)
        elif ranks is None or ranks <= (change[1], change[2], change[3]):
            ranks = change[1], change[2], change[3]
            clock.extended_to = change[6]
            clock.apologised = int(len(change) > 8 and bool(change[8]))
        clock.open_stage(at)
    if end is not None:
        clock.resume(end)
        clock.close_stage(end)
    return clock


@dataclass(slots=True)
class _Beside:
    """What happens beside the way of a dossier: synchronisation, payments, ratings, complaints."""

    synced: int | None = None
    dissatisfied: int = 0
    paid_at: int | None = None
    payments: int = 0
    online: int = 0
    amount: int = 0

    def take(self, fact: Fact) -> None:
        number = fact[0]
        if number == 8 and fact[4]:
            self.synced = fact[5] if self.synced is None else min(self.synced, fact[5])
        elif number == 11:
            self.paid_at = fact[5] if self.paid_at is None else min(self.paid_at, fact[5])
            self.payments += fact[4] != "exempt"
            self.online += fact[4] == "online"
            self.amount += fact[6] if len(fact) > 6 else 0
        elif number == 12:
            self.dissatisfied |= fact[5]
        elif number == 13:
            self.dissatisfied |= fact[4]


def dossier(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """A dossier: unit = where it was received, if known; open while neither resolved nor closed."""
    last: dict[int, Fact] = {}
    changes: list[Fact] = []
    beside = _Beside()
    for _, fact in facts:
        number = fact[0]
        if number == 7:
            changes.append(fact)
        else:
            last[number] = fact
            beside.take(fact)
    start, done, closed = last.get(6), last.get(9), last.get(10)
    resolved_at = done[5] if done else None
    closed_at = closed[5] if closed else None
    ends = [at for at in (resolved_at, closed_at) if at is not None]
    ended = min(ends) if ends else None
    clock = _run(start, changes, ended, time) if start else None
    due = clock.now_due() if clock else None
    gap = int(start is None or (done is None and closed is not None and closed[4] == "returned"))
    return [
        start[4] if start else done[4] if done else _told_by(last),
        start[5] if start else None,
        ended,
        resolved_at,
        closed_at,
        beside.synced,
        due,
        start[6] if start else None,
        clock.paused_minutes if clock else 0,
        on_time(resolved_at, due),
        int(start is not None and ended is None),
        int(clock is not None and ended is None and clock.paused_at is None),
        int(any(change[4] == "extended" for change in changes)),
        gap,
        done[6] if done else "",
        done[7] if done else 0,
        closed[4] if closed else "",
        *(start[7:11] if start else ("", "", "", "")),
        *(start[11:15] if start else (0, 0, 0, 0)),
        last[11][4] if 11 in last else "",
        last[12][4] if 12 in last else 0,
        beside.dissatisfied,
        *_stages(clock),
        *_service(start, done, clock, beside.synced, time),
        beside.paid_at,
        beside.payments,
        beside.online,
        beside.amount,
        clock.rounds if clock else 0,
        clock.paused_at if clock and clock.supplement else None,
        clock.apologised if clock else 0,
    ]


def _told_by(last: Mapping[int, Fact]) -> str:
    """The unit that what was last said beside its way speaks for: it counts somewhere until more is known."""
    return next((str(last[each][at]) for each, at in UNIT_AT.items() if len(last.get(each, ())) > at), "")


def _service(
    start: Fact | None, done: Fact | None, clock: _Clock | None, synced: int | None, time: WorkTime
) -> tuple[object, ...]:
    """Working minutes used and allowed, synchronised in time, result on paper, citizen's store used."""
    returned = bool(done is not None and len(done) > 8 and done[8])
    if start is None or clock is None:
        return 0, 0, 0, None, int(returned)
    days, paper, reused = start[15:18] if len(start) > 15 else (0, None, 0)
    used = max(time.minutes(start[5], done[5]) - clock.paused_minutes, 0) if done else 0
    in_time = synced is not None and synced - start[5] <= SYNC_MINUTES * MINUTE
    return used, round(DAY_MINUTES * days), int(in_time), paper, int(returned or bool(reused))


def _stages(clock: _Clock | None) -> list[list[int | None]]:
    if clock is None or not clock.stages:
        return [[], [], [], [], []]
    return [list(column) for column in zip(*clock.stages, strict=True)]
