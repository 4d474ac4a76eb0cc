"""Opens a finished release, and reads its pairs in stored order and constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.layout import FOLDER, MANIFEST, data_place, key_of
from webscale_rl_dagster.releases.withdrawal import refuse_withdrawn
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import BATCH_ROWS, StoredTable, sha256_of


@dataclass(frozen=True, slots=True)
class Release:
    """A finished release."""

    name: str
    manifest: dict[str, Any]
    """What RELEASE.json says."""
    files: dict[str, tuple[str, ...]]
    """Per split the storage keys of its files, in order; none for a split without rows."""
    objects: Objects

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.manifest["splits"])

    @property
    def uri(self) -> str:
        """Of its folder."""
        return self.objects.uri(key_of(self.name))

    def paths(self) -> list[str]:
        """Of all its files, within its folder; the manifest comes last."""
        folder = key_of(self.name)
        found = [key.removeprefix(f"{folder}/") for key in self.objects.list(folder)]
        return sorted(found, key=lambda path: path == MANIFEST)

    def digests(self) -> dict[str, str]:
        """sha256 of every Parquet file as it lies there now, by path; reads all of them."""
        found = {}
        for path in self.paths():
            if path.endswith(".parquet"):
                with self.objects.open(key_of(self.name, path)) as file:
                    found[path] = sha256_of(file)
        return found

    def batches(
        self, split: str, columns: Sequence[str] | None = None, *, rows: int = BATCH_ROWS
    ) -> Iterator[pl.DataFrame]:
        """Frames of at most so many rows, in stored order; only these columns are fetched.

        Raises:
            ReleaseError: there is no such split.
        """
        if split not in self.splits:
            raise ReleaseError(
                f"release {self.name} has no split {split!r}; it has {', '.join(self.splits)}"
            )
        for key in self.files[split]:
            stored = StoredTable("dataset_release", self.objects.uri(key), self.objects.open(key))
            yield from stored.batches(columns, rows=rows)


def release_names(objects: Objects) -> list[str]:
    """Those that are finished, sorted; withdrawn ones too, whose names stay taken."""
    return sorted(
        parts[1]
        for key in objects.list(FOLDER)
        if len(parts := key.split("/")) == 3 and parts[2] == MANIFEST
    )


def open_release(objects: Objects, name: str) -> Release:
    """A release by its name.

    Raises:
        ReleaseError: it does not exist, is not finished, or was withdrawn, or its files are not
            all there.
    """
    refuse_withdrawn(objects, name)
    folder = key_of(name)
    paths = [key.removeprefix(f"{folder}/") for key in objects.list(folder)]
    if MANIFEST not in paths:
        raise ReleaseError(_absent(objects, name, begun=bool(paths)))
    manifest = _manifest(objects, name)
    files = {split: _files(name, split, paths, rows) for split, rows in manifest["splits"].items()}
    return Release(name, manifest, files, objects)


def _absent(objects: Objects, name: str, *, begun: bool) -> str:
    remedy = f"`webscale-rl release --name {name}` makes it"
    if begun:
        return f"release {name} is not finished, it has no {MANIFEST}: {remedy} anew"
    there = ", ".join(release_names(objects)) or "none"
    return f"there is no release {name!r}; {remedy}. There are: {there}"


def _manifest(objects: Objects, name: str) -> dict[str, Any]:
    key = key_of(name, MANIFEST)
    try:
        manifest = orjson.loads(objects.get(key))
    except orjson.JSONDecodeError as error:
        raise ReleaseError(f"{objects.uri(key)} is no JSON: {error}; it was changed") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("splits"), dict):
        raise ReleaseError(f"{objects.uri(key)} names no splits: it is no release's manifest")
    return manifest


def _files(name: str, split: str, paths: Sequence[str], rows: int) -> tuple[str, ...]:
    places = {path: place for path in paths if (place := data_place(path)) and place[0] == split}
    ordered = sorted(places, key=lambda path: places[path][1])
    numbers = [places[path][1:] for path in ordered]
    whole = numbers == [(number, len(numbers)) for number in range(len(numbers))]
    if not whole or (rows and not numbers):
        raise ReleaseError(
            f"the files of split {split} of release {name} are not all there, or too many: "
            f"{', '.join(ordered) or 'none'}. Restore them from a copy"
        )
    return tuple(key_of(name, path) for path in ordered)
