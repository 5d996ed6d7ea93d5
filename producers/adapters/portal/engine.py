"""Whole-state calls in, lifecycle events out: a dossier's state moves on only once Kafka has its events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ioc.calendar import WorkingCalendar
from ioc.clock import Clock
from ioc.contracts import Envelope, EventRefused, Rules, encode
from ioc.contracts.registry import ADAPTER
from ioc.sources import Source
from ioc.units import Units
from producers.adapters.base import EventMaker, Item, Refused
from producers.adapters.handover import Publisher, hand_over
from producers.adapters.memory import Memory
from producers.adapters.portal.diff import after_report, after_steps
from producers.adapters.portal.dossier import DossierReader, Raw, Report, Step, dossier_ref, read_step, refuse
from producers.adapters.portal.draft import Fact, Habits
from producers.adapters.portal.recovery import NoRecovery, Recovery, rebuilt
from producers.adapters.portal.state import State
from producers.adapters.portal.store import Change, DossierStore

_MEMBERS = {
    "dossier_ref": "MaHoSo",
    "subject": "MaHoSo",
    "procedure_code": "MaTTHC",
    "field_code": "MaLinhVuc",
    "org": "DonViXuLy",
    "orgunit": "DonViXuLy",
    "submitted_at": "NgayNopHoSo",
    "received_at": "NgayTiepNhan",
    "due_at": "NgayHenTra",
    "resolved_at": "NgayKetThucXuLy",
    "closed_at": "NgayTra",
    "new_due_at": "NgayHenTraMoi",
    "amount_vnd": "DanhSachLePhi/Gia",
}
_TIME_OF = {
    "dossier.received": "NgayTiepNhan",
    "dossier.clock_changed": "NgayBoSung",
    "dossier.resolved": "NgayKetThucXuLy",
    "dossier.closed": "NgayTra",
}


@dataclass(frozen=True, slots=True)
class _Work:
    """What one call says of one dossier."""

    where: str
    ref: str
    report: Report | None
    steps: tuple[Step, ...]


class PortalEngine:
    """The synchronisation calls of one source. Safe between threads."""

    def __init__(
        self,
        source: Source,
        *,
        rules: Rules,
        units: Units,
        calendar: WorkingCalendar,
        clock: Clock,
        store: DossierStore,
        memory: Memory,
        publisher: Publisher,
        recovery: Recovery | None = None,
    ) -> None:
        if source.portal_sync is None:
            raise ValueError(f"{source.system_code} has no portal_sync in sources.yaml")
        self.source = source
        self._rules = rules
        self._reader = DossierReader(units)
        self._habits = Habits(calendar, source.portal_sync)
        self._clock = clock
        self._store = store
        self._memory = memory
        self._publisher = publisher
        self._recovery = recovery or NoRecovery()
        self._maker = EventMaker(source, rules, clock)

    def known(self, ref: str) -> State | None:
        """What Kafka acknowledged of a dossier, for `TraCuuHoSo`."""
        return self._state(ref)

    def take_dossiers(self, dossiers: Sequence[Raw], where: str, first: int = 0) -> list[Item]:
        """`DongBoHoSoMC`: one item a dossier, in order. Raises `NotAcknowledged`: call again."""
        return self._take_each([(f"{where}/{n}", raw) for n, raw in enumerate(dossiers, first)], self._whole)

    def take_steps(self, steps: Sequence[Raw], where: str, first: int = 0) -> list[Item]:
        """`CapNhatTienDoHoSoMC`: one item a step. Raises `NotAcknowledged`; the call may be repeated."""
        works: dict[str, _Work] = {}
        items: list[Item] = []
        for number, raw in enumerate(steps, first):
            here = f"{where}/{number}"
            try:
                step = read_step(raw)
            except EventRefused as error:
                items.append(Item(here, (), (Refused.of(here, error),)))
                continue
            before = works.get(step.dossier_ref)
            told = (*before.steps, step) if before else (step,)
            works[step.dossier_ref] = _Work(before.where if before else here, step.dossier_ref, None, told)
        items += self._apply(list(works.values()))
        idle = len(steps) - len(items)  # steps told together with another of their dossier
        return items + [Item(where)] * idle

    def _whole(self, where: str, raw: Raw) -> _Work:
        report = self._reader.read(raw)
        return _Work(where, report.dossier_ref, report, ())

    def _take_each(self, raws: Sequence[tuple[str, Raw]], read: Callable[[str, Raw], _Work]) -> list[Item]:
        """A dossier that a call names twice is taken in two rounds, in its order."""
        items: dict[str, Item] = {}
        rounds: list[dict[str, _Work]] = []
        for where, raw in raws:
            try:
                work = read(where, raw)
            except EventRefused as error:
                items[where] = Item(where, (), (Refused.of(where, error, _MEMBERS),))
                continue
            free = next((each for each in rounds if work.ref not in each), None)
            if free is None:
                free = {}
                rounds.append(free)
            free[work.ref] = work
        for each in rounds:
            items |= {item.where: item for item in self._apply(list(each.values()))}
        return [items[where] for where, _ in raws]

    def _apply(self, works: Sequence[_Work]) -> list[Item]:
        code = self.source.system_code
        refs = [work.ref for work in works]
        with self._store.held(code, refs):
            self._resend(self._store.pending(code, refs))
            items, changes = [], []
            for work in works:
                item, state = self._work(work)
                items.append(item)
                if state is not None:
                    changes.append(Change(state, tuple(encode(event) for event in item.events)))
            self._store.begin(code, changes)
            self._send([event for item in items for event in item.events])
            self._store.commit(code, changes)
        return items

    def _work(self, work: _Work) -> tuple[Item, State | None]:
        try:
            before = self._state(work.ref)
            state, facts = self._after(work, before)
            events = tuple(self._event(state, fact) for fact in facts)
        except EventRefused as error:
            return Item(work.where, (), (Refused.of(work.where, error, _MEMBERS),)), None
        return Item(work.where, events), None if state == before else state

    def _after(self, work: _Work, before: State | None) -> tuple[State, list[Fact]]:
        now = self._clock.now()
        if work.report is not None:
            return after_report(before, work.report, now, self._habits)
        if before is None or before.status == 0:
            raise refuse("MaHoSo", "a dossier that DongBoHoSoMC told before")
        return after_steps(before, work.steps, now, self._habits)

    def _state(self, ref: str) -> State | None:
        state = self._store.state(self.source.system_code, ref)
        if state is not None:
            return state
        if self._remembers_all():
            return None
        return rebuilt(ref, self._recovery.told(self._maker.urn, ref))

    def _remembers_all(self) -> bool:
        """Whether the store remembers everything ever told: it was there from the first dossier on."""
        code = self.source.system_code
        if not self._store.is_whole(code):
            if self._recovery.any(self._maker.urn):
                return False
            self._store.set_whole(code)
        return True

    def _event(self, state: State, fact: Fact) -> Envelope:
        try:
            return self._maker.make(
                fact.name,
                time=fact.time,
                orgunit=state.org,
                data=fact.data,
                seqno=16 * state.revision + fact.rank,
                salt=str(state.revision),
            )
        except EventRefused as error:
            if not error.field.endswith("/time") and not error.field.endswith("/at"):
                raise
            raise refuse(_TIME_OF.get(fact.name, "ThoiDiemXuLy"), error.expected, error.reason) from None

    def _resend(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        self._send([ADAPTER.validate_json(raw) for change in changes for raw in change.events])
        self._store.commit(self.source.system_code, changes)

    def _send(self, events: Sequence[Envelope]) -> None:
        hand_over(self._publisher, events)
        self._memory.add(self.source.system_code, events, self._clock.now())


def ref_of(raw: Raw) -> str | None:
    """`MaHoSo` of a look-up, if it has one."""
    try:
        return dossier_ref({"MaHoSo": raw.get("mahoso", raw.get("MaHoSo"))})
    except EventRefused:
        return None
