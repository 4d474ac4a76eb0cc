from __future__ import annotations

import asyncio

import pytest

from webscale_rl_dagster.inference.slots import Slots


class Work:
    """Tasks that hold a slot until told to go."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.holding: list[int] = []

    async def hold(self, number: int, go: asyncio.Event) -> None:
        async with self._slots:
            self.holding.append(number)
            await go.wait()
        self.holding.remove(number)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_as_many_as_fit_in_the_order_they_came() -> None:
    work, goes = Work(Slots(lambda: 2)), [asyncio.Event() for _ in range(4)]
    tasks = [asyncio.create_task(work.hold(n, go)) for n, go in enumerate(goes)]
    await settle()
    assert work.holding == [0, 1]
    goes[1].set()
    await settle()
    assert work.holding == [0, 2]
    for go in goes:
        go.set()
    await asyncio.gather(*tasks)


async def test_growth_is_noticed_when_a_slot_becomes_free_and_shrinking_waited_for() -> None:
    size = 1
    work, goes = Work(Slots(lambda: size)), [asyncio.Event() for _ in range(6)]
    tasks = [asyncio.create_task(work.hold(n, go)) for n, go in enumerate(goes)]
    await settle()
    size = 3
    goes[0].set()
    await settle()
    assert work.holding == [1, 2, 3]
    size = 1
    goes[1].set()
    goes[2].set()
    await settle()
    assert work.holding == [3]
    for go in goes:
        go.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("given", [False, True])
async def test_a_cancelled_wait_takes_no_slot_from_the_others(given: bool) -> None:
    work, goes = Work(Slots(lambda: 1)), [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(work.hold(n, go)) for n, go in enumerate(goes)]
    await settle()
    if given:  # the slot is given and the wait cancelled before the waiter has run
        goes[0].set()
        while work.holding:
            await asyncio.sleep(0)
    tasks[1].cancel()
    goes[0].set()
    await settle()
    assert work.holding == [2]
    goes[2].set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert tasks[1].cancelled()
