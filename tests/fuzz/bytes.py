"""`python -m tests.fuzz.bytes TARGET --seconds N`: atheris feeds one target, guided by what it reaches.

A bug is anything but the target's refusals, more processor time than its limit, or memory beyond `MEMORY_MB`.
The input that did it is written to `tests/fuzz/found/TARGET-<hash>`, where `make test` finds it from then on.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

FOUND = Path(__file__).parent / "found"
KEPT = Path(".fuzz")
"""What the fuzzer learned, from run to run; not in the repository."""
LARGEST = 64 * 1024
MEMORY_MB = 200
SLOWER = 6
"""By how much watched code is slower than the limits are meant for."""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("target")
    asked.add_argument("--seconds", type=int, default=60)
    given = asked.parse_args()
    try:
        import atheris
    except ImportError:
        print(
            f"{given.target}: SKIPPED, atheris is not installed (it has wheels for Linux, Python 3.11–3.13)"
        )
        return 0
    with atheris.instrument_imports(include=["ioc", "producers", "dashboards", "storage"]):
        from tests.fuzz.seeding import SEEDS
        from tests.fuzz.targets import TARGETS
    target = TARGETS[given.target]
    corpus = KEPT / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS[target.name]():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        target.run(seed)
    options = [
        f"-max_total_time={given.seconds}",
        f"-max_len={LARGEST}",
        "-timeout=10",
        f"-rss_limit_mb={_resident_mb() + MEMORY_MB}",
        f"-artifact_prefix={KEPT}/{target.name}-",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], _watched(target.run, target.cpu_ms, target.name))
    atheris.Fuzz()
    return 0


def _watched(run: Callable[[bytes], None], cpu_ms: float, name: str) -> Callable[[bytes], None]:
    def once(raw: bytes) -> None:
        begun = time.thread_time()
        try:
            run(raw)
            took = 1000 * (time.thread_time() - begun)
            if took > cpu_ms * SLOWER:
                raise TimeoutError(f"{took:.0f} ms of processor time, expected at most {cpu_ms * SLOWER:.0f}")
        except BaseException:
            FOUND.mkdir(exist_ok=True)
            (FOUND / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}").write_bytes(raw)
            raise

    return once


def _resident_mb() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss / 2**20)


if __name__ == "__main__":
    sys.exit(main())
