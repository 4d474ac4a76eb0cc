"""Waiting for what another process or thread brings about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""What takes an idle machine seconds can take one that the whole suite keeps busy a minute."""


def wait_until(
    holds: Callable[[], object],
    otherwise: Callable[[], str] | None = None,
    *,
    every_s: float = 0.05,
) -> None:
    """Raises AssertionError, with what `otherwise` then says, if it never comes to hold."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, otherwise() if otherwise else "it never comes"
        time.sleep(every_s)
