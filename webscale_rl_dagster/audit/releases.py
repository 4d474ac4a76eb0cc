"""What is remembered of releases, so that a look-up opens none but the files that may hold it.

Everything is remembered for the version of the objects that it was read from, a bounded number of
each, by all threads of the process: a release or a verdict that changes is read anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from webscale_rl_dagster.audit.stored import extremes, parquet_in
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.gate import is_open, verdict_on
from webscale_rl_dagster.releases.layout import FOLDER, MANIFEST
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.storage.objects import Objects

_RELEASES = 32
_FILES = 10_000


@dataclass(frozen=True, slots=True)
class KnownRelease:
    """A finished release."""

    name: str
    created: str
    open: bool
    """Whether the release's gate let it pass; others are nobody's to load."""
    failed: tuple[str, ...]
    """What shuts its gate; none also where it was not judged."""
    shards: frozenset[str]
    """Those that it was made of."""
    files: Mapping[str, tuple[str, ...]]
    """Per split the storage keys of its files; their rows are in the order of the shards."""


def known_releases(objects: Objects, versions: Mapping[str, str]) -> list[KnownRelease]:
    """All finished ones, the newest first; one with files missing is left out.

    Args:
        objects: Where they are.
        versions: Of all objects below `releases/`.
    """
    of_release: dict[str, list[tuple[str, str]]] = {}
    for key, version in sorted(versions.items()):
        of_release.setdefault(key.split("/")[1], []).append((key, version))
    finished = {
        name: tuple(parts)
        for name, parts in of_release.items()
        if f"{FOLDER}/{name}/{MANIFEST}" in versions
    }
    found = (_opened(objects, name, parts) for name, parts in finished.items())
    return sorted(filter(None, found), key=lambda release: release.created, reverse=True)


@lru_cache(_RELEASES)
def _opened(
    objects: Objects, name: str, _versions: tuple[tuple[str, str], ...]
) -> KnownRelease | None:
    try:
        release = open_release(objects, name)
    except ReleaseError:
        return None
    manifest = release.manifest
    created, shards = str(manifest["created"]), frozenset(manifest["shards"])
    verdict = verdict_on(release)
    failed = verdict.failed if verdict else ()
    return KnownRelease(name, created, is_open(release), failed, shards, release.files)


def files_with(
    objects: Objects, versions: Mapping[str, str], keys: tuple[str, ...], beginning: str
) -> Iterator[str]:
    """Those of a split's files that may hold ids with this beginning, found by bisection."""

    def extent(key: str) -> tuple[str, str]:
        return _extent(objects, key, versions.get(key, ""))

    first = bisect_left(keys, True, key=lambda key: extent(key)[1] >= beginning)
    for key in keys[first:]:
        if extent(key)[0][: len(beginning)] > beginning:
            return
        yield key


@lru_cache(_FILES)
def _extent(objects: Objects, key: str, _version: str) -> tuple[str, str]:
    """The least and the greatest `qa_id`, from the footer."""
    with objects.open(key) as file, parquet_in(file) as parquet:
        groups = range(parquet.num_row_groups)
        found = [extremes(parquet.metadata.row_group(group), "qa_id") for group in groups]
    return min(least for least, _ in found), max(greatest for _, greatest in found)
