"""Runs a coroutine so that Ctrl-C and SIGTERM cancel it, instead of raising wherever they strike.

A handler that raises, as Python's and Dagster's do, may strike inside a callback of the event
loop, which logs the exception and goes on: the run would never end. And Python runs a handler
between two steps of its own: a loop that is just falling asleep would sleep on, unless a wakeup
descriptor wakes it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TypeVar

R = TypeVar("R")

Handler = Callable[[int, FrameType | None], Any]

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_noting: list[Callable[[], bool]] = []
"""What the open `signals_noted` say."""


def run_interruptible(runner: asyncio.Runner, main: Coroutine[Any, Any, R]) -> R:
    """Run `main` to its end; on a signal cancel it, let it clean up, then do as the handler did.

    That is whatever handler was there before, so Dagster hears of the interrupt in its own way. A
    second signal does not wait for the clean-up. Outside the main thread no signal ever arrives.

    One that `signals_noted` knows of ends it before it begins: a handler's exception gets lost
    where Python ignores exceptions, in a finalizer or a callback of the import system.
    """
    if threading.current_thread() is not threading.main_thread():
        return runner.run(main)
    before: dict[int, Any] = {number: signal.getsignal(number) for number in SIGNALS}
    if any(noted() for noted in _noting):
        main.close()
        _as_before(before[signal.SIGINT], signal.SIGINT, None)
        raise KeyboardInterrupt
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

        with _handling(interrupt), _waking(loop, received):
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
def signals_noted() -> Iterator[Callable[[], bool]]:
    """Yields whether one of SIGNALS has come, whoever handled it then. In the main thread only."""
    noted: set[int] = set()
    reader, writer = socket.socketpair()
    with reader, writer:

        def interrupted() -> bool:
            with suppress(BlockingIOError):
                noted.update(reader.recv(4096))
            return not noted.isdisjoint(SIGNALS)

        reader.setblocking(False)
        with _told_of_signals(writer):
            _noting.append(interrupted)
            try:
                yield interrupted
            finally:
                _noting.remove(interrupted)


@contextmanager
def _waking(loop: asyncio.AbstractEventLoop, received: list[int]) -> Iterator[None]:
    """Each signal wakes the loop; whom signals woke before hears of those received, afterwards."""
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        loop.add_reader(reader, reader.recv, 4096)
        with _told_of_signals(writer) as before:
            try:
                yield
            finally:
                loop.remove_reader(reader)
                if before >= 0 and received:
                    os.write(before, bytes(received))


@contextmanager
def _told_of_signals(writer: socket.socket) -> Iterator[int]:
    """Python writes the number of every signal to it; yields the descriptor it replaces, or -1."""
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield before
    finally:
        signal.set_wakeup_fd(before)


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
