"""Ends vLLM's engine process with its parent, which it else outlives when that one is killed.

An orphan would keep the GPU. This is a plugin of vLLM: its entry point is in pyproject.toml, and
each of vLLM's processes loads it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

_GRACE_S = 5.0


def end_with_parent() -> None:
    """In a child of `multiprocessing`, watch the parent; elsewhere do nothing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="watch-parent").start()


def _watch(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)
