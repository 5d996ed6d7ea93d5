"""`python -m proof run F05 --seed 7`, `chaos`, `full`, `bugs`, `soak`, `list`, `index`: docs/proof.md."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from proof import soak, standing, verdicts
from proof.bugs import BUGS, Caught, tree_with
from proof.faults import FAULTS, failpoints
from proof.ground import Ground
from proof.results import FAIL, UNVERIFIED, Result
from proof.runs import Work, groups, run, together

PORT = 21_000
FULL_SEEDS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all that ran passed; 1: something failed or could not be verified; 2: wrong use."""
    parser = _parser()
    options = parser.parse_args(arguments)
    known = {"run": set(FAULTS), "bugs": {bug.id for bug in BUGS}}.get(options.command, set())
    if unknown := sorted(set(getattr(options, "names", ())) - known):
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if options.command == "list":
        return _list()
    if options.command == "index":
        standing.write()
        return 0
    # Whoever looks at a store that is dead says so in its own words, or tries again.
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)
    # So that a stack and a scratch copy are gone also when somebody ends the run.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    if options.command == "bugs":
        return _bugs(options)
    return perform(*_work(options), options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="faults and failpoints by id")
    one.add_argument("names", nargs="+", metavar="FAULT")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    chaos = commands.add_parser("chaos", help="tier 1: the first faults of the matrix and every failpoint")
    chaos.add_argument("--seeds", type=int, default=1, help="of each failpoint")
    full = commands.add_parser("full", help="every fault, and every failpoint with twenty seeds")
    full.add_argument("--seeds", type=int, default=FULL_SEEDS, help="of each failpoint")
    bugs = commands.add_parser("bugs", help="seeded bugs: each must turn its fault red")
    bugs.add_argument("names", nargs="*", metavar="BUG", help="default: all ten")
    long = commands.add_parser("soak", help="load for long, a fault each minute")
    long.add_argument("--minutes", type=float, default=30.0)
    long.add_argument("--rate", type=float, default=500.0)
    long.add_argument("--seed", type=int, default=1)
    commands.add_parser("list", help="every fault, with what it lacks on this machine")
    commands.add_parser("index", help="verdicts/README.md and the README's link, from the verdict files")
    for command in (one, chaos, full, bugs, long):
        command.add_argument("--port", type=int, default=PORT, help="first port to try")
        command.add_argument("--out", type=Path, default=verdicts.FOLDER, help="folder of the verdict file")
        command.add_argument("--keep", action="store_true", help="keep logs and journals of what passed too")
    return parser


def _work(options: argparse.Namespace) -> tuple[str, Work]:
    if options.command == "run":
        names = " ".join(options.names)
        seeds = range(options.seed, options.seed + options.seeds)
        return f"run {names}", [(FAULTS[name], seed) for seed in seeds for name in options.names]
    if options.command == "soak":
        return "soak", [(soak.fault(options.minutes, options.rate), options.seed)]
    # Failpoints first: they share one stack; the faults that need one of their own come last.
    points = [(fault, seed) for seed in range(1, options.seeds + 1) for fault in failpoints.FAULTS]
    matrix = [fault for fault in FAULTS.values() if fault not in failpoints.FAULTS]
    chosen = [fault for fault in matrix if options.command == "full" or fault.tier == 1]
    chosen.sort(key=lambda fault: (fault.spoils, *astuple(fault.kind)))
    return options.command, [*points, *((fault, 1) for fault in chosen)]


def perform(kind: str, work: Work, options: argparse.Namespace) -> int:
    """Run all, write the verdict, say it."""
    results: list[Result] = []
    _say(verdicts.HEADER)
    try:
        with Ground(options.port, keep=options.keep) as ground:
            for group in groups(work):
                for number, (fault, _) in enumerate(group, len(results) + 1):
                    _say(f"[{number}/{len(work)}] {fault.id}: {fault.title}")
                for result in together(group, ground, _say):
                    results.append(result)
                    _say(verdicts.line(result))
                    _explain(result)
    finally:
        # Also of a run that was ended: what ran, ran. `asked_for` tells how much should have.
        content = verdicts.document(kind, results, {"asked_for": len(work)})
        print(verdicts.write(content, options.out))
    return int(any(result.outcome in (FAIL, UNVERIFIED) for result in results))


def _bugs(options: argparse.Namespace) -> int:
    """Each bug in a scratch copy, under its fault. 0 when every one was found."""
    chosen = [bug for bug in BUGS if not options.names or bug.id in options.names]
    caught: list[Caught] = []
    for number, bug in enumerate(chosen, 1):
        _say(f"[{number}/{len(chosen)}] {bug.id}: {bug.title} (under {bug.fault})")
        with tree_with(bug) as tree, Ground(options.port, tree=tree, hurried=True) as ground:
            result = run(FAULTS[bug.fault], 1, ground, _say)
        red = tuple(name for name, said in result.invariants.items() if said == FAIL)
        telling = sorted(result.findings.items(), key=lambda finding: finding[0] not in bug.red)
        said = telling[0][1][0] if telling else ""
        caught.append(Caught(bug, red, said))
        word = "found" if caught[-1].found else "NOT FOUND"
        _say(f"  {word}: red {', '.join(red) or 'nothing'}  {said[:100]}")
    score = f"{sum(each.found for each in caught)}/{len(caught)}"
    more = {"score": score, "bugs": [each.entry() for each in caught]}
    _say(f"score {score}")
    print(verdicts.write(verdicts.document("bugs", [], more), options.out))
    return int(not all(each.found for each in caught))


def _explain(result: Result) -> None:
    for invariant, wrong in result.findings.items():
        for each in wrong:
            _say(f"    {invariant}: {each}")
    if result.outcome in (FAIL, UNVERIFIED):
        _say(f"    again: {result.again}")


def _list() -> int:
    for fault in FAULTS.values():
        missing = fault.needs()
        print(
            f"{fault.id:<5} tier {fault.tier}  {fault.title}" + (f"  [SKIPPED: {missing}]" if missing else "")
        )
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
