"""Counters of the gateway by source and outcome, as Prometheus text. Labels are codes only, never values."""

from collections import Counter

HELP = {
    "ioc_gateway_events_total": "Events by source and outcome (accepted or the code of the refusal).",
    "ioc_gateway_requests_total": "HTTP requests by status.",
    "ioc_gateway_rejections_unrecorded_total": "Refusals whose event.rejected could not be written to Kafka.",
}


class Counters:
    """Monotonic counters; written by the event loop only."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def add(self, name: str, by: int = 1, **labels: str) -> None:
        """Raise a counter of `HELP`."""
        self._counts[name, tuple(sorted(labels.items()))] += by

    def value(self, name: str, **labels: str) -> int:
        """Current count, 0 when it never happened."""
        return self._counts[name, tuple(sorted(labels.items()))]

    def text(self) -> str:
        """The exposition format 0.0.4."""
        lines: list[str] = []
        for name, meaning in HELP.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} counter"]
            rows = sorted((labels, count) for (of, labels), count in self._counts.items() if of == name)
            for labels, count in rows:
                inside = ",".join(f'{key}="{value}"' for key, value in labels)
                lines.append(f"{name}{{{inside}}} {count}" if inside else f"{name} {count}")
        return "\n".join(lines) + "\n"


def skew(seconds: float) -> str:
    """This machine's clock less Kafka's, as the lines of a gauge."""
    name = "ioc_clock_skew_seconds"
    meaning = "This machine's clock less Kafka's, which is taken when they differ."
    return f"# HELP {name} {meaning}\n# TYPE {name} gauge\n{name} {seconds:.3f}\n"
