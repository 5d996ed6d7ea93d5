"""What boards take from the catalogue: the organisation's root and the KPIs' names, meanings, targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dashboards.boards.kpi import Measure
from ioc.errors import SettingsError
from ioc.kpis import Kpis, Target
from ioc.reference import Catalogue


@dataclass(frozen=True)
class Facts:
    root: str
    root_name: str
    measures: Mapping[str, Measure]

    def measure(self, kpi: str, name: str = "") -> Measure:
        """A KPI, under a shorter name if one is given. Raises `SettingsError` when the catalogue lacks it."""
        try:
            found = self.measures[kpi]
        except KeyError:
            raise SettingsError(f"a board shows {kpi}, which the KPI catalogue does not have") from None
        return replace(found, name=name or found.name)


def load(path: Path | None = None) -> Facts:
    """Facts of a catalogue, by default of the packaged one."""
    catalogue = Catalogue.load(path)
    root = next(unit for unit in catalogue.units if unit.parent is None)
    return Facts(root.code, root.name, _measures(Kpis.load(path)))


def _measures(kpis: Kpis) -> dict[str, Measure]:
    return {
        kpi.id: Measure(kpi.id, kpi.name.vi, kpi.meaning.vi, kpi.unit, kpi.direction, _aim(kpi.targets))
        for kpi in kpis.values()
    }


def _aim(targets: Sequence[Target]) -> float | None:
    """The target that colours a board file: one for all times, else the last to be reached.

    A generated file must not depend on the day it is made. The verdict shown comes from the store, which
    knows the day.
    """
    always = [target.value for target in targets if target.by is None]
    dated = sorted(
        (target for target in targets if target.by is not None), key=lambda one: one.by or date.min
    )
    return always[-1] if always else (dated[-1].value if dated else None)
