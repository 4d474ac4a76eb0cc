"""WARC and WET: the main content of each HTML page that was served, each converted text as it is.

Every record that captured something is a document or goes to quarantine. `warcinfo`, `request` and
`metadata` records only tell of others: they count in the numbering, as blank lines of JSONL do.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord

from webscale_rl_dagster.corpora.blocks import DamagedArchive, read_blocks
from webscale_rl_dagster.corpora.captures import capture_of
from webscale_rl_dagster.corpora.pages.documents import Page, documents_of
from webscale_rl_dagster.corpora.records import Document, Meter, ReadOptions, Rejected, uri_of

_SLACK = 128
"""Bytes between records that are told of: fewer are no record, and are passed over."""


def read_warc(path: Path, meter: Meter, options: ReadOptions) -> Iterator[Document | Rejected]:
    """Positions count records. Where none begins that should, the next one is looked for."""
    with closing(_items(path, meter, options)) as items:
        yield from documents_of(items, options)


def _items(path: Path, meter: Meter, options: ReadOptions) -> Generator[Page | Document | Rejected]:
    """A record is held until the next one is there: the checksum behind it is good then."""
    uri = uri_of(path)
    number = end = 0
    held: Page | Document | Rejected | None = None
    with closing(_Stream(path, meter)) as stream:
        records = ArchiveIterator(
            stream, parse_http=False, stream_detect=False, quirks_mode=True, fsspec_args=False
        )
        while True:
            at = stream.tell()
            record, fault = None, None
            try:
                record = next(records, None)
            except OSError as error:
                fault = str(error)
            if stream.error is not None:
                break
            if held is not None:
                yield held
                held = None
            if fault is not None:
                yield Rejected(uri, number, "corrupt_warc", fault)
                end = stream.tell()
                if end > at:
                    continue
            start = stream.tell() if record is None else record.stream_pos
            if start > end + _SLACK:
                detail = f"{start - end} bytes from byte {end} on are no record"
                yield Rejected(uri, number, "corrupt_warc", detail)
            if record is None:
                break
            end = _end(record)
            held = capture_of(record, uri, number, options)
            number += 1
        if isinstance(stream.error, DamagedArchive):
            at_fault = number if held is None else number - 1
            yield Rejected(uri, at_fault, stream.error.reason, str(stream.error))
        elif stream.error is not None:
            raise stream.error
        elif stream.tell() == 0:
            yield Rejected(uri, 0, "empty_file", "no record in it")


def _end(record: WarcRecord) -> int:
    """Where the record ends by what it says, less white space in its headers."""
    headers = sum(len(name) + len(value) + 4 for name, value in record.headers.items_bytes())
    return record.stream_pos + len("WARC/1.0\r\n\r\n") + headers + record.content_length


class _Stream:
    """The file, decompressed, to be read by fastwarc, through which no exception could pass."""

    def __init__(self, path: Path, meter: Meter) -> None:
        self.error: DamagedArchive | OSError | None = None
        self._blocks = read_blocks(path, meter)
        self._block = memoryview(b"")
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes; none at the end, and where an error stands in `error`."""
        if not self._block:
            try:
                self._block = memoryview(next(filter(None, self._blocks), b""))
            except (DamagedArchive, OSError) as error:
                self.error = error
        size = len(self._block) if size < 0 else size
        data, self._block = bytes(self._block[:size]), self._block[size:]
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position

    def seek(self, _offset: int, _whence: int = 0) -> int:
        raise io.UnsupportedOperation("seek")

    def close(self) -> None:
        self._blocks.close()
