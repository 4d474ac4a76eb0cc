"""Makes a release of published pairs: cleaned, split, written out of core, stored as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.card.diversity import diversity
from webscale_rl_dagster.config import BalanceConfig, Config
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.balance import difficulty, over_shares
from webscale_rl_dagster.releases.benchmarks import opened
from webscale_rl_dagster.releases.cleaning import Drop, is_among, unclean
from webscale_rl_dagster.releases.comparison import changes, counted
from webscale_rl_dagster.releases.describing import describe
from webscale_rl_dagster.releases.files import table_file
from webscale_rl_dagster.releases.human import human
from webscale_rl_dagster.releases.layout import CHANGES, DROPPED, MANIFEST, REMOVED, key_of
from webscale_rl_dagster.releases.manifest import manifest_of
from webscale_rl_dagster.releases.progress import ReleaseProgress
from webscale_rl_dagster.releases.published import Published, owned
from webscale_rl_dagster.releases.reading import Release, open_release
from webscale_rl_dagster.releases.removals import Removals
from webscale_rl_dagster.releases.writing import Written, write_pairs
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

_WORTH_PROCESSES = 50_000
"""Pairs from which starting other processes, a few seconds, is made up for."""

SHOWN = 20
"""Pairs that the card shows."""

_KINDS = {
    "qa_id": pl.String(),
    "domain": pl.Categorical(),
    "answer_type": pl.Categorical(),
    "difficulty": pl.Categorical(),
}


def build_release(
    tables: Tables,
    shards: Sequence[str],
    name: str,
    *,
    config: Config,
    created: datetime,
    previous: str | None = None,
    judged: Mapping[str, str] | None = None,
    left_out: Sequence[str] = (),
    processes: int | None = None,
    on_progress: ReleaseProgress | None = None,
) -> Release:
    """Store a release of what these shards publish; the caller vouches that their gates are open.

    Its rows are in the order of the shards' keys. Of pairs alike the one that was in the previous
    release stays, else the first. The same tables, marks, settings and previous release make the
    same files.

    Args:
        tables: Where the shards are, and the release will be.
        shards: Keys of the shards.
        name: A new one.
        config: Its sections `release` and `decontamination` are heeded.
        created: With a time zone; goes to the manifest.
        previous: The release to be compared with, whose pairs stay where they can.
        judged: By shard the sha256 of the `verified_qa` that its gate let pass; another ends it.
        left_out: Shards behind a shut gate, for the manifest.
        processes: That clean; None: as many as there are cores, one for few pairs.
        on_progress: Told of every shard that is read.

    Raises:
        ReleaseError: the name is taken, or nothing is left to release.
        BenchmarkError: a benchmark is not there, or its index cannot be used.
    """
    objects = tables.objects
    if objects.exists(key_of(name, MANIFEST)):
        raise ReleaseError(f"release {name} exists and never changes: take another name")
    before = open_release(objects, previous) if previous else None
    published = Published(tables, sorted(set(shards)), judged=judged, progress=on_progress)
    removals = Removals(tables, published.shards)
    if processes is None:
        processes = len(os.sched_getaffinity(0)) if published.rows() >= _WORTH_PROCESSES else 1
    with opened(objects, config, processes) as (decontaminator, benchmarks):
        released = _ids(before) if before else frozenset()
        drops = removals.drops(published)
        drops |= unclean(
            published, decontaminator, released=released, without=drops, processes=processes
        )
    drops |= _unbalanced(published, config.release.balance, drops)
    with tempfile.TemporaryDirectory(prefix="webscale-rl-release-") as temporary:
        folder = Path(temporary)
        written = write_pairs(published, drops, folder, config.release.splits)
        if not written.pairs:
            raise ReleaseError("there is nothing to release: no pair is published, or none is left")
        changed = _changes(before, written, folder, removals)
        sample = written.measures.sample
        spread, places = diversity(sample.frame())
        manifest = manifest_of(
            tables,
            name,
            written,
            folder,
            created=created,
            config=config,
            benchmarks=benchmarks,
            changed=changed,
            removed=removals.store(folder / REMOVED),
            measures=written.measures.summary(spread) | {"human": human(tables, folder)},
            left_out=left_out,
        )
        describe(folder, manifest, written.tally, pairs=sample.pairs(SHOWN), places=places)
        _store(objects, name, folder, manifest)
    return open_release(objects, name)


def _ids(release: Release) -> frozenset[str]:
    batches = (batch for split in release.splits for batch in release.batches(split, ["qa_id"]))
    return frozenset(qa_id for batch in batches for qa_id in batch["qa_id"])


def _unbalanced(
    published: Published, balance: BalanceConfig, drops: Mapping[str, Drop]
) -> dict[str, Drop]:
    if not balance.model_dump(exclude_none=True):
        return {}
    columns = ["qa_id", "domain", "answer_type", "closed_book_rate"]
    frames = [
        owned(batch.filter(~is_among(batch["qa_id"], drops)).with_columns(difficulty()), _KINDS)
        for _, batch in published.batches(columns, step="balancing")
    ]
    if not frames:
        return {}
    return {
        qa_id: Drop(reason) for qa_id, reason in over_shares(pl.concat(frames), balance).items()
    }


def _changes(
    before: Release | None, written: Written, folder: Path, removals: Removals
) -> dict[str, Any] | None:
    """Written to a file, and counted."""
    if before is None:
        return None
    data = sorted((folder / "data").iterdir())
    frame = changes(before, data, folder / DROPPED, list(written.shards), are_removed=removals.of)
    with table_file("release_changes", folder / CHANGES) as writer:
        writer.add_frame(frame)
    content = before.manifest["content_sha256"]
    mix = before.manifest["mix"]
    return {"name": before.name, "content_sha256": content, "mix": mix, **counted(frame)}


def _store(objects: Objects, name: str, folder: Path, manifest: Mapping[str, Any]) -> None:
    """The manifest last, so that no reader takes a part for the whole.

    Two makers of one name at once: what is mixed of both does not pass the release's gate.
    """
    if objects.exists(key_of(name, MANIFEST)):
        raise ReleaseError(f"release {name} was made by another process meanwhile")
    objects.delete(list(objects.list(key_of(name))))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        objects.put_file(key_of(name, path.relative_to(folder).as_posix()), path)
    body = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    if not objects.put_new(key_of(name, MANIFEST), body):
        raise ReleaseError(f"release {name} was made by another process meanwhile")
