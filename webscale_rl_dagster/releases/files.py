"""The files of a release on the local disk, before they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

import polars as pl

from webscale_rl_dagster.releases.layout import data_path, data_place
from webscale_rl_dagster.releases.splits import SPLITS
from webscale_rl_dagster.storage.tables import TableWriter

FILE_ROWS = 100_000
FILE_BYTES = 512 * 1024 * 1024
"""A file ends after whichever comes first; bytes are of its columns in memory."""


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """What the manifest says of a file."""

    path: str
    """Within the release."""
    rows: int
    bytes: int
    sha256: str


class SplitFiles:
    """Rows of all splits on their way to files of bounded size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._splits = {split: _SplitFile(folder / f"{split}-parts") for split in SPLITS}

    def add(self, frame: pl.DataFrame) -> None:
        """Rows of `dataset_release`, which their column `split` sends to their files."""
        for split, file in self._splits.items():
            if (part := frame.filter(pl.col("split") == split)).height:
                file.add(part)

    def finish(self) -> dict[str, int]:
        """Give the files their names, now that it is known how many there are; rows by split."""
        for split, file in self._splits.items():
            file.end()
            for number, path in enumerate(file.paths):
                target = self._folder / data_path(split, number, len(file.paths))
                target.parent.mkdir(parents=True, exist_ok=True)
                path.rename(target)
        return {split: file.rows for split, file in self._splits.items()}

    def close(self) -> None:
        """Let go of the files, also where making them failed."""
        for file in self._splits.values():
            file.close()


class _SplitFile:
    """One split, a file after the other."""

    def __init__(self, folder: Path) -> None:
        self.paths: list[Path] = []
        self.rows = 0
        self._folder = folder
        self._writer: TableWriter | None = None
        self._bytes = 0

    def add(self, frame: pl.DataFrame) -> None:
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.paths.append(self._folder / f"{len(self.paths)}.parquet")
            self._writer = TableWriter("dataset_release", self.paths[-1])
            self._bytes = 0
        self._writer.add_frame(frame)
        self.rows += frame.height
        self._bytes += int(frame.estimated_size())
        if self._writer.rows >= FILE_ROWS or self._bytes >= FILE_BYTES:
            self.end()

    def end(self) -> None:
        if self._writer is not None:
            self._writer.finish()
            self._writer = None

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


@contextmanager
def table_file(table: str, path: Path) -> Iterator[TableWriter]:
    """A table in one file, whole on a clean exit."""
    writer = TableWriter(table, path)
    try:
        yield writer
        writer.finish()
    finally:
        writer.close()


def release_files(folder: Path) -> list[ReleaseFile]:
    """Every Parquet file of the folder, by path."""
    return [_stored(folder, path) for path in sorted(folder.rglob("*.parquet"))]


def content_sha256(digests: Mapping[str, str]) -> str:
    """Of the lines `<sha256>  <path>` of the data files, as `sha256sum` prints them.

    Args:
        digests: By path, of these files and any others.
    """
    data = sorted((path, digest) for path, digest in digests.items() if data_place(path))
    return sha256("".join(f"{digest}  {path}\n" for path, digest in data).encode()).hexdigest()


def _stored(folder: Path, path: Path) -> ReleaseFile:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    return ReleaseFile(path.relative_to(folder).as_posix(), rows, path.stat().st_size, digest)
