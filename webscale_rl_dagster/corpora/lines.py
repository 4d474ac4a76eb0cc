"""Lines of a byte stream, of which none above a limit is ever held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line without its line feed."""

    number: int
    data: bytes | None
    """None: longer than the limit."""
    size: int


def bounded_lines(blocks: Iterable[bytes], limit: int) -> Iterator[Line]:
    """Only a line feed ends a line; the last line may lack it."""
    number = 0
    size = 0
    pending = bytearray()
    for block in blocks:
        head, *rest = block.split(b"\n")
        size += len(head)
        if size <= limit:
            pending += head
        for part in rest:
            yield Line(number, bytes(pending) if size <= limit else None, size)
            number += 1
            size = len(part)
            pending = bytearray(part if size <= limit else b"")
    if size:
        yield Line(number, bytes(pending) if size <= limit else None, size)
