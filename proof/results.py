"""What one run gave, and the judgement of it: never a pass without evidence that the fault bit."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from proof.harness.memory import Memory
from proof.oracle import checker
from proof.oracle.sending import Load
from proof.scene import Fault, Findings, Scene

INVARIANTS = tuple(f"I{n}" for n in range(1, 11))
PASS, FAIL, UNVERIFIED, SKIPPED = "PASS", "FAIL", "UNVERIFIED", "SKIPPED"
SHOWN = 5
MIB = 1 << 20
LIMITS_MIB = {"clickhouse": 1500, "kafka": 900, "gateway": 450, "worker": 600, "reducer": 800, "wall": 500}
"""Resident memory that no process may exceed in a run."""
NO_WALL = "the fault lasts less than the 30 s after which a wall must say so"


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


def judge(scene: Scene, fault: Fault, result: Result, findings: Findings, settled_s: float) -> None:
    """Add what the run itself showed to the checker's findings, and a word for each invariant.

    `settled_s`: from the end of the fault until everything had landed; negative: never.
    """
    _bounds(scene, result.numbers.get("peak_mib", {}), findings)
    # The next fault of a group begins at once, and what it breaks is not this one's doing.
    _recovery(30.0 * (1 + fault.together) + scene.outage_s / 2, settled_s, findings)
    result.evidence = scene.evidence
    result.numbers |= scene.numbers
    for invariant, more in scene.more.items():
        findings[invariant] = findings.get(invariant, []) if invariant not in fault.waived else []
        findings[invariant] += more
    for invariant in INVARIANTS:
        wrong = findings.get(invariant)
        if wrong and (invariant not in fault.waived or invariant in scene.more):
            result.invariants[invariant] = FAIL
            more = [f"… {len(wrong)} in all"] if len(wrong) > SHOWN else []
            result.findings[invariant] = [*wrong[:SHOWN], *more]
        elif invariant in fault.waived or wrong is None:
            result.invariants[invariant] = SKIPPED
        else:
            result.invariants[invariant] = PASS if scene.evidence else UNVERIFIED
    if result.invariants["I9"] == SKIPPED:
        result.numbers["I9"] = NO_WALL


def _bounds(scene: Scene, peaks: dict[str, int], findings: Findings) -> None:
    found = findings.setdefault("I8", [])
    for process, peak in peaks.items():
        limit = LIMITS_MIB.get(process.partition("-")[0], 1500)
        if peak > limit:
            found.append(f"{process} held {peak} MiB, limit {limit}")
    found += [f"an answer that explains nothing: {answer}" for answer in scene.load.tally.unexplained]
    if scene.load.given_up:
        found.append(f"{scene.load.given_up} events had no receipt in time")


def _recovery(allowed: float, settled_s: float, findings: Findings) -> None:
    found = findings.setdefault("I10", [])
    if settled_s < 0:
        found.append("the backlog was not landed in time")
    elif settled_s > allowed:
        found.append(f"lag 0 after {settled_s:.1f} s, allowed {allowed:.1f} s")


def numbers(case: checker.Case, load: Load, settled_s: float, memory: Memory) -> dict[str, Any]:
    """What was counted in a run, for its entry."""
    verdicts = Counter(row.verdict for row in case.found.rows)
    return {
        "events": len(case.history.events),
        "sent": sum(case.history.sends.values()),
        "receipts": sum(map(len, case.history.receipts.values())),
        "ambiguous_answers": sum(case.history.ambiguous.values()),
        "refused": sum(map(len, case.history.refused.values())),
        "kafka_records": len(case.found.records),
        "ledger": dict(verdicts),
        "lag_0_after_s": round(settled_s, 1),
        "slowest_answer_s": round(load.tally.slowest_s, 2),
        "answers": dict(load.tally.answers.most_common()),
        "peak_mib": {name: peak // MIB for name, peak in memory.peaks.items()},
    }
