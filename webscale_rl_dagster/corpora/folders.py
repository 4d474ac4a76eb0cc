"""What the names in a folder say: which files are read, as which format, in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Format = Literal["jsonl", "parquet", "text"]

SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".jsonl.zst": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
"""What format `auto` goes by."""

ALSO_JSONL = (".json", ".json.gz", ".json.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst")
"""Names that format `jsonl` takes from a folder too: C4 and Dolma are published as .json.gz."""


def format_of(path: Path, *, wide: bool = False) -> Format | None:
    """None for other suffixes; `wide` adds `ALSO_JSONL`."""
    name = path.name.lower()
    if wide and name.endswith(ALSO_JSONL):
        return "jsonl"
    return next((format for suffix, format in SUFFIXES.items() if name.endswith(suffix)), None)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below that is not hidden, in the order of the names, folder by folder."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(folder / entry.name)
        elif entry.is_file():
            yield folder / entry.name
