"""Brings the index up to date with the storage: the parts that changed, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webscale_rl_dagster.search.catalog import RELEASE, SHARD, Catalog, Part
from webscale_rl_dagster.search.changes import DOCUMENTS, Lying, documents_token, parts_of
from webscale_rl_dagster.search.folder import only_writer, opened, writable
from webscale_rl_dagster.search.indexing import Indexing
from webscale_rl_dagster.search.writing import Writing
from webscale_rl_dagster.storage.tables import Tables

Progress = Callable[[int, int], None]
"""How many of how many changed shards and releases are there for readers."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did."""

    shards: list[str] = field(default_factory=list)
    """Indexed anew."""
    releases: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Shards and releases that are on storage no more."""
    failed: dict[str, str] = field(default_factory=dict)
    """Those that could not be read, and why: the next update tries them again."""


def update(tables: Tables, folder: Path, *, on_progress: Progress | None = None) -> Updated:
    """Index what changed since the last update.

    Readers see each batch as it is committed. Interrupted at any point, it costs a batch, and the
    next update goes on from there. An index that is damaged, or of another version, is made anew.

    Raises:
        IndexBusy: at once, if another update of the same folder is under way.
        StorageError: the storage cannot be listed, or the folder cannot be written.
    """
    with only_writer(folder):
        lying = parts_of(tables.objects)
        with writable(folder):
            keeper, indexes = opened(folder)
            changed, gone = _compared(lying, keeper.catalog.tokens())
            if not changed and not gone:
                keeper.settle()
                return Updated()
            numbers = keeper.begin([*changed, *gone])

        def tell() -> None:
            if on_progress is not None:
                on_progress(len(indexing.done), len(changed))

        with Writing(keeper, indexes, on_commit=tell) as writing:
            indexing = Indexing(tables, writing, lying, numbers)
            tell()
            for part in gone:
                writing.gone(part)
            indexing.shards(part for part in changed if part.kind == SHARD)
            for part in changed:
                if part.kind == RELEASE:
                    indexing.release(part)
        with writable(folder):
            keeper.settle()
    done = indexing.done
    return Updated(
        [part.name for part in done if part.kind == SHARD],
        [part.name for part in done if part.kind == RELEASE],
        [part.name for part in gone],
        indexing.failed,
    )


def pending(tables: Tables, folder: Path) -> int:
    """Shards and releases that an update would index or drop; lists the storage.

    Without those that could not be read and have not changed since.
    """
    lying, known = parts_of(tables.objects), Catalog.open(folder).tokens()
    changed, gone = _compared(lying, known)
    return len(gone) + sum(known.get(part) != lying[part].failed_token for part in changed)


def _compared(
    lying: Mapping[Part, Lying], known: Mapping[Part, str]
) -> tuple[list[Part], list[Part]]:
    """What changed or could not be read, and what is gone."""
    changed = [part for part, one in lying.items() if known.get(part) != one.token]
    return changed, [part for part in known if part not in lying]


def stale_documents(tables: Tables, folder: Path) -> list[str]:
    """Shards whose `raw_documents` are not in the index as they lie on storage now, sorted.

    Lists that table alone, whose files are a small part of the storage's.
    """
    known = Catalog.open(folder).tokens()
    versions = tables.objects.versions(DOCUMENTS)
    lying = {
        key.removeprefix(f"{DOCUMENTS}/").removesuffix(".parquet"): documents_token(version)
        for key, version in sorted(versions.items())
        if key.endswith(".parquet")
    }
    return [
        shard
        for shard, token in lying.items()
        if known.get(Part(SHARD, shard), "").split("-")[0] != token
    ]
