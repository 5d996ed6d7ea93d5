"""Waiting for what is to come true."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool], within_s: float, every_s: float = 0.05) -> bool:
    """Wait for a condition; whether it came true in time."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)
    return True
