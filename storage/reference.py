"""Reference data in the store: the tree, baselines, declarations, sources and KPIs, as readers need them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from ioc.baselines import SYSTEMS, Dated
from ioc.entries import of_kpis
from ioc.kpis import Kpis, feeding
from ioc.reference import Catalogue
from ioc.units import Units
from storage import audit
from storage.client import Store

ALWAYS = date(1900, 1, 1)
FOREVER = date(2200, 1, 1)
PATHS = 2
"""Raised when the same tree makes units count for others than before: their paths are written anew."""
WHOLE = 100
"""Hundredths of what a unit declares in full."""


def load(store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str) -> str | None:
    """Replace the reference tables if the catalogue or a KPI changed since they were last recorded.

    Returns the version to `record` once everything that depends on it has been computed anew, else None.
    """
    version = _version(catalogue, kpis, tenant)
    if store.query("SELECT argMax(version, loaded_at) FROM ioc.ref_loaded") == [(version,)]:
        return None
    audit.note(store, catalogue, kpis, tenant, version)
    for table in ("units", "paths", "baselines", "declared", "sources", "kpis"):
        store.execute(f"TRUNCATE TABLE ioc.ref_{table}")
    _units(store, catalogue.units, tenant)
    _baselines(store, catalogue, tenant)
    _declared(store, catalogue, kpis, tenant)
    _sources(store, catalogue, tenant)
    _kpis(store, catalogue, kpis)
    add_used(store, catalogue.units, tenant)
    return version


def add_used(store: Store, units: Units, tenant: str) -> None:
    """`add_paths` for the units of all cases."""
    used = store.query(
        "SELECT DISTINCT toString(unit) FROM merge('ioc', '^cases_') WHERE unit != ''"
        " UNION DISTINCT SELECT toString(arrayJoin(stage_unit))"
        " FROM merge('ioc', '^cases_(hr_record|credential|training|interop)$')"
    )
    add_paths(store, units, tenant, [unit for (unit,) in used if unit not in units.codes])


def record(store: Store, version: str, now: int) -> None:
    """From now on this version need not be loaded again."""
    store.insert("ioc.ref_loaded", ["version", "loaded_at"], [[version], [now]])


def _version(catalogue: Catalogue, kpis: Kpis, tenant: str) -> str:
    said = sorted((str(place), text) for place, text in of_kpis(kpis).items())
    text = f"{PATHS}/{tenant}{catalogue.version}{said!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spans(units: Units, entries: Iterable[Dated] = ()) -> list[tuple[date, date]]:
    """The spans of time in which neither the tree nor one of these changes; ends are exclusive."""
    periods = [(unit.valid_from, unit.valid_to) for code in units.codes for unit in units.periods(code)]
    periods += [(entry.valid_from, entry.valid_to) for entry in entries]
    cuts = {ALWAYS, *(start for start, _ in periods)}
    cuts |= {end + timedelta(days=1) for _, end in periods if end is not None}
    ordered = sorted(cuts)
    return list(zip(ordered, [*ordered[1:], FOREVER], strict=True))


def nearest(units: Units, code: str, tenant: str) -> str:
    """The known unit that answers for a code of no catalogue: the longest prefix, else the top."""
    while "." in code:
        code = code.rpartition(".")[0]
        if code in units.codes:
            return code
    return tenant


def add_paths(store: Store, units: Units, tenant: str, codes: Iterable[str]) -> None:
    """Let codes that no catalogue knows count for the nearest unit above them: no case may be lost."""
    rows = []
    for code in sorted(set(codes)):
        above = nearest(units, code, tenant)
        for start, end in spans(units):
            for ancestor in sorted({code} | units.counted_for(above, start) | {tenant}):
                rows.append((tenant, code, ancestor, start, end, 0))
    _insert(store, "ioc.ref_paths", ["tenant", "unit", "ancestor", "valid_from", "valid_to", "known"], rows)


def _units(store: Store, units: Units, tenant: str) -> None:
    listed, paths = [], []
    for code in sorted(units.codes):
        for unit in units.periods(code):
            end = unit.valid_to + timedelta(days=1) if unit.valid_to else FOREVER
            merged, parent = unit.merged_into or "", unit.parent or ""
            listed.append(
                (tenant, code, unit.slug, unit.name, parent, unit.kind, unit.valid_from, end, merged)
            )
        for start, end in spans(units):
            on = max(start, units.periods(code)[0].valid_from)
            paths += [(tenant, code, each, start, end, 1) for each in sorted(units.counted_for(code, on))]
    columns = ["tenant", "unit", "slug", "name", "parent", "kind", "valid_from", "valid_to", "merged_into"]
    _insert(store, "ioc.ref_units", columns, listed)
    _insert(store, "ioc.ref_paths", ["tenant", "unit", "ancestor", "valid_from", "valid_to", "known"], paths)


def totals(units: Units, on: date, own: Mapping[str, int]) -> dict[str, int]:
    """What each unit has with everything that counts for it that day, given what each has of its own."""
    found: dict[str, int] = {}
    for code, value in own.items():
        for above in units.counted_for(code, on) if value else ():
            found[above] = found.get(above, 0) + value
    return dict(sorted(found.items()))


def _baselines(store: Store, catalogue: Catalogue, tenant: str) -> None:
    units, known = catalogue.units, catalogue.baselines
    rows: list[Sequence[object]] = []
    for start, end in spans(units, (*known.entries, *known.systems)):
        for name in known.names:
            own = {code: known.value(name, code, start) for code in units.codes}
            rows += [
                (tenant, name, unit, start, end, value) for unit, value in totals(units, start, own).items()
            ]
        for system in (each for each in known.systems if each.holds(start)):
            for unit in totals(units, start, {system.unit: 1}):
                rows.append((tenant, f"{SYSTEMS}/{system.code}", unit, start, end, 1))
    columns = ["tenant", "baseline", "unit", "valid_from", "valid_to", "value"]
    _insert(store, "ioc.ref_baselines", columns, rows)


def _declared(store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str) -> None:
    """Of each statement that a score asks for: how much was declared, and of how many units it is asked."""
    scores = [kpi.score for kpi in kpis.values() if kpi.score is not None]
    names = sorted({part.declared for score in scores for part in score.parts if part.declared is not None})
    units, said = catalogue.units, catalogue.declared
    rows: list[Sequence[object]] = []
    for start, end in spans(units, said.entries):
        asked = {unit.code: WHOLE for unit in units.valid(start) if unit.headcount}
        expected = totals(units, start, asked)
        for name in names:
            own = {code: round(WHOLE * (said.value(name, code, start) or 0)) for code in asked}
            declared = totals(units, start, own)
            for unit, whole in expected.items():
                rows.append((tenant, name, unit, start, end, declared.get(unit, 0), whole))
    columns = ["tenant", "statement", "unit", "valid_from", "valid_to", "declared", "expected"]
    _insert(store, "ioc.ref_declared", columns, rows)


def _sources(store: Store, catalogue: Catalogue, tenant: str) -> None:
    rows = [
        (tenant, code, source.name, source.interval_s, source.authority, sorted(source.units))
        for code, source in catalogue.sources.items()
    ]
    columns = ["tenant", "source", "name", "interval_s", "authority", "units"]
    _insert(store, "ioc.ref_sources", columns, rows)


def _kpis(store: Store, catalogue: Catalogue, kpis: Kpis) -> None:
    columns = ["kpi", "domain", "name_vi", "name_en", "meaning_vi", "meaning_en", "legal_document"]
    columns += ["legal_quote", "unit_of_measure", "direction", "owner", "kind", "minimum_cases", "personal"]
    columns += ["target_values", "target_dates", "target_dims", "sources", "baseline", "complement"]
    rows = []
    for kpi in kpis.values():
        dated = sorted(((t.by or FOREVER), t.value, t.dim or "") for t in kpi.targets)
        words = (kpi.name.vi, kpi.name.en, kpi.meaning.vi, kpi.meaning.en, kpi.source.document)
        kinds = (kpi.source.quote, kpi.unit, kpi.direction, kpi.owner, kpi.kind)
        numbers = (kpi.minimum_cases, int(kpi.personal))
        targets = ([value for _, value, _ in dated], [by for by, *_ in dated], [dim for *_, dim in dated])
        out_of = (kpi.stock.baseline or "", int(kpi.stock.complement)) if kpi.stock else ("", 0)
        fed = feeding(kpi, catalogue.sources)
        rows.append((kpi.id, kpi.domain, *words, *kinds, *numbers, *targets, fed, *out_of))
    _insert(store, "ioc.ref_kpis", columns, rows)


def _insert(store: Store, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        store.insert(table, columns, [list(column) for column in zip(*rows, strict=True)])
