"""Runs: load, fault, quiet, judgement. Those that leave the stack as it was share the quiet."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proof.ground import Ground, Say
from proof.harness.memory import Memory
from proof.harness.proxy import FaultProxy
from proof.harness.stack import Stack, StackFailed, until
from proof.levels import Awaited, Levels
from proof.oracle import checker
from proof.oracle.asking import Asked, Base, Found
from proof.oracle.events import Events
from proof.oracle.journal import Journal, read
from proof.oracle.sending import Load
from proof.results import FAIL, INVARIANTS, SKIPPED, UNVERIFIED, Result, judge, numbers
from proof.scene import Fault, Findings, Scene

LEAD, TAIL = 60, 60
"""Events with a receipt before the fault begins, and after it ended."""
Work = Sequence[tuple[Fault, int]]


@dataclass
class Broken:
    """A fault that is over; what became of its events is not known yet."""

    fault: Fault
    scene: Scene
    memory: Memory
    result: Result
    awaited: Awaited
    took: dict[str, float]


@dataclass
class Read:
    """What became of its events, and what is wrong with it so far."""

    broken: Broken
    case: checker.Case
    findings: Findings


def groups(work: Work) -> Iterator[Work]:
    """Neighbours of one seed that may share the judgement, and every other by itself."""
    group: list[tuple[Fault, int]] = []
    for fault, seed in work:
        if group and not (fault.together and group[-1][0].together and group[-1][1] == seed):
            yield group
            group = []
        group.append((fault, seed))
    if group:
        yield group


def run(fault: Fault, seed: int, ground: Ground, say: Say) -> Result:
    """Run one fault and judge what became of every event."""
    (result,) = together([(fault, seed)], ground, say)
    return result


def together(work: Work, ground: Ground, say: Say) -> Iterator[Result]:
    """Run these one after the other on one stack, then judge each over its own events.

    What cannot be told apart, the cells that all of them touch, is said of each. When the stack itself
    fails, those that were not reached begin again on another one.
    """
    able = [(fault, seed) for fault, seed in work if not fault.needs()]
    for fault, seed in work:
        if missing := fault.needs():
            lacking = dict.fromkeys(INVARIANTS, SKIPPED)
            yield Result(fault.id, fault.title, seed, _load_text(fault), lacking, skipped=missing)
    if not able:
        return
    results = [Result(fault.id, fault.title, seed, _load_text(fault)) for fault, seed in able]
    reached = 0
    begun = time.monotonic()
    try:
        stack = ground.stack(able[0][0].kind, say)
        with Levels(stack.asked()) as levels:
            base = levels.now(ground.settle_s)
            done: list[Broken] = []
            for (fault, seed), result in zip(able, results, strict=True):
                reached += 1
                done.append(_broken(fault, seed, ground, stack, levels, base, result))
                base = done[-1].awaited.ends
                if len(able) > 1:
                    say(f"  {fault.id} is over, {done[-1].took}")
            _judged(done, stack.asked(), levels, ground)
    except (StackFailed, OSError) as error:
        reached = max(reached, 1)
        for result in results[:reached]:
            result.findings.setdefault("I10", []).append(str(error))
            result.invariants = dict.fromkeys(INVARIANTS, UNVERIFIED)
        results[reached - 1].invariants["I10"] = FAIL
    for result in results[:reached]:
        result.seconds = round((time.monotonic() - begun) / reached, 1)
    failed = any(result.outcome in (FAIL, UNVERIFIED) for result in results[:reached])
    spoilt = failed or any(fault.spoils for fault, _ in able)
    if spoilt and (kept := ground.spoil(keep=failed)):
        say(f"    logs and journals: {kept}")
    yield from results[:reached]
    if reached < len(able):
        yield from together(able[reached:], ground, say)


def _load_text(fault: Fault) -> str:
    one = ", one request at a time" if fault.alone else ""
    return f"{fault.rate:g} events/s from 3 sources, 8 types{one}"


def _broken(
    fault: Fault, seed: int, ground: Ground, stack: Stack, levels: Levels, base: Base, result: Result
) -> Broken:
    """Let events flow, break what is to be broken meanwhile, and stop when every publisher has its answer."""
    begun = time.monotonic()
    name = ground.name(fault, seed)
    journal = Journal(stack.home / "journals" / f"{name}.ndjson")
    proxy = FaultProxy(stack.port + 12, stack.gateway_port, seed).start()
    events = Events(seed, name, days=fault.days)
    load = Load(events, journal, stack.keys, proxy.port, rate=fault.rate, alone=fault.alone, bad=fault.bad)
    scene = Scene(stack, stack.asked(), events, journal, load, random.Random(seed), proxy, base=base)
    memory = Memory(stack)
    try:
        load.start()
        memory.start()
        if not load.wait_accepted(LEAD):
            raise StackFailed(f"no receipts before the fault began: {dict(load.tally.answers)}")
        fault.act(scene)
        ended = time.monotonic()
        load.wait_accepted(TAIL)
        for told in scene.beside:
            told()
        load.stop()
        awaited = levels.awaits(scene.asked.ends(), ended, settles=fault.settles)
    finally:
        memory.stop()
        load.stop()
        proxy.stop()
        journal.close()
    ground.told(read([journal.path]))
    took = {"fault": round(ended - begun, 1), "sending": round(time.monotonic() - ended, 1)}
    return Broken(fault, scene, memory, result, awaited, took)


def _judged(done: Sequence[Broken], asked: Asked, levels: Levels, ground: Ground) -> None:
    """Once all has landed: read it, check each run over its own records, wait for the values."""
    levels.wait(ground.settle_s)
    begun = time.monotonic()
    found = asked.found(done[0].scene.base, done[-1].awaited.ends)
    all_read = [_read(each, found, asked, ground) for each in done]
    read_at = time.monotonic()
    _wait_for_values(all_read, asked, ground.values_s)
    took = {"reading": round(read_at - begun, 1), "values": round(time.monotonic() - read_at, 1)}
    for one in all_read:
        fault, scene, settled_s = one.broken.fault, one.broken.scene, one.broken.awaited.after_s
        counted = numbers(one.case, scene.load, settled_s, one.broken.memory)
        one.broken.result.numbers = {"seconds": {**one.broken.took, **took}, **counted}
        if fault.after is not None:
            fault.after(scene, one.case.found)
        judge(scene, fault, one.broken.result, one.findings, settled_s if fault.settles else 0.0)


def _read(broken: Broken, found: Found, asked: Asked, ground: Ground) -> Read:
    scene, run_ = broken.scene, broken.scene.events.run
    part = found.between(scene.base, broken.awaited.ends)
    part.checksum, part.cases = asked.checksum(run_), asked.cases(run_)
    history = read([scene.journal.path])
    case = checker.Case(history, ground.cells, part, scene.base, run_, copies=broken.fault.copies)
    return Read(broken, case, checker.check(case))


def _wait_for_values(done: Sequence[Read], asked: Asked, patience_s: float) -> None:
    """Look again at cases and values until the reducer has caught up, or patience ends."""

    def behind() -> list[tuple[Read, str]]:
        return [
            (each, name)
            for each in done
            for name in ("I5", "I7")
            if name not in each.broken.fault.waived and each.findings[name]
        ]

    def equal() -> bool:
        cells = asked.cells()
        for each, name in behind():
            each.case.found.cells, each.case.found.cases = cells, asked.cases(each.case.run)
            each.findings[name] = list(checker.RULES[name](each.case))
        return not behind()

    if behind():
        until(equal, patience_s, 1.0)
