"""Landing one partition, as a machine: which steps in which order, and nothing of how they are done.

No clock, no waiting, no I/O: it yields actions and is sent their answers (`actions.py`). `lane.py` drives it
on Kafka and store; `tests/unit/land/model.py` drives the same on pretended ones.
"""

from collections.abc import Sequence
from typing import Never

from ioc.contracts import Reason, Rules
from storage.ledger import REJECTED, Log
from streams.land import actions
from streams.land.actions import Gone, Refusal, Steps, do
from streams.land.block import Block
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, refused_row, settle, suspects
from streams.land.plan import Plan, checksum
from streams.land.resume import Committed, Held, Start, Stop, Stopped, planned, resume


class Landing:
    """One partition within one epoch; `known` may have been filled in an epoch before."""

    def __init__(self, log: Log, cluster_id: str, rules: Rules, known: IdentityFilter) -> None:
        self._log = log
        self._cluster_id = cluster_id
        self._rules = rules
        self._filter = known
        self._landed: int | None = None
        """Offset behind the last landed row, while it is not committed without a plan."""

    def run(self) -> Steps[Never]:
        """Resume, then land block after block. Raises `Stopped`."""
        yield from self.begin()
        while True:
            yield from self._step()

    def _step(self) -> Steps[None]:
        """A block or a pause. By itself, so that nothing holds a block while the next one is waited for."""
        found = yield from do(actions.Next())
        if found is None:
            yield from self.idle()
        else:
            rows = self._there(found)
            yield from self.land(rows)
            self._landed = rows[-1].offset + 1

    # Beginning

    def begin(self) -> Steps[None]:
        """Finish what was under way, learn what is known, and go to the next record. Raises `Stopped`."""
        committed = yield from do(actions.ReadCommit())
        start = yield from self._decided(committed)
        if start.redo is not None:
            yield from self._redo(start.redo, start.missing)
        yield from self._fill_filter(start.offset)
        yield from do(actions.Seek(start.offset))
        if committed != Committed(start.offset):
            self._landed = start.offset

    def _decided(self, committed: Committed | None) -> Steps[Start]:
        ends = yield from do(actions.ReadEnds())
        yield from self._confirmed()
        following = yield from do(actions.Following())
        plan = planned(committed)
        here: frozenset[int] = frozenset()
        if isinstance(plan, Plan):
            here = yield from do(actions.Present(plan.first, plan.last))
        given_up = yield from do(actions.Orders())
        decision = resume(committed, ends, Held(following, here), given_up)
        if isinstance(decision, Stop):
            raise Stopped(decision)
        return decision

    def _confirmed(self) -> Steps[None]:
        """Nothing of an earlier log of this partition is unaccounted for, or it is told before we go on."""
        left = yield from do(actions.Unconfirmed())
        if left is not None:
            raise Stopped(Stop(left.reason, left.first, left.last, "recreated", left.log.topic_id))

    def _fill_filter(self, below: int) -> Steps[None]:
        if self._filter.upto > below:
            self._filter.forget()
        packed = yield from do(actions.Identities(self._filter.upto, below))
        self._filter.load(packed, below)

    def _redo(self, plan: Plan, missing: frozenset[int] | None) -> Steps[None]:
        """Make the planned block again, byte for byte the same, and insert it or what is missing of it."""
        yield from self._fill_filter(plan.first)
        rows = self._there((yield from do(actions.Read(plan.first, plan.last))))
        if len(rows) != plan.count or checksum(row.value for row in rows) != plan.checksum:
            reason = "the records of a planned block are not the ones it was made of"
            raise Stopped(Stop(reason, plan.first, plan.last, "changed"))
        yield from self.land(rows, only=missing)
        here = yield from do(actions.Present(plan.first, plan.last))
        if len(here) < plan.count:
            reason = "the store took a block without keeping it"
            raise Stopped(Stop(reason, plan.first, plan.last, "changed"))
        if missing is not None or any(row.reason == Reason.crash_loop for row in rows):
            # Somebody may have read what is set aside now; the ledger has what he or we judged.
            self._filter.forget()

    def _there(self, found: Sequence[Row] | Gone) -> Sequence[Row]:
        if isinstance(found, Gone):
            at = self._filter.upto
            reason = "Kafka no longer has the next records"
            raise Stopped(Stop(reason, at, max(at, found.start - 1), "retention"))
        return found

    # Landing

    def land(self, rows: Sequence[Row], only: frozenset[int] | None = None) -> Steps[bool]:
        """Judge, plan and insert; of a block refused for its content the one row is found and set aside.

        `only`: the offsets of it that the ledger does not have. False: a row was set aside. Raises `Stopped`.
        """
        block = yield from self._judged(rows, half_there=only is not None)
        refusal = yield from self._insert(block, only)
        if refusal is None:
            self._filter.mark(block.counted(), block.plan.last + 1)
            yield from do(actions.Reached("C2"))
            return True
        if len(rows) == 1:
            yield from self._quarantine(rows[0], refusal.why)
        else:
            yield from self._divide(rows, only, refusal.at)
        return False

    def _divide(self, rows: Sequence[Row], only: frozenset[int] | None, blamed: int | None) -> Steps[None]:
        """Land the parts of rows of which the store refuses some: around the one that it blames, else halves.

        What remains when all before it was taken holds what is refused: it is divided without being tried
        whole. So also where the blame was false, however often, few attempts are made.
        """
        at = next((n for n, row in enumerate(rows) if row.offset == blamed), None)
        first, following = (len(rows) // 2,) * 2 if at is None else (at, at + 1)
        taken = not first or (yield from self.land(rows[:first], only))
        for row in rows[first:following]:
            taken = (yield from self.land([row], only)) and taken
        rest = rows[following:]
        if taken and len(rest) > 1:
            yield from self._divide(rest, only, None)
        elif rest:
            yield from self.land(rest, only)

    def _judged(self, rows: Sequence[Row], half_there: bool = False) -> Steps[Block]:
        hashes, below = [row.id_hash for row in rows], rows[0].offset
        if half_there:
            # What is there may have been read by somebody before it was set aside: the ledger knows its name.
            asked, below = suspects(rows, set(hashes)), rows[-1].offset + 1
        else:
            maybe = self._filter.maybe(hashes)
            asked = suspects(rows, maybe) if maybe else []
        known = (yield from do(actions.Known(asked, below))) if asked else {}
        return Block.of(self._log, self._cluster_id, rows, settle(rows, known))

    def _quarantine(self, row: Row, refusal: str) -> Steps[None]:
        refused = refused_row(row.offset, row.logged_at, row.value, Reason.store_refused, "", self._rules)
        block = yield from self._judged([refused])
        if (yield from self._insert(block, None)) is not None:
            stop = Stop(f"the store refuses this record: {refusal}", row.offset, row.offset, "refused")
            raise Stopped(stop)
        self._filter.mark((), row.offset + 1)

    def _insert(self, block: Block, only: frozenset[int] | None) -> Steps[Refusal | None]:
        """Say what will be inserted, then insert it; the store's refusal, if a row's content is refused."""
        if only is not None and not any(row.offset in only for row in block.rows):
            return None
        token = block.token if only is None else f"{block.token}/rest"
        yield from do(actions.Commit(block.plan.first, block.plan.metadata))
        yield from do(actions.Reached("C4"))
        refusal = yield from do(actions.Insert(block, only, token))
        if refusal is None:
            if REJECTED in block.verdicts:
                yield from do(actions.Reached("C3"))
            yield from do(actions.Reached("C6"))
        return refusal

    def idle(self) -> Steps[None]:
        """Nothing comes: commit behind the last block, so that nothing is under way any more."""
        if self._landed is not None:
            yield from do(actions.Commit(self._landed, ""))
            self._landed = None
            yield from do(actions.Reached("C7"))
