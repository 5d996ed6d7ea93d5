"""`python -m proof run F05 --seed 7` · `chaos` · `full` · `bugs` · `soak` · `list`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from proof import verdicts
from proof.faults import FAULTS
from proof.runs import FAIL, UNVERIFIED, Ground, Result, run

PORT = 21_000


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all that ran passed; 1: something failed or could not be verified; 2: wrong use."""
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="faults by id")
    one.add_argument("faults", nargs="+", metavar="FAULT")
    one.add_argument("--seed", type=int, default=1)
    commands.add_parser("list", help="every fault, with what it lacks on this machine")
    for command in (one,):
        command.add_argument("--port", type=int, default=PORT, help="first port to try")
        command.add_argument("--out", type=Path, default=verdicts.FOLDER, help="folder of the verdict file")
        command.add_argument(
            "--keep", action="store_true", help="keep logs and journals also when all is well"
        )
    options = parser.parse_args(arguments)
    if options.command == "list":
        return _list()
    unknown = [name for name in options.faults if name not in FAULTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; `python -m proof list` names them all")
    work = [(name, options.seed) for name in options.faults]
    return perform(f"run {' '.join(options.faults)}", work, options)


def perform(kind: str, work: Sequence[tuple[str, int]], options: argparse.Namespace) -> int:
    """Run all, write the verdict, say it."""
    results: list[Result] = []
    print(verdicts.HEADER, file=sys.stderr)
    with Ground(options.port, keep=options.keep) as ground:
        for number, (name, seed) in enumerate(work, 1):
            _say(f"[{number}/{len(work)}] {name}: {FAULTS[name].title}")
            result = run(FAULTS[name], seed, ground, _say)
            results.append(result)
            print(verdicts.line(result), file=sys.stderr, flush=True)
            _explain(result)
    path = verdicts.write(verdicts.document(kind, results), options.out)
    print(path)
    return int(any(result.outcome in (FAIL, UNVERIFIED) for result in results))


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
