"""Dossiers of administrative procedures: pauses, extensions, and what was due at any instant."""

from dataclasses import dataclass, field

from streams.reduce.derive.document import on_time
from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import FAR, WorkTime

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
)


@dataclass(slots=True)
class _Clock:
    """The time limit of a dossier as it moves along its history."""

    due: int
    time: WorkTime
    extended_to: int | None = None
    paused_at: int | None = None
    paused_minutes: int = 0
    stages: list[list[int | None]] = field(default_factory=list)

    def now_due(self) -> int:
        """The last extension, else the promised date plus the working time of finished pauses."""
        if self.extended_to is not None:
            return self.extended_to
        return self.time.later(self.due, self.paused_minutes) if self.paused_minutes else self.due

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
            clock.paused_at = at if clock.paused_at is None else clock.paused_at
        elif change[4] == "running":
            clock.resume(at)
        elif ranks is None or ranks <= (change[1], change[2], change[3]):
            ranks = change[1], change[2], change[3]
            clock.extended_to = change[6]
        clock.open_stage(at)
    if end is not None:
        clock.resume(end)
        clock.close_stage(end)
    return clock


def dossier(facts: list[tuple[str, Fact]], time: WorkTime) -> Row:
    """A dossier: unit = where it was received; open while neither resolved nor closed."""
    last: dict[int, Fact] = {}
    changes: list[Fact] = []
    synced: int | None = None
    dissatisfied = 0
    for _, fact in facts:
        number = fact[0]
        if number == 7:
            changes.append(fact)
        elif number == 8:
            if fact[4] and (synced is None or fact[5] < synced):
                synced = fact[5]
        else:
            last[number] = fact
            if number == 12:
                dissatisfied |= fact[5]
            elif number == 13:
                dissatisfied |= fact[4]
    start, done, closed = last.get(6), last.get(9), last.get(10)
    resolved_at = done[5] if done else None
    closed_at = closed[5] if closed else None
    ends = [at for at in (resolved_at, closed_at) if at is not None]
    ended = min(ends) if ends else None
    clock = _run(start, changes, ended, time) if start else None
    due = clock.now_due() if clock else None
    gap = int(start is None or (done is None and closed is not None and closed[4] == "returned"))
    return [
        start[4] if start else done[4] if done else "",
        start[5] if start else None,
        ended,
        resolved_at,
        closed_at,
        synced,
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
        dissatisfied,
        *_stages(clock),
    ]


def _stages(clock: _Clock | None) -> list[list[int | None]]:
    if clock is None or not clock.stages:
        return [[], [], [], [], []]
    return [list(column) for column in zip(*clock.stages, strict=True)]
