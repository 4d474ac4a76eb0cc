"""The folder of the index: private, with one writer at a time, made anew where it is damaged."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tantivy import Index

from webscale_rl_dagster.errors import IndexBusy, StorageError
from webscale_rl_dagster.search.catalog import catalog_file
from webscale_rl_dagster.search.keeping import Keeper
from webscale_rl_dagster.search.shelves import DOCUMENTS, PAIRS

_LOCK = "lock"
_SHELVES = (PAIRS, DOCUMENTS)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and hold its lock.

    Raises:
        IndexBusy: at once, another process or thread holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with (folder / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusy(
                f"the search index {folder} is being brought up to date by another process: "
                "read what there is, or try again when it has ended"
            ) from None
        yield


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Around what writes to the folder.

    Raises:
        StorageError: what is wrong with it, such as that its disk is full.
    """
    try:
        yield
    except (OSError, ValueError, sqlite3.Error) as error:  # tantivy has ValueError for all of its
        raise StorageError(
            f"cannot write the search index {folder}: {error}. Make sure that there is space on "
            "its disk, and that it may be written; the next update goes on from what is there"
        ) from error


def empty(folder: Path) -> None:
    """For its only writer: delete all but the lock, for which others may wait."""
    catalog_file(folder).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)


def opened(folder: Path) -> tuple[Keeper, list[Index]]:
    """Its catalog and its two indexes; empty ones if they cannot be read or do not agree."""
    keeper = Keeper(folder)
    if keeper.catalog.current and keeper.sound():
        try:
            indexes = [shelf.open(folder) for shelf in _SHELVES]
            held = tuple(_rows(index) for index in indexes)
        except ValueError:
            return _anew(folder)
        if keeper.rows() in (None, held):
            return keeper, indexes
    return _anew(folder)


def _rows(index: Index) -> int:
    index.reload()
    return index.searcher().num_docs


def _anew(folder: Path) -> tuple[Keeper, list[Index]]:
    """The catalog goes first and comes last: an index without one is none."""
    catalog_file(folder).unlink(missing_ok=True)
    for shelf in _SHELVES:
        shutil.rmtree(folder / shelf.name, ignore_errors=True)
    indexes = [shelf.make(folder) for shelf in _SHELVES]
    return Keeper.make(folder), indexes
