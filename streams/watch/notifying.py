"""Telling people of alerts by mail and webhook, through Apprise, in a thread of its own.

What waits is held in memory: it is beside the wall and the console, not instead of them.
"""

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from ioc import notify
from ioc.alerts import Rule
from ioc.calendar import WorkingCalendar
from ioc.clock import Clock, SystemClock
from ioc.errors import SettingsError
from ioc.notify import Target
from ioc.reference import Catalogue
from ioc.settings import Settings
from streams.watch.alert import Transition
from streams.watch.outbox import GATHER_S, Outbox

VIETNAM = timezone(timedelta(hours=7))
IDLE_S = 30.0
SEVERITIES = {"critical": "KHẨN CẤP", "major": "Nghiêm trọng", "minor": "Cần chú ý", "info": "Thông tin"}
STATES = {"raised": "phát sinh", "escalated": "chuyển cấp", "resolved": "đã xử lý xong"}
Send = Callable[[str, str], bool]
"""(title, text) → whether it was taken."""

log = logging.getLogger("ioc.watch")


def apprise_sender(address: str) -> Send:
    """Sends to one Apprise address. The library is loaded when it is first needed."""

    def send(title: str, text: str) -> bool:
        from apprise import Apprise, NotifyFormat

        told = Apprise()
        return bool(told.add(address) and told.notify(title=title, body=text, body_format=NotifyFormat.TEXT))

    return send


def notifier(settings: Settings, rules: Mapping[str, Rule], catalogue: Catalogue, clock: Clock) -> "Notifier":
    """Tells the targets of the catalogue that have an address. Raises `SettingsError` for one it has not."""
    targets = {target.id: target for target in notify.load(settings.catalogue)}
    if strangers := sorted(settings.notify.keys() - targets.keys()):
        raise SettingsError(f"setting notify.{strangers[0]}: {notify.FILE} has no target of this name")
    told = [
        (targets[name], apprise_sender(address.get_secret_value()))
        for name, address in sorted(settings.notify.items())
    ]

    def named(code: str) -> str:
        return catalogue.units.get(code).name if code in catalogue.units.codes else code

    return Notifier(told, rules, named, catalogue.calendar, clock)


class Notifier:
    """Tells its targets what happened; `tell` returns at once. `names`: of units, by code."""

    def __init__(
        self,
        targets: Sequence[tuple[Target, Send]],
        rules: Mapping[str, Rule],
        names: Callable[[str], str],
        calendar: WorkingCalendar,
        clock: Clock | None = None,
    ) -> None:
        self._boxes = [(Outbox(target), send) for target, send in targets]
        self._rules = rules
        self._names = names
        self._calendar = calendar
        self._clock = clock or SystemClock()
        self._steps: queue.SimpleQueue[Transition | None] = queue.SimpleQueue()
        self._owners: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="notify", daemon=True)

    def start(self) -> None:
        if self._boxes:
            self._thread.start()

    def stop(self, within_s: float = 2.0) -> None:
        """End after the message under way; what waits is not told any more."""
        self._steps.put(None)
        if self._thread.is_alive():
            self._thread.join(within_s)

    def tell(self, step: Transition) -> None:
        """A step was made."""
        if self._boxes:
            self._steps.put(step)

    def _run(self) -> None:
        while True:
            try:
                step = self._steps.get(timeout=self._pause_s())
            except queue.Empty:
                self._send()
                continue
            if step is None:
                return
            self._add(step)

    def _pause_s(self) -> float:
        now = self._clock.now()
        times = [at for box, _ in self._boxes if (at := box.next_at()) is not None]
        wait = (min(times) - now).total_seconds() if times else IDLE_S
        return min(max(wait, 0.01), IDLE_S)

    def _add(self, step: Transition) -> None:
        owner = step.to_role or self._owners.get(step.ref, "")
        self._owners[step.ref] = owner
        if step.state in ("resolved", "closed"):
            del self._owners[step.ref]
        since = told_from(self._rules.get(step.rule), step, self._clock.now(), self._calendar)
        for box, _ in self._boxes:
            box.add(step, owner, since)

    def _send(self) -> None:
        for box, send in self._boxes:
            now = self._clock.now()
            if not (steps := box.batch(now)):
                continue
            try:
                taken = send(*self.message(steps))
            except Exception as error:  # whatever a transport raises, the others are still told
                log.warning("target %s: %s", box.target.id, type(error).__name__)
                taken = False
            if taken:
                box.sent(steps, now)
            else:
                log.warning("target %s was not told of %d alerts; trying again", box.target.id, len(steps))
                box.failed(now)

    def message(self, steps: Sequence[Transition]) -> tuple[str, str]:
        """Title and text of one message; no person, no case, only rules and units."""
        lines = [self._line(step) for step in steps]
        if len(steps) == 1:
            return f"[IOC] {lines[0]}", f"{self._detail(steps[0])}\n"
        raised = sum(step.state != "resolved" for step in steps)
        title = f"[IOC] {len(steps)} cảnh báo: {raised} đang mở, {len(steps) - raised} đã xong"
        return title, "\n".join(f"• {line}" for line in lines) + "\n"

    def _line(self, step: Transition) -> str:
        rule = self._rules.get(step.rule)
        name = rule.name.vi if rule else step.rule
        state = STATES.get(step.state, step.state)
        return f"{SEVERITIES[step.severity]}: {name} – {self._names(step.unit)} ({state})"

    def _detail(self, step: Transition) -> str:
        rule = self._rules.get(step.rule)
        at = step.at.astimezone(VIETNAM)
        lines = [self._line(step), f"Thời điểm: {at:%d/%m/%Y %H:%M}", f"Mã cảnh báo: {step.ref}"]
        if step.count is not None:
            lines.append(f"Số trường hợp: {step.count}")
        if rule is not None and step.state != "resolved":
            lines += ["Việc cần làm:", *(f"{n}. {each.text.vi}" for n, each in enumerate(rule.procedure, 1))]
        return "\n".join(lines)


def told_from(rule: Rule | None, step: Transition, now: datetime, calendar: WorkingCalendar) -> datetime:
    """When a step may be told: at once, or at the next of the hours that its rule names.

    They are hours of working days, if the rule keeps quiet on others.
    """
    soon = now + timedelta(seconds=GATHER_S)
    if rule is None or not rule.notify_at or step.state != "raised":
        return soon
    local = now.astimezone(VIETNAM)
    hours = [datetime.strptime(each, "%H:%M").time() for each in rule.notify_at]
    today = local.date()
    if rule.quiet == "never":
        days = [today, today + timedelta(days=1)]
    else:
        days = [today] if calendar.is_working_day(today) else []
        days.append(calendar.add_working_days(today, 1))
    times = (datetime.combine(day, hour, VIETNAM) for day in days for hour in hours)
    return min(at for at in times if at >= local)
