"""Reads of a table that another process may be writing too, as two ingesters of one file do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from webscale_rl_dagster.errors import ObjectReplaced

Found = TypeVar("Found")
_TIMES = 5


def reread(read: Callable[[], Found]) -> Found:
    """From the beginning if the object was replaced meanwhile, which each writer does but once."""
    for _ in range(_TIMES - 1):
        try:
            return read()
        except ObjectReplaced:
            continue
    return read()
