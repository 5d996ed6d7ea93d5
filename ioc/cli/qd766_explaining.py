"""`ioc qd766 explain`: a unit's score by QĐ 766 for a period, line by line, beside the published one."""

from collections.abc import Mapping
from contextlib import closing
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

NOTHING = "–"


def explain(
    period: Annotated[str, typer.Option("--period", help="2026-10, 2026-Q3 or 2026.")],
    unit: Annotated[str, typer.Option("--unit", help="Code of the unit; default: the organisation.")] = "",
    metric: Annotated[
        str, typer.Option("--metric", help="Also the cases and events behind this line, such as 2.1.")
    ] = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Counts and points of each line, what one more good case brings, and the official score beside them."""
    document = _asked(period, unit, metric, data)
    if as_json:
        print_json(document)
    else:
        _table(document)


def _asked(text: str, unit: str, metric: str, data: Any) -> dict[str, Any]:
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from ioc.errors import SettingsError
    from ioc.periods import Period
    from ioc.qd766 import load
    from ioc.reference import Catalogue
    from storage import official
    from storage.client import Store
    from storage.composites import qd766
    from storage.composites.qd766_explained import cases, document

    try:
        period = Period.parse(text)
    except SettingsError as error:
        fail(f"--period: {error}", 2)
    settings = attached(data)
    catalogue = Catalogue.load(settings.catalogue)
    unit = unit or settings.tenant
    if unit not in catalogue.units.codes:
        fail(f"no unit {unit!r} in units.yaml; expected a code such as {settings.tenant}", 2)
    rules = load(settings.catalogue)
    if period.last < rules.first:
        fail(f"--period {period.name}: no rule of qd766.yaml holds; the first hold from {rules.first}", 2)
    now = round(SystemClock().now().timestamp() * 1000)
    span = qd766.span_of(period, now)
    lines = {line.metric.id: line for line in rules.on(span.last)}
    if metric and metric not in lines:
        fail(f"no line {metric!r} in qd766.yaml; expected one of {', '.join(lines)}", 2)
    with closing(Store(settings.clickhouse)) as store:
        (score,) = qd766.scores(store, rules, span, settings.tenant, unit)
        published = official.of_unit(store, settings.tenant, period.name, unit)
        behind = cases(store, lines[metric], span, settings.tenant, unit) if metric else []
        reach, fresh = _trusted(store, settings, catalogue, unit, span)
    made = document(score, rules, published)
    if reach is None:  # no source was ever heard of: nothing is known, which is not a score
        made |= {"points": None, "band": None, "difference": None}
    if metric:
        made |= {"metric": metric, "cases": behind}
    dated = {"period": period.name, "start": span.start.isoformat(), "last": span.last.isoformat()}
    return {**made, **dated, "as_of": reach, "fresh": fresh}


def _trusted(store: Any, settings: Any, catalogue: Any, unit: str, span: Any) -> tuple[str | None, bool]:
    """As of when the counts hold, and whether they are as recent as they should be."""
    from datetime import UTC, datetime

    from ioc.kpis import Kpis
    from storage import published, trust
    from storage.windows import Window

    kpi = Kpis.load(settings.catalogue)["service_index_766"]
    heard = trust.heard(store, catalogue, settings.tenant)
    said = trust.trust(kpi, unit, heard, catalogue, span.last, span.now)
    tick = trust.last_tick(store)
    reach = published.reach(said, tick)
    fresh = published.fresh(said, tick, Window("period", span.start, span.last, span.t), span.now)
    if reach is None:
        return None, fresh
    at = datetime.fromtimestamp(reach / 1000, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z"), fresh


def _table(document: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    old = "" if document["fresh"] else "  DỮ LIỆU CŨ"
    table = Table(
        title=f"{document['document']}: {document['unit']}, kỳ {document['period']}{old}",
        title_justify="left",
    )
    for name in ("Nhóm", "Chỉ tiêu", "Tên"):
        table.add_column(name)
    for name in ("Tử số", "Mẫu số", "Điểm", "Tối đa", "Thêm 1 đạt", "Công bố", "Lệch"):
        table.add_column(name, justify="right")
    table.add_column("Hiệu lực từ")
    for group in document["groups"]:
        shown = (shown_points(group[name]) for name in ("points", "maximum"))
        beside = (shown_points(group["official"]), _signed(group["difference"]))
        table.add_row(group["name"], "", "", "", "", *shown, "", *beside, "", style="bold")
        for line in (each for each in document["lines"] if each["group"] == group["id"]):
            table.add_row("", line["metric"], line["name"], *_cells(line), _day(line["valid_from"]))
        table.add_section()
    Console(width=180).print(table)
    band = f" ({document['band']})" if document["band"] else ""
    said = f"công bố {shown_points(document['official'])}, lệch {_signed(document['difference'])}"
    say(f"Tổng: {shown_points(document['points'])} / {shown_points(document['maximum'])} điểm{band}; {said}")
    for line in document["lines"]:
        if line["missing"]:
            say(f"  {line['metric']} không có điểm: {line['missing']}")
    if "metric" in document:
        say(f"Chỉ tiêu {document['metric']}: {len(document['cases'])} trường hợp")
        for case in document["cases"]:
            counts = f"{case['numerator']}/{case['denominator']}"
            events = " ".join(case["events"])
            say(f"  {_day(case['day'])}  {case['unit']}  {counts}  {case['subject']}  {events}")


def _cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    counts = tuple(NOTHING if line[n] is None else _grouped(line[n]) for n in ("numerator", "denominator"))
    points = tuple(shown_points(line[name]) for name in ("points", "maximum"))
    gain = NOTHING if line["one_more"] is None else f"+{line['one_more']:.4f}".replace(".", ",")
    return *counts, *points, gain, shown_points(line["official"]), _signed(line["difference"])


def shown_points(number: float | None) -> str:
    """`19,57`, or a dash without data."""
    return NOTHING if number is None else f"{number:.2f}".replace(".", ",")


def _signed(number: float | None) -> str:
    return NOTHING if number is None else f"{number:+.2f}".replace(".", ",")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"
