"""A case's past as spans of time: from when to when something held, as columns of its row."""

from streams.reduce.state import Row
from streams.reduce.worktime import FAR


class Stages:
    """Spans of time, the last one without an end; each carries `width` values."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._starts: list[int] = []
        self._spans: list[list[object]] = []

    def begin(self, at: int, *values: object) -> None:
        """From now on these hold, in place of what began now or later. Without a change it goes on."""
        while self._starts and self._starts[-1] >= at:
            self._starts.pop()
            self._spans.pop()
        if self._spans:
            last = self._spans[-1]
            if last[2:] == [*values]:
                last[1] = FAR
                return
            last[1] = at
        self._starts.append(at)
        self._spans.append([at, FAR, *values])

    def columns(self) -> list[Row]:
        """stage_from, stage_to, then one column a value."""
        if not self._spans:
            return [[] for _ in range(self._width + 2)]
        return [list(column) for column in zip(*self._spans, strict=True)]
