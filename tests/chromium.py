"""The browser of all tests; a test is skipped where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from proof.harness import browser


def required() -> None:
    """Skip the test on a machine without it."""
    if missing := browser.missing():
        pytest.skip(f"missing {missing}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as the block; the test is skipped where there is none."""
    required()
    with browser.chromium() as opened:
        yield opened
