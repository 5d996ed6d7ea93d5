"""A real browser on this machine: Chromium, which may reach nothing but what is opened in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip


def missing() -> str:
    """What a browser lacks on this machine."""
    return "" if CHROMIUM.exists() else f"{CHROMIUM}: apt-get install chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
