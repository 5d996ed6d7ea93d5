"""A service's thread ends with its service, and nobody crashes over it."""

import asyncio
import logging
import threading

import pytest

from streams.thread import OneThread

LOG = logging.getLogger("tests")


def test_it_answers_and_raises_what_the_work_does() -> None:
    async def run() -> int:
        thread = OneThread("t")
        with pytest.raises(ZeroDivisionError):
            await thread.run(divmod, 1, 0)
        answer: int = await thread.run(max, 1, 2)
        await thread.ended(5, LOG, "%.0f")
        return answer

    assert asyncio.run(run()) == 2


def test_what_is_asked_for_after_its_end_is_cancelled_and_never_begun() -> None:
    begun: list[int] = []

    async def run() -> None:
        thread = OneThread("t")
        await thread.ended(5, LOG, "%.0f")
        with pytest.raises(asyncio.CancelledError):
            await thread.run(begun.append, 1)

    asyncio.run(run())
    assert begun == []


def test_what_runs_goes_on_and_what_waits_is_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go_on.wait(10)
        return "done"

    async def run() -> None:
        thread = OneThread("t")
        running = asyncio.create_task(thread.run(slow))
        await asyncio.to_thread(begun.wait, 10)
        waiting = asyncio.create_task(thread.run(slow))
        await asyncio.sleep(0)
        await thread.ended(0, LOG, "still at it after %.0f s")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        assert await running == "done"

    asyncio.run(run())
    assert "still at it after 0 s" in caplog.text
