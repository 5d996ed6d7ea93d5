"""Put, fail, die, restart, replay in any order: every event is acknowledged, or waits, or is set aside."""

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ioc.contracts import Envelope, encode
from tests.unit.contracts.events import NOW, SOURCE
from tests.unit.spool.outlet import GONE, TOO_LARGE, Log, Spool, case


class AnyOrder(RuleBasedStateMachine):
    """Kafka answers as it likes; `owed` is what `put` returned for."""

    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spool-"))
        self.log = Log()
        self.spool = Spool(self.folder, self.log)
        self.owed: dict[str, Envelope] = {}

    def teardown(self) -> None:
        self.spool.file.close()
        shutil.rmtree(self.folder)

    @rule(numbers=st.lists(st.integers(1, 12), min_size=1, max_size=4), subject=st.integers(0, 2))
    def put(self, numbers: list[int], subject: int) -> None:
        events = [case(n * 3 + subject, subject) for n in numbers]
        self.spool.put(*events)
        self.owed |= {each.id: each for each in events}

    @rule(answers=st.lists(st.sampled_from(["yes", "gone", "never", "lost answer"]), max_size=6))
    def turn(self, answers: list[str]) -> None:
        told = iter(answers)

        def refuse(value: bytes) -> BaseException | None:
            answer = next(told, "yes")
            if answer == "lost answer":  # Kafka has it, and nobody hears of it
                self.log.records.append(("ioc.services", b"", value))
            return {"yes": None, "never": TOO_LARGE}.get(answer, GONE)

        self.log.refuse = refuse
        self.spool.sender.turn()

    @rule(away=st.booleans())
    def kafka_goes_or_comes(self, away: bool) -> None:
        self.log.away = away

    @rule()
    def die_and_start_again(self) -> None:
        self.spool = self.spool.again()

    @rule()
    def die_before_the_receipts_are_noted(self) -> None:
        def dies() -> None:
            raise SystemExit

        self.spool.sender._note = dies  # type: ignore[method-assign]
        with suppress(SystemExit):
            self.spool.sender.turn()
        self.spool = self.spool.again()

    @rule()
    def replay(self) -> None:
        self.spool.file.resend(NOW)

    @rule()
    def retry(self) -> None:
        self.spool.file.retry_refused()

    @rule()
    def time_passes(self) -> None:
        self.spool.clock.advance(timedelta(hours=13))

    @invariant()
    def nothing_is_lost_and_nothing_waits_twice(self) -> None:
        waiting = [entry.id for entry in self.spool.file.next(1000, NOW)]
        assert max(Counter(waiting).values(), default=0) <= 1
        refused = {each.id for each in self.spool.file.refusals()}
        assert not refused & set(waiting)
        in_kafka = {value for _, _, value in self.log.records}
        for name, event in self.owed.items():
            assert name in refused or name in waiting or encode(event) in in_kafka, name
        stands = self.spool.file.pending(self.spool.clock.now())
        assert (stands.count, stands.refused) == (len(waiting), len(refused))

    @invariant()
    def an_id_counts_once_as_handed_over(self) -> None:
        """What is set aside does not: Kafka will not see it."""
        sent = self.spool.file.sent(SOURCE)[0]
        gone = len(self.spool.file.refusals())
        assert (sent.total if sent else 0) == len(self.owed) - gone


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
