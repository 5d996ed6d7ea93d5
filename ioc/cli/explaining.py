"""What `ioc explain` prints: the cases behind a number, or the points behind a score."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ioc.cli.output import say

if TYPE_CHECKING:
    from ioc.cli.values import Asked


def document(asked: "Asked") -> dict[str, Any]:
    """The document of `ioc explain`."""
    from storage import explaining

    tenant, found = asked.settings.tenant, asked.found()
    cases = explaining.explain(
        asked.store, asked.kpi, asked.window, tenant=tenant, unit=asked.unit, dim=asked.dim, now=asked.now
    )
    out_of = explaining.out_of(asked.store, asked.kpi, asked.window, tenant=tenant, unit=asked.unit)
    return {
        "kpi": asked.kpi.id,
        "unit": asked.unit,
        "window": asked.window.name,
        "numerator": found.numerator if found else 0,
        "denominator": found.denominator if found else 0,
        "cases": [
            {
                "subject": case.subject,
                "unit": case.unit,
                "day": case.day.isoformat(),
                "numerator": case.numerator,
                "denominator": case.denominator,
                "events": list(case.events),
            }
            for case in cases
        ],
        "baseline": asdict(out_of) if out_of else None,
        **_composite(asked),
    }


def _composite(asked: "Asked") -> dict[str, Any]:
    """Pillars and parts of a score; of an index by rules, where it is explained."""
    from storage.composites import dx_explained

    if asked.kpi.composite is not None and asked.kpi.score is None:
        start = asked.window.start
        period = f"{start:%Y-%m}" if asked.window.name == "month" else f"{start:%Y}"
        return {"explained_by": f"ioc qd766 explain --unit {asked.unit} --period {period}"}
    return dx_explained.explain(
        asked.store,
        asked.kpi,
        asked.window,
        asked.kpis,
        asked.catalogue,
        tenant=asked.settings.tenant,
        unit=asked.unit,
    )


def in_words(document: Mapping[str, Any]) -> None:
    """The same for a person."""
    from storage.composites import dx_explained

    say(f"{document['kpi']} {document['unit']}: {document['numerator']} / {document['denominator']}")
    for case in document["cases"]:
        numbers = f"{case['numerator']}/{case['denominator']}"
        say(f"{case['day']}  {case['unit']}  {numbers}  {case['subject']}  {' '.join(case['events'])}")
    if document["baseline"]:
        say("mẫu số tham chiếu: {name} = {value}".format_map(document["baseline"]))
    if "explained_by" in document:
        say(f"xem: {document['explained_by']}")
    for line in dx_explained.lines(document) if "pillars" in document else ():
        say(line)
