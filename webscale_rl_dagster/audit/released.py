"""In which releases a shard's pairs are, and which of them left them out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from webscale_rl_dagster.audit.lookup import found
from webscale_rl_dagster.audit.releases import KnownRelease, files_with, known_releases
from webscale_rl_dagster.audit.where import Where, among, starting
from webscale_rl_dagster.releases.layout import DROPPED, FOLDER, key_of
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
    failed: tuple[str, ...] = ()
    """What shuts the release's gate."""


class Releases:
    """All finished releases as they are when first asked for; one with files missing is left out.

    Made for one look-up, or a command's; what it reads is remembered by the process.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def of_pair(self, shard: str, qa_id: str) -> Iterator[Place]:
        """What each release that was made of this shard did with the pair, the newest first.

        One that says nothing of it was made when the shard did not publish it.
        """
        yield from self._places(shard, among("qa_id", [qa_id]))

    def of_documents(self, shard: str, document_ids: Collection[str]) -> Iterator[Place]:
        """Likewise of all pairs of these documents that the shard has ever published."""
        wanted = frozenset(document_ids)
        places = self._places(shard, starting("qa_id", _beginning(shard)))
        return (place for place in places if place.document_id in wanted)

    def row(self, shard: str, qa_id: str) -> Row | None:
        """The pair as the newest release that holds it has it."""
        names = TABLES["dataset_release"].names()
        for release in self._of(shard):
            for row in self._kept(release, shard, among("qa_id", [qa_id]), names):
                return row
        return None

    def _places(self, shard: str, where: Where) -> Iterator[Place]:
        for release in self._of(shard):
            place = partial(Place, release=release.name, open=release.open, failed=release.failed)
            for row in self._kept(release, shard, where, ["qa_id", "document_id", "split"]):
                yield place(**row)
            with self._objects.open(key_of(release.name, DROPPED)) as file:
                columns = ["qa_id", "document_id", "reason", "duplicate_of"]
                for frame in found(file, where, columns):
                    for row in frame.iter_rows(named=True):
                        yield place(split=None, **row)

    @cached_property
    def _versions(self) -> dict[str, str]:
        return self._objects.versions(FOLDER)

    @cached_property
    def _all(self) -> list[KnownRelease]:
        return known_releases(self._objects, self._versions)

    def _of(self, shard: str) -> list[KnownRelease]:
        return [release for release in self._all if shard in release.shards]

    def _kept(
        self, release: KnownRelease, shard: str, where: Where, columns: list[str]
    ) -> Iterator[Row]:
        for keys in release.files.values():
            for key in files_with(self._objects, self._versions, keys, _beginning(shard)):
                with self._objects.open(key) as file:
                    for frame in found(file, where, columns):
                        yield from frame.iter_rows(named=True)


def _beginning(shard: str) -> str:
    """Of the ids of a shard's pairs."""
    return f"{shard.replace('/', '.')}."
