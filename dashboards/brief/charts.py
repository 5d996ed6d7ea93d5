"""Trends as pictures, drawn without a display in a font with every Vietnamese letter."""

import io
from datetime import date, timedelta
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dashboards.brief.model import Chart
from dashboards.style import PALETTES
from ioc.messages import say
from ioc.messages.formats import number

WIDTH_IN, HEIGHT_IN, DPI = 2.6, 1.5, 200
_LIGHT = PALETTES["light"]
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 6.5,
    "axes.edgecolor": _LIGHT["edge"],
    "text.color": _LIGHT["ink"],
    "xtick.color": _LIGHT["soft"],
    "ytick.color": _LIGHT["soft"],
    "axes.unicode_minus": True,
}


def png(chart: Chart) -> bytes:
    """The chart as a PNG of `WIDTH_IN` × `HEIGHT_IN` inches."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained")
        canvas: Any = FigureCanvasAgg(figure)
        _draw(figure.add_subplot(), chart)
        made = io.BytesIO()
        canvas.print_png(made, metadata={"Software": None})
    return made.getvalue()


def _draw(axes: Axes, chart: Chart) -> None:
    mondays = [monday.toordinal() for monday, _ in chart.points]
    values = [float("nan") if value is None else value for _, value in chart.points]
    axes.plot(mondays, values, color=_LIGHT["info"], linewidth=1.4, marker="o", markersize=2.4)
    if chart.target is not None:
        axes.axhline(chart.target, color=_LIGHT["good"], linewidth=0.9, linestyle="--")
        axes.annotate(
            say("brief.chart_target", target=f"{number(chart.target)}{chart.measure}"),
            (0.01, chart.target),
            xycoords=("axes fraction", "data"),
            xytext=(0, -7),
            textcoords="offset points",
            color=_LIGHT["good"],
            fontsize=5.5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.3},
        )
    axes.set_title(chart.title, fontsize=7, loc="left", fontweight="bold")
    axes.margins(x=0.03, y=0.18)
    axes.grid(axis="y", color=_LIGHT["edge"], linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda at, _: _short(at)))
    axes.set_xticks(mondays[:: max(len(mondays) // 4, 1)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _week(at)))


def _short(value: float) -> str:
    return number(value, 0 if value == int(value) else 1)


def _week(ordinal: float) -> str:
    """`16/11`: the Monday of the week."""
    return f"{date.min + timedelta(days=int(ordinal) - 1):%d/%m}"
