"""The pretended store: tables whose rows replace those of a lower version, and three formulas over them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from streams.reduce.plan import Partition
from streams.reduce.state import State
from streams.reduce.ticks import Finished

DAY = 10
"""Instants of a day."""
PARTITIONS: tuple[Partition, ...] = ((UUID(int=1), 0), (UUID(int=1), 1), (UUID(int=2), 0))
FLOW, OVERDUE = "flow", "overdue"
Key = tuple[str, int]
"""A cell: of which formula, on which day."""
Row = tuple[int, int, int]
"""Derived from a case: when it began, when it is due, how many events stand."""
Change = tuple[Row | None, Row, State]
Changes = dict[str, Change]


@dataclass(frozen=True)
class Said:
    """An event. `corrects`: the one it takes back, which may speak about another case."""

    id: str
    case: str
    began: int
    due: int
    seqno: int = 1
    corrects: str = ""


def fold(state: State) -> Row:
    """What follows from the facts that stand; the greatest says when."""
    facts = state.standing()
    return (facts[-1][1][4], facts[-1][1][5], len(facts)) if facts else (-1, -1, 0)


def copied(state: State) -> State:
    return State(dict(state.facts), set(state.withdrawn))


def join(state: State, said: Said, named: set[str]) -> bool:
    """Whether anything changed."""
    changed = state.add(said.id, [0, 0, said.seqno, 0, said.began, said.due])
    if said.corrects:
        changed |= state.withdraw(said.corrects)
    if said.id in named:
        changed |= state.withdraw(said.id)
    return changed


def cell(rows: Iterable[Row], key: Key, now: int) -> int:
    formula, day = key
    if formula == FLOW:
        return sum(count for began, _, count in rows if count and began // DAY == day)
    t = min(now, day * DAY + DAY - 1)
    return sum(1 for began, due, count in rows if count and began <= t and due <= t)


def touched(change: Change, now: int) -> set[Key]:
    """The cells that a change may change."""
    found = set()
    for began, _, count in filter(None, change[:2]):
        if count:
            found.add((FLOW, began // DAY))
            found |= {(OVERDUE, day) for day in range(began // DAY, now // DAY + 1)}
    return found


@dataclass
class Tables:
    """The store. A row of the same or a higher version replaces the one before."""

    ledger: dict[Partition, int] = field(default_factory=lambda: dict.fromkeys(PARTITIONS, 0))
    """How many rows of each partition it holds."""
    cases: dict[str, tuple[int, Row, State]] = field(default_factory=dict)
    cells: dict[Key, tuple[int, int]] = field(default_factory=dict)
    value: tuple[int, tuple[int, int]] = (0, (0, 0))
    corrections: set[str] = field(default_factory=set)
    log: list[tuple[int, frozenset[Key]]] = field(default_factory=list)
    ticks: dict[int, Finished] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """As it is now; rows are written whole, never changed."""
        return Tables(
            *(dict(self.ledger), dict(self.cases), dict(self.cells), self.value, set(self.corrections)),
            *(list(self.log), dict(self.ticks)),
        )

    def last(self) -> Finished:
        return self.ticks[max(self.ticks)] if self.ticks else Finished(tick=self.used())

    def used(self) -> int:
        cases = [version for version, _, _ in self.cases.values()]
        cells = [version for version, _ in self.cells.values()]
        return max([*cases, *cells, self.value[0]])

    def rows(self) -> list[Row]:
        return [row for _, row, _ in self.cases.values()]

    def put_cases(self, tick: int, changes: Iterable[tuple[str, Change]]) -> None:
        for name, (_, row, state) in changes:
            if name not in self.cases or self.cases[name][0] <= tick:
                self.cases[name] = (tick, row, state)

    def put_cells(self, tick: int, found: dict[Key, int]) -> None:
        for key, count in found.items():
            if key not in self.cells or self.cells[key][0] <= tick:
                self.cells[key] = (tick, count)

    def put_value(self, tick: int, found: tuple[int, int]) -> None:
        if self.value[0] <= tick:
            self.value = (tick, found)

    def count(self, key: Key) -> int:
        return self.cells.get(key, (0, 0))[1]

    def shown(self, now: int) -> tuple[int, int]:
        """The value as it follows from the cells."""
        return sum(self.count(key) for key in self.cells if key[0] == FLOW), self.count((OVERDUE, now // DAY))

    def unsettled(self, after: int) -> set[Key]:
        return {key for tick, keys in self.log if tick > after for key in keys}
