"""Reading records of which one may kill the process: found by its deaths, set aside at the third."""

import logging
from collections.abc import Sequence

from ioc.contracts import Reason, Rules
from streams.land.judge import Record, Row, read_all, unread_row
from streams.land.marks import DEATHS, IN_A_ROW, Marks
from streams.land.resume import Stop, Stopped
from streams.land.trial import TrialFailed, deadly

_log = logging.getLogger("ioc.land")


class Wary:
    """Reads one partition's records for `Reading`."""

    def __init__(self, marks: Marks, rules: Rules, topic: str) -> None:
        self._marks = marks
        self._rules = rules
        self._topic = topic

    async def tried(self, records: Sequence[Record]) -> None:
        """If somebody died reading among these, find in another process of which; then only he has died."""
        marks = self._marks
        if not marks.doubt(records[0].offset, records[-1].offset):
            return
        open_ = [each for each in records if marks.deaths(each.offset) < DEATHS]
        try:
            found = await deadly(open_, self._rules, self._topic) if open_ else []
        except TrialFailed as error:
            _log.warning("%s: %s; the records are tried here", self._topic, error)
            return
        for offset in found:
            marks.died(offset)

    def read(self, records: Sequence[Record], into: list[Row]) -> None:
        """Read these behind each other. Raises `Stopped`; what was read before is in `into`."""
        marks, first, last = self._marks, records[0].offset, records[-1].offset
        if marks.doubt(first, last):
            for record in records:
                into.append(self._alone(record))
            marks.through(last)
            return
        marks.begin(first, last)
        into += read_all(records, self._rules, self._topic)
        marks.end()

    def _alone(self, record: Record) -> Row:
        marks, offset = self._marks, record.offset
        if marks.deaths(offset) >= DEATHS:
            return self._set_aside(record)
        marks.begin(offset, offset)
        (row,) = read_all([record], self._rules, self._topic)
        marks.end()
        marks.passed(offset)
        return row

    def _set_aside(self, record: Record) -> Row:
        marks, offset = self._marks, record.offset
        if marks.aside_before(offset) >= IN_A_ROW:
            reason = f"{IN_A_ROW + 1} records one behind the other kill the process that reads them"
            raise Stopped(Stop(reason, offset, offset, "killing"))
        _log.error("%s: record %d is set aside (%s): the process died of it %d times",
                   self._topic, offset, Reason.crash_loop, marks.deaths(offset))  # fmt: skip
        return unread_row(record)
