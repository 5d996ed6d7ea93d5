"""Composites: how a KPI that is made from other KPIs, or by rules of its own, is computed.

One function a kind (`composite: {of: …}` of the KPI file). Its values are like any others: numerator = points
in hundredths, denominator 100, cases = on how much they rest.
"""

from collections.abc import Callable, Mapping, Sequence

from ioc.kpis import Kpi, Kpis
from storage.client import Store
from storage.composites import dx_score, qd766
from storage.windows import Value, Window

Compute = Callable[[Kpi, Sequence[Window], Store, str, str | None, Kpis, Sequence[Value]], list[Value]]
"""(kpi, windows, store, tenant, unit or None for every unit, all KPIs, values of its parts) → its values.

Parts: those that `Score.kpis` names, over these windows; for other kinds there are none.
"""

COMPUTE: Mapping[str, Compute] = {"dx_score": dx_score.compute, "qd766": qd766.compute}
READS: Mapping[str, frozenset[str]] = {"qd766": qd766.VIEWS}
"""Kinds of cases that a composite reads by itself: when one of them changes, it is due."""
