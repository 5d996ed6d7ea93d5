"""How far a long command has come: a bar on a terminal, else a line every tenth; always on stderr."""

import sys
from collections.abc import Callable

WIDTH = 40


def bar(share_of: Callable[[int], float]) -> Callable[[int], None]:
    """To be told how much is done; `share_of` says which share of the whole that is."""
    shown = 0

    def tell(done: int) -> None:
        nonlocal shown
        share = min(share_of(done), 1.0)
        if sys.stderr.isatty():
            _draw(int(share * WIDTH), f"{share:4.0%} {done}")
        elif int(share * 10) > shown:
            shown = int(share * 10)
            sys.stderr.write(f"{shown * 10} %: {done}\n")
            sys.stderr.flush()

    return tell


def finished(done: int) -> None:
    """The whole bar, and the end of its line."""
    if sys.stderr.isatty():
        _draw(WIDTH, f"100% {done}\n")


def _draw(full: int, words: str) -> None:
    sys.stderr.write(f"\r[{'█' * full}{'·' * (WIDTH - full)}] {words}")
    sys.stderr.flush()
