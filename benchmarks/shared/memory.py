"""The memory of a process and all its children, read off the kernel while it works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.25


@dataclass
class Peak:
    """The greatest sums over the family so far, in megabytes."""

    proportional: int = 0
    """What processes share counts once over all of them."""
    resident: int = 0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Read four times a second."""
    peak = Peak()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            _look(pid, peak)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _look(pid: int, peak: Peak) -> None:
    sums = [0, 0]
    for member in _family(pid):
        for place, name in enumerate(("Pss:", "Rss:")):
            sums[place] += _kilobytes(member, name)
    peak.proportional = max(peak.proportional, sums[0] // 1000)
    peak.resident = max(peak.resident, sums[1] // 1000)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _kilobytes(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
