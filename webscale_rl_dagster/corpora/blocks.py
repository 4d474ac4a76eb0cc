"""The bytes of a file in small blocks, decompressed on the way if its name says so.

No decompression ratio is refused: whatever an archive unfolds to, memory holds one block of it,
and the reader on top holds at most one record. `CHUNK` is what bounds a block: a kibibyte of
zstd unfolds to 32 MiB at worst, and of gzip to 1 MiB. Frames of zstd that need a window above
128 MiB (`--long=28` and up) are refused by the library's own default.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from webscale_rl_dagster.corpora.records import Meter

BLOCK = 256 * 1024
CHUNK = 1024

_DAMAGE = (zlib.error, zstandard.ZstdError)


class DamagedArchive(Exception):
    """The archive breaks off here; all that could be decompressed has been yielded."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Decoder(Protocol):
    """What zlib and zstandard share: decodes one member, or frame, of an archive."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip() -> Decoder:
    return zlib.decompressobj(wbits=31)


def _zstd() -> Decoder:
    return zstandard.ZstdDecompressor().decompressobj()


DECODERS: dict[str, Callable[[], Decoder]] = {".gz": _gzip, ".zst": _zstd}


def read_blocks(path: Path, meter: Meter) -> Generator[bytes]:
    """DamagedArchive is raised after the last bytes that could be had."""
    with path.open("rb") as file:
        new_decoder = DECODERS.get(path.suffix.lower())
        if new_decoder is not None:
            yield from _decompressed(file, new_decoder, meter)
            return
        while block := file.read(BLOCK):
            meter.bytes_read += len(block)
            yield block


def _decompressed(
    file: BinaryIO, new_decoder: Callable[[], Decoder], meter: Meter
) -> Iterator[bytes]:
    """Members one after another, as `cat a.gz b.gz` makes them; zero padding may follow."""
    decoder = new_decoder()
    fresh = True
    member = 0
    while chunk := file.read(CHUNK):
        here = meter.bytes_read
        meter.bytes_read += len(chunk)
        while chunk and not (fresh and not chunk.strip(b"\0")):
            try:
                data = decoder.decompress(chunk)
            except _DAMAGE as error:
                yield from _salvaged(file, new_decoder, member, here)
                detail = f"at byte {here} of the compressed file: {error}"
                raise DamagedArchive("corrupt_archive", detail) from None
            fresh = False
            if data:
                yield data
            if not decoder.eof:
                break
            chunk = decoder.unused_data
            member = here = meter.bytes_read - len(chunk)
            decoder, fresh = new_decoder(), True
    if not fresh:
        raise DamagedArchive("truncated_archive", f"ends early, at byte {meter.bytes_read}")


def _salvaged(
    file: BinaryIO, new_decoder: Callable[[], Decoder], member: int, chunk: int
) -> Iterator[bytes]:
    """What the damaged chunk still holds.

    A decoder that fails gives nothing of its last call, so a second one decodes the member again,
    drops what was yielded, then goes byte by byte.
    """
    file.seek(member)
    decoder = new_decoder()
    while (left := chunk - file.tell()) > 0:
        decoder.decompress(file.read(min(CHUNK, left)))
    try:
        for byte in file.read(CHUNK):
            yield decoder.decompress(bytes([byte]))
    except _DAMAGE:
        return
