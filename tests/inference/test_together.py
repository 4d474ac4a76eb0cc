"""Several calls at once: results in order, and nothing left running behind a failure."""

from __future__ import annotations

import asyncio

import pytest

from webscale_rl_dagster.errors import EngineUnavailable
from webscale_rl_dagster.inference.together import together


async def after(seconds: float, value: int) -> int:
    await asyncio.sleep(seconds)
    return value


async def test_results_come_in_the_order_of_the_calls() -> None:
    assert await together(after(0.01 * (3 - turn), turn) for turn in range(3)) == [0, 1, 2]
    assert await together([]) == []


async def test_a_failure_is_raised_as_it_is_and_ends_the_others() -> None:
    ended: list[str] = []

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ended.append("long")

    async def broken() -> None:
        await asyncio.sleep(0.01)
        raise EngineUnavailable("gone")

    with pytest.raises(EngineUnavailable, match="gone"):
        await together([long(), broken(), long()])
    assert ended == ["long", "long"]


async def test_to_cancel_it_cancels_the_calls() -> None:
    ended: list[str] = []

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("long")

    whole = asyncio.ensure_future(together([long(), long()]))
    await asyncio.sleep(0.01)
    whole.cancel()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert ended == ["long", "long"]
