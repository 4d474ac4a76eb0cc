"""A signal ends a run whatever the event loop is doing, and the clean-up runs before it does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

import pytest

from webscale_rl_dagster.inference.interrupts import run_interruptible, signals_noted


class Interrupted(BaseException):
    """As Dagster's own: no `except Exception` catches it."""


def raise_interrupted(number: int, frame: FrameType | None) -> None:
    raise Interrupted


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    before = signal.signal(request.param, raise_interrupted)
    yield request.param
    signal.signal(request.param, before)


def test_a_signal_that_strikes_in_a_callback_ends_the_run(number: signal.Signals) -> None:
    """Where a handler that raises is swallowed: asyncio logs what a callback raises."""
    cleaned = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, os.kill, os.getpid(), number)
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    with asyncio.Runner() as runner, pytest.raises(Interrupted):
        run_interruptible(runner, main())
    assert cleaned
    assert signal.getsignal(number) is raise_interrupted


def test_work_that_ends_although_it_was_cancelled_is_interrupted_all_the_same(
    number: signal.Signals,
) -> None:
    async def main() -> str:
        os.kill(os.getpid(), number)
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "done"
        return "undisturbed"

    with asyncio.Runner() as runner, pytest.raises(Interrupted):
        run_interruptible(runner, main())


def test_a_second_signal_does_not_wait_for_the_clean_up(number: signal.Signals) -> None:
    async def main() -> None:
        os.kill(os.getpid(), number)
        try:
            await asyncio.sleep(30)
        finally:
            os.kill(os.getpid(), number)
            await asyncio.sleep(30)

    with asyncio.Runner() as runner, pytest.raises(Interrupted):
        run_interruptible(runner, main())


def test_a_signal_whose_handler_was_ignored_ends_the_run_before_it_begins(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finalized:
        def __del__(self) -> None:
            os.kill(os.getpid(), number)

    began = []

    async def main() -> None:
        began.append(True)

    ignored: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: ignored.append(what.exc_type))
    with signals_noted(), asyncio.Runner() as runner:
        Finalized()
        with pytest.raises((Interrupted, KeyboardInterrupt)):
            run_interruptible(runner, main())
    assert ignored == [Interrupted]
    assert not began


def test_undisturbed_work_returns_its_result() -> None:
    async def main() -> int:
        return 7

    with asyncio.Runner() as runner:
        assert run_interruptible(runner, main()) == 7
        assert run_interruptible(runner, main()) == 7
