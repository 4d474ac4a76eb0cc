"""An end to whatever a delivery waits for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread

from webscale_rl_dagster.errors import NoticeDelayed


def within(seconds: float, deliver: Callable[[], None], to: str) -> None:
    """In a thread, for looking a name up can be neither bounded nor broken off.

    Raises:
        NoticeDelayed: it takes longer; its thread ends by itself.
    """
    done: Future[None] = Future()

    def run() -> None:
        try:
            deliver()
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    Thread(target=run, name=f"notice to {to}", daemon=True).start()
    if not wait([done], timeout=seconds).done:
        raise NoticeDelayed(f"{to} takes longer than {seconds:g} s for one notice")
    done.result()
