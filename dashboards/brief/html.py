"""The briefing as one HTML file that asks for nothing from anywhere."""

import base64
from datetime import UTC
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from dashboards.brief import charts
from dashboards.brief.model import Brief
from dashboards.style import PALETTES
from ioc.messages import language, say

TEMPLATE = Path(__file__).with_name("brief.html.jinja")


def write(brief: Brief) -> bytes:
    """UTF-8. Every text is escaped: a reference is shown, never run."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pictures = [(each, base64.b64encode(charts.png(each)).decode()) for each in brief.charts]
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        brief=brief,
        pictures=pictures,
        palette=PALETTES["light"],
        say=say,
        language=language(),
        created=brief.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    return (text + "\n").encode()
