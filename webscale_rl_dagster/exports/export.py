"""A release into a folder for one trainer: rows of every split, what scores them, how to use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from webscale_rl_dagster.errors import ReleaseError, StorageError
from webscale_rl_dagster.releases.gate import require_open

from .columns import INSTRUCTION, READ
from .folder import new_folder
from .format import Format, Source
from .rows import row_file
from .usage import INSTALL, write_files

if TYPE_CHECKING:
    from webscale_rl_dagster.releases.reading import Release

MANIFEST = "EXPORT.json"
BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Path
    rows: dict[str, int]
    """Per split of the release; one without rows has no file."""
    usage: str
    """The lines for the trainer's configuration."""


def export(
    release: Release,
    format: Format,
    out: Path,
    *,
    instruction: str | None = INSTRUCTION,
    force: bool = False,
) -> Exported:
    """Writes the export whole or not at all, in constant memory.

    Raises:
        StorageError: the folder holds something, and `force` is not given or that is not all ours.
        ReleaseError: the release's gate is shut, or it has no pairs to train on.
    """
    require_open(release)
    out = out.absolute()
    if force:
        _refuse_what_is_not_ours(out)
    with new_folder(out, replace=force) as folder:
        rows = {
            split: _write_split(release, Source(release.name, split, instruction), format, folder)
            for split in release.splits
        }
        if not rows.get("train"):
            raise ReleaseError(f"release {release.name} has no pairs to train on")
        paths = {split: str(out / format.data.format(split=split)) for split in rows}
        usage = write_files(format.name, folder, _values(release.name, out, rows, paths))
        manifest = {
            "format": format.name,
            "release": release.name,
            "instruction": instruction,
            "rows": rows,
            "files": _files(folder),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return Exported(out, rows, usage)


def _write_split(release: Release, source: Source, format: Format, folder: Path) -> int:
    """How many rows; without any there is no file."""
    batches = release.batches(source.split, READ, rows=BATCH_ROWS)
    first = next(batches, None)
    if first is None:
        return 0
    columns = format.columns(source)
    written = 0
    with row_file(folder / format.data.format(split=source.split)) as write:
        for batch in chain([first], batches):
            index = pl.int_range(written, written + batch.height, dtype=pl.Int64)
            write(batch.with_columns(index=index).select(columns))
            written += batch.height
    return written


def _values(release: str, out: Path, rows: dict[str, int], paths: dict[str, str]) -> dict[str, str]:
    """What templates may name. Trainers want a second file: test, or train, for no validation."""
    filled = [split for split in ("validation", "test", "train") if rows.get(split)]
    return {
        "release": release,
        "out": str(out),
        "install": INSTALL,
        "train": paths["train"],
        "validation": paths[filled[0]],
    }


def _files(folder: Path) -> list[str]:
    """Of an export, without what its use leaves there: compiled modules, an installation's link."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if not path.is_dir()
        and "__pycache__" not in path.parts
        and not path.parent.name.endswith(".egg-info")
    )


def _refuse_what_is_not_ours(out: Path) -> None:
    """A folder of which a single file is somebody's, say a checkpoint, is not ours to replace."""
    found = set(_files(out)) - {MANIFEST}
    if not found:
        return
    try:
        written = set(json.loads((out / MANIFEST).read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        written = set()
    if foreign := sorted(found - written):
        raise StorageError(
            f"{out} holds what no export wrote, e.g. {foreign[0]}: name another folder"
        )
