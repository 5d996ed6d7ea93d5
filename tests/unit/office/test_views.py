"""Counts of views come from our own processes only, and hold but a day, a role, a page and a number."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.office.bench import Bench, opened

COUNT = {"day": "2026-03-10", "role": "truc_ca_ioc", "page": "alerts", "views": 3}


def run(folder: Path, story: Callable[[Bench], Awaitable[None]], peer: str = "127.0.0.1") -> None:
    async def told() -> None:
        async with opened(folder) as bench:
            bench.client._transport.client = (peer, 1)  # type: ignore[attr-defined]
            await story(bench)

    asyncio.run(told())


def batch(**changes: Any) -> dict[str, Any]:
    return {"batch": str(uuid4()), "counts": [{**COUNT, **changes}]}


def test_a_web_process_of_ours_is_taken_at_its_word_once(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        sent = batch()
        for _ in range(2):
            assert (await bench.client.post("/office/views", json=sent)).status_code == 204
        assert len(bench.desk.views) == 1
        behind = {"X-Forwarded-For": "10.1.1.1"}
        assert (await bench.client.post("/office/views", json=batch(), headers=behind)).status_code == 401

    run(tmp_path, story)


def test_nobody_else_is(tmp_path: Path) -> None:
    async def story(bench: Bench) -> None:
        assert (await bench.client.post("/office/views", json=batch())).status_code == 401
        assert bench.desk.views == {}

    run(tmp_path, story, peer="10.0.0.7")


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "nobody_known"},
        {"day": "2026-03-11"},
        {"day": "2026-03-01"},
        {"page": "Nguyễn"},
        {"views": 0},
        {"account": "truc_ca_1"},
    ],
)
def test_anything_else_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def story(bench: Bench) -> None:
        assert (await bench.client.post("/office/views", json=batch(**wrong))).status_code == 422
        assert bench.desk.views == {}

    run(tmp_path, story)
