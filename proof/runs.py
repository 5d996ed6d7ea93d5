"""One run: load, fault, quiet, judgement."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

from proof.harness.memory import Memory
from proof.harness.proxy import FaultProxy
from proof.harness.stack import ROOT, Stack, StackFailed, free_ports, until
from proof.oracle import checker
from proof.oracle.asking import Asked, Base
from proof.oracle.events import Events
from proof.oracle.journal import Journal, read
from proof.oracle.sending import Load
from proof.scene import Fault, Findings, Scene

INVARIANTS = tuple(f"I{n}" for n in range(1, 11))
PASS, FAIL, UNVERIFIED, SKIPPED = "PASS", "FAIL", "UNVERIFIED", "SKIPPED"
LEAD, TAIL = 60, 60
"""Events with a receipt before the fault begins, and after it ended."""
SETTLE_S = 240.0
VALUES_S = 90.0
SHOWN = 5
MIB = 1 << 20
LIMITS_MIB = {"clickhouse": 1500, "kafka": 900, "gateway": 450, "worker": 600, "reducer": 800, "wall": 500}
"""Resident memory that no process may exceed in a run."""
Say = Callable[[str], None]


@dataclass
class Result:
    """What one run gave; becomes one entry of the verdict file."""

    fault: str
    title: str
    seed: int
    load: str
    invariants: dict[str, str] = field(default_factory=dict)
    findings: Findings = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""
    seconds: float = 0.0

    @property
    def outcome(self) -> str:
        """The worst that any invariant has; PASS needs at least one that passed."""
        said = set(self.invariants.values())
        for worst in (FAIL, UNVERIFIED):
            if worst in said:
                return worst
        return PASS if PASS in said else SKIPPED

    @property
    def again(self) -> str:
        """The line that runs it again."""
        return f"python -m proof run {self.fault} --seed {self.seed}"


class Ground:
    """A stack and the journals of all that was sent to it; made when first needed, and anew when spoilt.

    `hurried`: expected to fail; patience is short and nothing of a failed run is kept.
    """

    def __init__(self, port: int, *, tree: Path = ROOT, keep: bool = False, hurried: bool = False) -> None:
        self._first, self._tree, self._keep, self._hurried = port, tree, keep, hurried
        self.settle_s, self.values_s = (60.0, 30.0) if hurried else (SETTLE_S, VALUES_S)
        self._kind: tuple[int, bool, str] = (1, False, "")
        self._stack: Stack | None = None
        self.journals: list[Path] = []

    def stack(self, fault: Fault, say: Say) -> Stack:
        """A stack as this fault needs it: the present one, if it is of that kind."""
        kind = fault.workers, fault.store_proxied, fault.tmpfs
        if self._stack is not None and kind != self._kind:
            self.spoil(keep=False)
        if self._stack is None:
            port = free_ports(14, self._first)
            say(f"  stack on ports {port}-{port + 13}")
            workers, proxied, volume = self._kind = kind
            home = Path(tempfile.mkdtemp(prefix="proof-"))
            self._stack = Stack(
                home, port, tree=self._tree, workers=workers, store_proxied=proxied, tmpfs=volume
            )
            self.journals = []
            self._stack.start()
        return self._stack

    def spoil(self, *, keep: bool) -> str:
        """End this stack; the next run gets another. Where its logs are kept, if they are."""
        stack, self._stack = self._stack, None
        if stack is None:
            return ""
        stack.stop()
        if (keep or self._keep) and not self._hurried:
            return str(stack.home)
        stack.remove()
        return ""

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.spoil(keep=False)


def run(fault: Fault, seed: int, ground: Ground, say: Say) -> Result:
    """Run one fault and judge what became of every event."""
    begun = time.monotonic()
    result = Result(fault.id, fault.title, seed, _load_text(fault))
    missing = fault.needs()
    if missing:
        result.skipped = missing
        result.invariants = dict.fromkeys(INVARIANTS, SKIPPED)
        return result
    try:
        _run(fault, ground, result, say)
    except (StackFailed, OSError) as error:
        result.findings.setdefault("I10", []).append(str(error))
        result.invariants = {**dict.fromkeys(INVARIANTS, UNVERIFIED), "I10": FAIL}
    result.seconds = round(time.monotonic() - begun, 1)
    failed = result.outcome in (FAIL, UNVERIFIED)
    if failed or fault.spoils:
        kept = ground.spoil(keep=failed)
        if kept:
            say(f"    logs and journals: {kept}")
    return result


def _load_text(fault: Fault) -> str:
    one = ", one request at a time" if fault.alone else ""
    return f"{fault.rate:g} events/s from 3 sources, 8 types{one}"


def _run(fault: Fault, ground: Ground, result: Result, say: Say) -> None:
    stack = ground.stack(fault, say)
    asked = stack.asked()
    name = f"{fault.id}-{result.seed}-{len(ground.journals)}"
    journal = Journal(stack.home / "journals" / f"{name}.ndjson")
    ground.journals.append(journal.path)
    _, base = _settled(asked, time.monotonic(), SETTLE_S)
    proxy = FaultProxy(stack.port + 12, stack.gateway_port, result.seed).start()
    events = Events(result.seed, name, days=fault.days)
    load = Load(events, journal, stack.keys, proxy.port, rate=fault.rate, alone=fault.alone, bad=fault.bad)
    scene = Scene(stack, asked, events, journal, load, random.Random(result.seed), proxy, base=base)
    memory = Memory(stack)
    try:
        clock = [time.monotonic()]
        load.start()
        memory.start()
        if not load.wait_accepted(LEAD):
            raise StackFailed(f"no receipts before the fault began: {dict(load.tally.answers)}")
        fault.act(scene)
        clock.append(ended := time.monotonic())
        load.wait_accepted(TAIL)
        load.stop()
        settled, ends = _settled(asked, ended, ground.settle_s) if fault.settles else (0.0, asked.ends())
        clock.append(time.monotonic())
    finally:
        memory.stop()
        load.stop()
        proxy.stop()
        journal.close()
    found = asked.found(base, name, ends)
    case = checker.Case(
        read([journal.path]), read(ground.journals).events, found, base, name, copies=fault.copies
    )
    clock.append(time.monotonic())
    late = [each for each in ("I5", "I7") if each not in fault.waived]
    findings = _wait_for_values(asked, case, late, ground.values_s)
    clock.append(time.monotonic())
    spans = (after - before for before, after in pairwise(clock))
    phases = ("fault", "settling", "reading", "values")
    result.numbers["seconds"] = {name: round(span, 1) for name, span in zip(phases, spans, strict=True)}
    if fault.after is not None:
        fault.after(scene, found)
    _bounds(scene, memory, findings)
    _recovery(scene, settled, findings)
    result.evidence = scene.evidence
    result.numbers |= {**_numbers(case, load, settled, memory), **scene.numbers}
    for invariant, more in scene.more.items():
        findings[invariant] = findings.get(invariant, []) if invariant not in fault.waived else []
        findings[invariant] += more
    _judge(fault, scene, findings, result)


def _settled(asked: Asked, since: float, patience_s: float) -> tuple[float, Base]:
    """Seconds from `since` until every record that Kafka held then has its row, and the ends it had.

    Negative: never within the patience.
    """
    ends: Base = {}

    def level() -> bool:
        try:
            if not ends:
                ends.update(asked.ends())
            landed = asked.landed()
        except Exception:  # the store or the broker may still be coming back: asked again
            return False
        return all(landed.get(place, 0) >= end for place, end in ends.items())

    level_in_time = until(level, patience_s, 0.5)
    return (time.monotonic() - since if level_in_time else -1.0), ends or asked.ends()


def _wait_for_values(asked: Asked, case: checker.Case, late: Sequence[str], patience_s: float) -> Findings:
    """The findings; those about cases and values once the reducer has caught up, or patience ends."""
    findings = checker.check(case)

    def equal() -> bool:
        case.found.cells, case.found.cases = asked.cells(), asked.cases(case.run)
        for invariant in late:
            findings[invariant] = list(checker.RULES[invariant](case))
        return not any(findings[invariant] for invariant in late)

    if any(findings[invariant] for invariant in late):
        until(equal, patience_s, 1.0)
    return findings


def _bounds(scene: Scene, memory: Memory, findings: Findings) -> None:
    found = findings.setdefault("I8", [])
    for process, peak in memory.peaks.items():
        if peak > LIMITS_MIB.get(process, 1500) * MIB:
            found.append(f"{process} held {peak // MIB} MiB, limit {LIMITS_MIB[process]}")
    found += [f"an answer that explains nothing: {answer}" for answer in scene.load.tally.unexplained]
    if scene.load.given_up:
        found.append(f"{scene.load.given_up} events had no receipt in time")


def _recovery(scene: Scene, settled: float, findings: Findings) -> None:
    allowed = 30.0 + scene.outage_s / 2
    found = findings.setdefault("I10", [])
    if settled < 0:
        found.append("the backlog was not landed in time")
    elif settled > allowed:
        found.append(f"lag 0 after {settled:.1f} s, allowed {allowed:.1f} s")


def _numbers(case: checker.Case, load: Load, settled: float, memory: Memory) -> dict[str, Any]:
    verdicts: dict[str, int] = {}
    for row in case.found.rows:
        verdicts[row.verdict] = verdicts.get(row.verdict, 0) + 1
    return {
        "events": len(case.history.events),
        "sent": sum(case.history.sends.values()),
        "receipts": sum(map(len, case.history.receipts.values())),
        "ambiguous_answers": sum(case.history.ambiguous.values()),
        "refused": sum(map(len, case.history.refused.values())),
        "kafka_records": len(case.found.records),
        "ledger": verdicts,
        "lag_0_after_s": round(settled, 1),
        "slowest_answer_s": round(load.tally.slowest_s, 2),
        "answers": dict(load.tally.answers.most_common()),
        "peak_mib": {name: peak // MIB for name, peak in memory.peaks.items()},
    }


SHORT = "the fault lasts less than the 30 s after which a wall must say so"


def _judge(fault: Fault, scene: Scene, findings: Findings, result: Result) -> None:
    """A result for each invariant. Never a pass without evidence that the fault bit."""
    for invariant in INVARIANTS:
        wrong = findings.get(invariant)
        if wrong and (invariant not in fault.waived or invariant in scene.more):
            result.invariants[invariant] = FAIL
            result.findings[invariant] = [
                *wrong[:SHOWN],
                *([f"… {len(wrong)} in all"] if len(wrong) > SHOWN else []),
            ]
        elif invariant in fault.waived or wrong is None:
            result.invariants[invariant] = SKIPPED
        else:
            result.invariants[invariant] = PASS if scene.evidence else UNVERIFIED
    if result.invariants["I9"] == SKIPPED:
        result.numbers["I9"] = SHORT
