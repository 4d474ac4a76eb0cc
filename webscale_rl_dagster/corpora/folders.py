"""What the names in a folder say: which files are read, as which format, in which order."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Format = Literal["jsonl", "parquet", "text", "warc", "html"]

SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".jsonl.zst": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
    ".warc": "warc",
    ".warc.gz": "warc",
    ".wet": "warc",
    ".wet.gz": "warc",
    ".html": "html",
    ".html.gz": "html",
    ".htm": "html",
    ".htm.gz": "html",
}
"""What format `auto` goes by."""

ONE_BY_FOLDER: tuple[Format, ...] = ("text", "html")
"""Formats whose files are a document each: all those in a folder count as one file."""

ALSO_JSONL = (".json", ".json.gz", ".json.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst")
"""Names that format `jsonl` takes from a folder too: C4 and Dolma are published as .json.gz."""


def format_of(path: Path, *, wide: bool = False) -> Format | None:
    """None for other suffixes; `wide` adds `ALSO_JSONL`."""
    name = path.name.lower()
    if wide and name.endswith(ALSO_JSONL):
        return "jsonl"
    return next((format for suffix, format in SUFFIXES.items() if name.endswith(suffix)), None)


def is_corpus_file(name: str, format: str) -> bool:
    """By the name below the corpus's address, in which `/` separates folders."""
    if any(is_passed_over(part) for part in name.split("/")):
        return False
    kind = format_of(Path(name), wide=format == "jsonl")
    return kind is not None and format in ("auto", kind)


def is_passed_over(name: str) -> bool:
    """As by Hadoop's tools: `.` hides a name, and `_` is for attempts under way and for notes."""
    return name.startswith((".", "_"))


def walk(folder: Path) -> Iterator[Path]:
    """Every file below that is not passed over, in the order of the names, folder by folder.

    Links that lead nowhere, or to themselves, are passed over too.
    """
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        if is_passed_over(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(folder / entry.name)
        elif _is_file(entry):
            yield folder / entry.name


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise
