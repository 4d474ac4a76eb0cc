"""Runs a coroutine so that Ctrl-C and SIGTERM cancel it, instead of raising wherever they strike.

A handler that raises, as Python's and Dagster's do, may strike inside a callback of the event
loop, which logs the exception and goes on: the run would never end.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

R = TypeVar("R")

Handler = Callable[[int, FrameType | None], Any]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_interruptible(runner: asyncio.Runner, main: Coroutine[Any, Any, R]) -> R:
    """Run `main` to its end; on a signal cancel it, let it clean up, then do as the handler did.

    That is whatever handler was there before, so Dagster hears of the interrupt in its own way. A
    second signal does not wait for the clean-up. Outside the main thread no signal ever arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        return runner.run(main)
    before: dict[int, Any] = {number: signal.getsignal(number) for number in SIGNALS}
    received: list[int] = []

    async def cancellable() -> R:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        assert task is not None, "a coroutine that runs has a task"

        def interrupt(number: int, frame: FrameType | None) -> None:
            if received:
                _as_before(before[number], number, frame)
            received.append(number)
            loop.call_soon_threadsafe(task.cancel)

        with _handling(interrupt):
            return await main

    try:
        result = runner.run(cancellable())
    except asyncio.CancelledError:
        if not received:
            raise
    if received:
        _as_before(before[received[0]], received[0], None)
        raise KeyboardInterrupt
    return result


@contextmanager
def _handling(handler: Handler) -> Iterator[None]:
    before: dict[int, Any] = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for heard, earlier in before.items():
            signal.signal(heard, earlier)


def _as_before(handler: Any, number: int, frame: FrameType | None) -> None:
    if callable(handler):
        handler(number, frame)
