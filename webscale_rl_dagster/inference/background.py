"""Blocking work beside the event loop, which nobody waits for when the process ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """In a thread that dies with the process, unlike `asyncio.to_thread`'s: Ctrl-C does not wait.

    Whoever is cancelled meanwhile leaves the work to go on.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def succeeded(result: T) -> None:
        if not done.done():
            done.set_result(result)

    def failed(error: BaseException) -> None:
        if not done.done():
            done.set_exception(error)

    def tell(what: Callable[[], None]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(what)

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            failure = error
            tell(lambda: failed(failure))
        else:
            tell(lambda: succeeded(result))

    threading.Thread(target=run, daemon=True, name=f"background-{work.__name__}").start()
    return await done
