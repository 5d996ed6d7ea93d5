"""What boards take from the catalogue: the organisation's root and the KPIs' names, meanings, targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dashboards.boards.kpi import Measure
from ioc.errors import SettingsError
from ioc.kpis import Kpi, Kpis, Target
from ioc.reference import Catalogue


@dataclass(frozen=True)
class Facts:
    root: str
    root_name: str
    measures: Mapping[str, Measure]
    console: str = ""
    """Where the console is, for links; empty: under the same name as the boards."""

    def measure(self, kpi: str, name: str = "") -> Measure:
        """A KPI, under a shorter name if one is given. Raises `SettingsError` when the catalogue lacks it."""
        try:
            found = self.measures[kpi]
        except KeyError:
            raise SettingsError(f"a board shows {kpi}, which the KPI catalogue does not have") from None
        return replace(found, name=name or found.name)

    def of(self, *domains: str) -> list[Measure]:
        """The KPIs of these domains, by id."""
        return [each for each in self.measures.values() if each.domain in domains]

    def known(self, kpis: Iterable[str]) -> list[Measure]:
        """Those of these KPIs that the catalogue has: another organisation may have left some out."""
        return [self.measures[kpi] for kpi in kpis if kpi in self.measures]


def load(path: Path | None = None) -> Facts:
    """Facts of a catalogue, by default of the packaged one."""
    return facts(Kpis.load(path))


def facts(kpis: Kpis, console: str = "") -> Facts:
    """What boards need of these KPIs and of the units beside which they lie."""
    catalogue = Catalogue.load(kpis.catalogue)
    root = next(unit for unit in catalogue.units if unit.parent is None)
    return Facts(root.code, root.name, {kpi.id: _measure(kpi) for kpi in kpis.values()}, console)


def _measure(kpi: Kpi) -> Measure:
    return Measure(
        kpi.id,
        kpi.name.vi,
        kpi.meaning.vi,
        kpi.unit,
        kpi.direction,
        _aim(kpi.aims()),
        kpi.amber_within,
        domain=kpi.domain,
        kind=kpi.kind,
        personal=kpi.personal,
        kinds=kpi.dim is not None,
        monthly=kpi.composite is not None and kpi.score is None,
        pillars=tuple((each.id, each.name.vi) for each in kpi.score.pillars) if kpi.score else (),
    )


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
