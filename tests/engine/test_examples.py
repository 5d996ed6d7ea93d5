"""Each KPI against an example worked out by hand, in whatever order and however often its events come."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ioc.kpis import Kpi, Kpis
from storage.client import Store
from tests.engine.example_places import Place
from tests.engine.examples import Problems, Stage, shuffled
from tests.examples.reading import files, read

pytestmark = pytest.mark.engine
KPIS = Kpis.load()
WRITTEN = sorted(set(files()) & set(KPIS))


def apart(kpi: Kpi) -> bool:
    """Of the organisation as a whole, or made from other KPIs: its example needs the store to itself."""
    return bool(kpi.composite) or momentary(kpi)


def momentary(kpi: Kpi) -> bool:
    """A measurement of the instant, which a second tick would change."""
    return bool(kpi.gauge) or own(kpi)


def own(kpi: Kpi) -> bool:
    """Measured of the centre itself: a tick's own delay is shown by the next one."""
    return kpi.quantile is not None and kpi.quantile.view == "latency"


class Played:
    """What came of all examples: as told; out of order, twice and in pieces; and again from the ledger."""

    def __init__(self) -> None:
        self.numbers: Problems = {}
        self.evidence: Problems = {}
        self.disorder: Problems = defaultdict(list)
        self.replay: Problems = defaultdict(list)

    def play(self, store: Store, places: Sequence[Place], kpis: Kpis) -> None:
        rows: dict[str, list[dict[str, Any]]] = {}
        stage = Stage(store, places, kpis)
        told = []
        for now, act in stage.acts():
            rows |= {place.example.kpi: place.rows(stage.catalogue) for place in act}
            stage.play(now, [row for place in act for row in rows[place.example.kpi]])
            for place in act:
                self.numbers[place.example.kpi] = stage.differences(
                    place, stored=not own(stage.kpis[place.example.kpi])
                )
                self.evidence[place.example.kpi] = tolerant(stage.unexplained, place)
            told.append(stage.written_numbers())
        self._again(Stage(store, places, kpis), rows, told)

    def _again(
        self, stage: Stage, rows: Mapping[str, list[dict[str, Any]]], told: list[set[tuple[Any, ...]]]
    ) -> None:
        for seed, (now, act) in enumerate(stage.acts()):
            mixed = shuffled([row for place in act for row in rows[place.example.kpi]], seed)
            stage.ledger.append(mixed[:2], verdict=2)  # suppressed by landing: seen before
            once = any(momentary(stage.kpis[place.example.kpi]) for place in act)
            if not once:
                mixed = shuffled([*mixed, *mixed[::9]], seed)  # the same fact twice changes nothing either
            stage.play(now, mixed, whole=once)
            self._compare(stage, act, told[seed], self.disorder)
        stage.rebuild()
        self._compare(stage, act, told[-1], self.replay)
        for place in stage.places:
            if place not in act:
                self.replay[place.example.kpi] += stage.differences(place, closed=True)

    def _compare(
        self, stage: Stage, act: Sequence[Place], told: set[tuple[Any, ...]], into: Problems
    ) -> None:
        """The same cells and the same values as before, and of what has no cells the same numbers."""
        found = stage.written_numbers()
        for place in () if any(momentary(kpi) for kpi in stage.kpis.values()) else stage.places:
            other = [each for each in found ^ told if under(each[0], place)]
            into[place.example.kpi] += [
                f"{each} {'is new' if each in found else 'is gone'}" for each in other
            ]
        for place in act:
            kpi = stage.kpis[place.example.kpi]
            if not (kpi.flow or kpi.stock):
                into[place.example.kpi] += stage.differences(place)


def under(unit: str, place: Place) -> bool:
    return f"{unit}.".startswith(f"{place.unit('G09')}.")


def tolerant(check: Callable[[Place], list[str]], place: Place) -> list[str]:
    """A check that breaks is that example's problem, not everybody's."""
    try:
        return check(place)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


@pytest.fixture(scope="module")
def played(alone: Store) -> Played:
    examples = {kpi: read(files()[kpi]) for kpi in WRITTEN}
    found = Played()
    shared = [kpi for kpi in WRITTEN if not apart(KPIS[kpi])]
    places = [Place(examples[kpi], 101 + n) for n, kpi in enumerate(shared)]
    found.play(alone, places, Kpis({kpi: KPIS[kpi] for kpi in shared}))
    for kpi in sorted(set(WRITTEN) - set(shared)):
        found.play(alone, [Place(examples[kpi], None)], KPIS if KPIS[kpi].score else Kpis({kpi: KPIS[kpi]}))
    return found


@pytest.mark.parametrize("kpi", WRITTEN)
def test_the_numbers_are_those_worked_out_by_hand(played: Played, kpi: str) -> None:
    assert played.numbers[kpi] == []


@pytest.mark.parametrize("kpi", WRITTEN)
def test_explaining_gives_the_number_and_its_events(played: Played, kpi: str) -> None:
    assert played.evidence[kpi] == []


@pytest.mark.parametrize("kpi", WRITTEN)
def test_disorder_repetition_and_pieces_change_nothing(played: Played, kpi: str) -> None:
    assert played.disorder[kpi] == []


@pytest.mark.parametrize("kpi", WRITTEN)
def test_a_replay_of_the_ledger_changes_nothing(played: Played, kpi: str) -> None:
    assert played.replay[kpi] == []
