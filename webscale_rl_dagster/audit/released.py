"""In which releases a shard's pairs are, and which of them left them out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from webscale_rl_dagster.audit.lookup import Where, among, found, starting
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.gate import is_open
from webscale_rl_dagster.releases.layout import DROPPED, key_of
from webscale_rl_dagster.releases.reading import Release, open_release, release_names
from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row


@dataclass(frozen=True, slots=True)
class Place:
    """What a release did with a pair."""

    qa_id: str
    document_id: str
    release: str
    open: bool
    """Whether the release's gate let it pass; others are nobody's to load."""
    split: str | None
    """None: left out, for this `reason`."""
    reason: str | None = None
    duplicate_of: str | None = None


class Releases:
    """All finished releases of a storage, the newest first; one with files missing is left out."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def of_pair(self, shard: str, qa_id: str) -> Iterator[Place]:
        """What each release that was made of this shard did with the pair.

        One that says nothing of it was made when the shard did not publish it.
        """
        yield from self._places(shard, among("qa_id", [qa_id]))

    def of_documents(self, shard: str, document_ids: Collection[str]) -> Iterator[Place]:
        """Likewise of all pairs of these documents that the shard has ever published."""
        wanted = frozenset(document_ids)
        of_shard = starting("qa_id", f"{shard.replace('/', '.')}.")
        return (place for place in self._places(shard, of_shard) if place.document_id in wanted)

    def _places(self, shard: str, where: Where) -> Iterator[Place]:
        for release in self._of(shard):
            for row in self._kept(release, where, ["qa_id", "document_id", "split"]):
                yield Place(release=release.name, open=is_open(release), **row)
            with self._objects.open(key_of(release.name, DROPPED)) as file:
                columns = ["qa_id", "document_id", "reason", "duplicate_of"]
                for frame in found(file, where, columns):
                    for row in frame.iter_rows(named=True):
                        judged = is_open(release)
                        yield Place(release=release.name, open=judged, split=None, **row)

    def row(self, shard: str, qa_id: str) -> Row | None:
        """The pair as the newest release that holds it has it."""
        names = TABLES["dataset_release"].names()
        for release in self._of(shard):
            for row in self._kept(release, among("qa_id", [qa_id]), names):
                return row
        return None

    @cached_property
    def _all(self) -> list[Release]:
        found = []
        for name in release_names(self._objects):
            with suppress(ReleaseError):
                found.append(open_release(self._objects, name))
        return sorted(found, key=lambda release: str(release.manifest["created"]), reverse=True)

    def _of(self, shard: str) -> list[Release]:
        return [release for release in self._all if shard in release.manifest["shards"]]

    def _kept(self, release: Release, where: Where, columns: list[str]) -> Iterator[Row]:
        for split in release.splits:
            for key in release.files[split]:
                with self._objects.open(key) as file:
                    for frame in found(file, where, columns):
                        yield from frame.iter_rows(named=True)
