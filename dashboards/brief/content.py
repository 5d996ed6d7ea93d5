"""From facts to a briefing: what needs a decision first, then the numbers, then what they rest on. Pure."""

from dashboards.brief import words
from dashboards.brief.backlog import table
from dashboards.brief.facts import Facts, Number
from dashboards.brief.matters import listed, matters
from dashboards.brief.model import Brief, Chart, Line, Section, Verdict
from dashboards.brief.verdicts import verdict
from ioc.kpis import Kpi
from ioc.messages import of, say

CHARTS = 3
NAMED = 6
"""Indicators of the same doubt, by name."""
LEAST_POINTS = 3
"""A trend of fewer weeks is no trend."""


def compose(facts: Facts) -> Brief:
    """The briefing that these facts are. The same facts give the same briefing."""
    own = {each.kpi: each for each in facts.numbers if each.unit == facts.unit}
    shown = {kpi: each for kpi, each in own.items() if _has(each)}
    documents = _documents(facts, shown)
    works, backlog, note = table(facts)
    return Brief(
        organisation=facts.organisation,
        title=say("brief.title", week=facts.week.number, year=facts.week.start.isocalendar().year),
        unit=facts.names.get(facts.unit, facts.unit),
        period=f"{facts.week.start:{words.DAY}} – {facts.week.last:{words.DAY}}",
        as_of=facts.as_of,
        as_of_said=words.moment(facts.as_of),
        freshness=_freshness(facts),
        matters=matters(facts, own),
        works=works,
        backlog=backlog,
        backlog_note=note,
        sections=_sections(facts, shown, documents),
        charts=_charts(facts),
        forecasts=_forecasts(facts),
        doubts=_doubts(facts, own),
        sources=tuple(f"[{number}] {document}" for document, number in documents.items()),
    )


def _has(number: Number) -> bool:
    return number.value is not None or number.before is not None or number.hidden


def _freshness(facts: Facts) -> Verdict:
    """Whether the sources speak, in one line."""
    silent = sum(each.state == "silent" for each in facts.sources)
    heard = sum(each.state != "never" for each in facts.sources)
    if not heard:
        return Verdict("brief.never_heard", "old")
    if silent:
        return Verdict("brief.silent", "old", (("n", silent), ("of", heard)))
    return Verdict("brief.heard", "good", (("n", heard), ("of", heard)))


def _parts(document: str) -> list[str]:
    return [part.strip() for part in document.split(";") if part.strip()]


def _documents(facts: Facts, shown: dict[str, Number]) -> dict[str, int]:
    """The documents that the KPIs shown rest on, numbered as they are first met in the tables."""
    found: dict[str, int] = {}
    for domain in words.DOMAINS:
        for kpi in _of(facts, shown, domain):
            for part in _parts(kpi.source.document):
                found.setdefault(part, len(found) + 1)
    return found


def _of(facts: Facts, shown: dict[str, Number], domain: str) -> list[Kpi]:
    return [kpi for kpi in facts.kpis.values() if kpi.domain == domain and kpi.id in shown]


def _sections(facts: Facts, shown: dict[str, Number], documents: dict[str, int]) -> tuple[Section, ...]:
    """One table a domain, in the order of `words.DOMAINS`."""
    sections = []
    for domain in words.DOMAINS:
        lines = tuple(_line(facts, kpi, shown[kpi.id], documents) for kpi in _of(facts, shown, domain))
        if lines:
            sections.append(Section(say(f"domain.{domain}"), lines))
    return tuple(sections)


def _line(facts: Facts, kpi: Kpi, number: Number, documents: dict[str, int]) -> Line:
    cited = sorted(documents[part] for part in _parts(kpi.source.document))
    return Line(
        name=say("brief.yearly", name=of(kpi.name)) if number.yearly else of(kpi.name),
        value=words.value(kpi, number.value),
        target=words.target(kpi, facts.week.last),
        change=words.change(kpi, number.value, number.before),
        cases=words.NOTHING if number.hidden else words.count(number.cases),
        verdict=verdict(kpi, number, facts.week.last),
        sources=" ".join(f"[{each}]" for each in cited),
    )


def _charts(facts: Facts) -> tuple[Chart, ...]:
    charts = []
    for name, points in facts.trends.items():
        kpi = facts.kpis[name]
        known = [value for _, value in points if value is not None]
        if len(known) < LEAST_POINTS:
            continue
        first, last = words.value(kpi, known[0]), words.value(kpi, known[-1])
        span = say("brief.span", first=first, last=last)
        said = say("brief.trend", name=of(kpi.name), n=len(points), span=span)
        charts.append(
            Chart(of(kpi.name), tuple(points), kpi.target(facts.week.last), words.measure(kpi), said)
        )
    return tuple(charts[:CHARTS])


def _forecasts(facts: Facts) -> tuple[str, ...]:
    """One sentence for each dated target: those that will be missed first."""
    said = {"off_pace": say("brief.off_pace"), "on_pace": say("brief.on_pace")}
    lines = []
    for status, verdict_word in said.items():
        for each in facts.forecasts:
            if each.status == status and each.expected is not None and each.kpi in facts.kpis:
                kpi = facts.kpis[each.kpi]
                lines.append(
                    say(
                        "brief.forecast",
                        verdict=verdict_word,
                        name=of(kpi.name),
                        target=words.plain(kpi, each.target),
                        day=f"{each.deadline:{words.DAY}}",
                        expected=words.value(kpi, each.expected),
                        span=_span(kpi, each.low, each.high),
                    )
                )
    return tuple(lines)


def _span(kpi: Kpi, low: float | None, high: float | None) -> str:
    return f"{words.value(kpi, low)} – {words.value(kpi, high)}"


def _doubts(facts: Facts, own: dict[str, Number]) -> tuple[str, ...]:
    """What the numbers cannot be trusted for."""
    doubts = []
    for each in facts.sources:
        if each.state == "silent" and each.last_at is not None:
            doubts.append(say("brief.silent_since", name=each.name, at=words.moment(each.last_at)))
    never = [each.name for each in facts.sources if each.state == "never"]
    if never:
        doubts.append(say("brief.never", n=len(never), names=", ".join(never)))
    doubts += _partly_covered(facts, own)
    missing = [
        of(kpi.name)
        for kpi in facts.kpis.values()
        if not kpi.gauge and not (kpi.id in own and _has(own[kpi.id]))
    ]
    if missing:
        doubts.append(say("brief.missing", names=", ".join(missing)))
    return tuple(doubts)


def _partly_covered(facts: Facts, own: dict[str, Number]) -> list[str]:
    """Indicators for which not all units have a source that speaks, those of the same coverage together."""
    grouped: dict[tuple[int, int], list[str]] = {}
    for kpi, number in own.items():
        if _has(number) and 0 < number.covered < number.expected:
            grouped.setdefault((number.covered, number.expected), []).append(of(facts.kpis[kpi].name))
    return [
        say("brief.covered", n=covered, of=expected, names=listed(names, NAMED))
        for (covered, expected), names in sorted(grouped.items())
    ]
