"""`python -m tests.fuzz`: every target of the byte fuzzer, then the gateway as each of its callers."""

import argparse
import subprocess
import sys

from tests.fuzz.door import CALLERS
from tests.fuzz.seeding import SEEDS


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=2, help="for each target and each caller")
    seconds = str(max(int(60 * given.parse_args().minutes), 1))
    runs = {name: ["tests.fuzz.bytes", name] for name in SEEDS}
    runs |= {f"door as {caller}": ["tests.fuzz.door", "--caller", caller] for caller in CALLERS}
    wrong = []
    for name, command in runs.items():
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", *command, "--seconds", seconds], check=False)
        wrong += [name] if done.returncode else []
    print(f"fuzz: {len(runs)} runs of {seconds} s; wrong: {', '.join(wrong) or 'nothing'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
