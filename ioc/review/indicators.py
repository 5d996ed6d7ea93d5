"""The KPIs: owned, sourced, fed by events that some source states, counted from columns that exist."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ioc import qd766
from ioc.contracts import BY_NAME
from ioc.errors import SettingsError
from ioc.formulas import Distinct, Flow, Gauge, Quantile, Stock
from ioc.kpis import PACKAGED, Kpi, Kpis
from ioc.review.expressions import unfinished, unknown
from ioc.review.organisation import Periods
from ioc.review.reading import Folder
from ioc.selection import FILE, chosen
from ioc.yamlfiles import PACKAGED as CATALOGUE
from ioc.yamlfiles import find, parse, read

DOCUMENTS = "documents.yaml"


@dataclass(frozen=True)
class Tables:
    """What expressions may name. `columns`: of each view. `spans`: of a span that its cases are cut into."""

    columns: Mapping[str, Collection[str]]
    spans: Mapping[str, Collection[str]]

    def names(self, part: Flow | Stock | Distinct | Gauge | Quantile) -> set[str]:
        own = set(self.columns.get(part.view, ()))
        if isinstance(part, Quantile):
            return own
        if isinstance(part, Stock):
            own |= {"stage_start", "stage_end", *self.spans.get(part.view, ())}
        if isinstance(part, Distinct):
            own |= {"stage_in", "span_from", "span_to", "span_unit"}
        return own | {"t", "cell_day"}


def indicators(folder: Folder, units: Periods, types: Collection[str], tables: Tables) -> None:
    """All KPI files that the catalogue consists of, and the rules of the service index."""
    before = len(folder.findings)
    quoted = _quoted(folder)
    counted = 0
    for file, document in _documents(folder):
        kpi = folder.valid(Kpi, document, file, str(document.get("id") or file.stem))
        if kpi is None:
            continue
        counted += 1
        _described(folder, file, kpi, units, quoted)
        _fed(folder, file, kpi, types)
        _counted(folder, file, kpi, tables)
    folder.counted["kpis"] = counted
    if len(folder.findings) == before:
        _as_a_whole(folder)


def _documents(folder: Folder) -> Iterator[tuple[Path, dict[str, Any]]]:
    try:
        files = list(chosen(PACKAGED, folder.path))
    except SettingsError as error:
        _said(folder, (folder.path or CATALOGUE) / FILE, error)
        return
    for file, changes in files:
        try:
            document = parse(file, read(file))
        except SettingsError as error:
            _said(folder, file, error)
            continue
        if document.get("id") != file.stem:
            folder.add(file, str(document.get("id")), f"id to be the name of the file, {file.stem}")
        yield file, {**document, **changes}


def _said(folder: Folder, file: Path, error: SettingsError) -> None:
    folder.add(file, "the file", str(error).removeprefix(f"{file}: "))


def _quoted(folder: Folder) -> Sequence[str]:
    """What names of documents contain whose words a KPI has to quote."""
    file, found = find(folder.path, DOCUMENTS), []
    for number, entry in folder.entries(file, "documents"):
        if isinstance(entry.get("named"), str):
            found.append(entry["named"])
        else:
            folder.add(file, f"documents {number}", "named, a part of the document's name")
    return found


def _described(folder: Folder, file: Path, kpi: Kpi, units: Periods, quoted: Sequence[str]) -> None:
    if kpi.owner not in units:
        folder.add(file, kpi.id, f"owner {kpi.owner or '(none)'} to be a unit of units.yaml")
    elif units[kpi.owner] and (ended := units[kpi.owner][-1].valid_to) is not None:
        folder.add(file, kpi.id, f"owner {kpi.owner} to exist, it ended on {ended}")
    if kpi.targets and not kpi.source.document.strip():
        folder.add(file, kpi.id, "source.document, the document that its target stands in")
    if not kpi.source.quote.strip() and any(each in kpi.source.document for each in quoted):
        folder.add(file, kpi.id, f"source.quote, the words of {kpi.source.document}")
    by = [(target.by, target.dim) for target in kpi.targets]
    for day, dim in sorted({each for each in by if by.count(each) > 1}, key=str):
        whose = f" of {dim}" if dim else ""
        folder.add(file, kpi.id, f"one target{whose} by {day}" if day else f"one target{whose} for all times")


def _fed(folder: Folder, file: Path, kpi: Kpi, types: Collection[str]) -> None:
    for name in kpi.feeds:
        if name not in BY_NAME:
            folder.add(file, kpi.id, f"feeds: {name} to be an event type of the contracts")
        elif name not in types:
            folder.add(file, kpi.id, f"feeds: a source that states {name}, sources.yaml has none")


def _counted(folder: Folder, file: Path, kpi: Kpi, tables: Tables) -> None:
    for name in ("flow", "stock", "distinct", "gauge", "quantile"):
        part = getattr(kpi, name)
        if part is None:
            continue
        if part.view not in tables.columns:
            folder.add(file, kpi.id, f"{name}.view: {part.view} to be a view of cases")
            continue
        known = tables.names(part)
        for field, column in _columns(part):
            if column not in known:
                folder.add(file, kpi.id, f"{name}.{field}: {column} to be a column of {part.view}")
        for field, text in _expressions(part):
            if (wrong := unfinished(text)) is not None:
                folder.add(file, kpi.id, f"{name}.{field}: {wrong}")
            for each in unknown(text, known):
                folder.add(file, kpi.id, f"{name}.{field}: {each} to be a column of {part.view}")
    if kpi.baseline is not None and kpi.baseline not in folder.baselines:
        folder.add(file, kpi.id, f"baseline {kpi.baseline} to stand in baselines.yaml")


def _columns(part: Flow | Stock | Distinct | Gauge | Quantile) -> Iterator[tuple[str, str]]:
    for field in ("day", "unit", "person"):
        column = getattr(part, field, None)
        # What the centre measures of itself has no units: there the default is not meant.
        if column is not None and (field, column) != ("unit", "unit"):
            yield field, column


def _expressions(part: Flow | Stock | Distinct | Gauge | Quantile) -> Iterator[tuple[str, str]]:
    for field in ("where", "numerator", "denominator", "cases", "dim", "of", "weight"):
        text = getattr(part, field, None)
        if text is not None:
            yield field, text


def _as_a_whole(folder: Folder) -> None:
    """What only shows when all files are taken together: pillars of scores, the rules of QĐ 766."""
    for load, name in ((Kpis.load, "kpis"), (qd766.load, "qd766.yaml")):
        try:
            load(folder.path)
        except SettingsError as error:
            folder.add(CATALOGUE / name, "the file", str(error))
