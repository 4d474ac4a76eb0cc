"""What both ends of the pipe agree on: four bytes of length, then so many bytes."""

from __future__ import annotations

import struct
from typing import IO

OUT_OF_MEMORY = 3
"""Exit status of a process that cannot answer, as nothing in it is to be relied on any more."""
_LENGTH = struct.Struct(">I")


def write_frame(pipe: IO[bytes], data: bytes) -> None:
    """Flushed; BrokenPipeError where the other end is closed."""
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """None where the other end is closed, also in the middle of a message."""
    length = pipe.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(length)
    data = pipe.read(size)
    return data if len(data) == size else None
