"""What a release must agree with: its manifest, its files' hashes, and the release before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from webscale_rl_dagster.corpora.removed import Removed, tombstones
from webscale_rl_dagster.expectations.facts import Batches, Facts
from webscale_rl_dagster.releases.files import content_sha256
from webscale_rl_dagster.releases.gate import Verdict, record_verdict
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.storage.objects import Objects

ASSET = "dataset_release"
_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ReleaseFacts(Facts):
    """`files` has the hash over all data files, by the name of the asset."""

    splits: Mapping[str, int] = field(default_factory=dict)
    """Pairs of each, as stated."""
    before: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Pairs of the release before by domain, answer type and so on; empty if there is none."""
    removed: Removed = field(default_factory=lambda: Removed(()))
    """All removals of the storage by now."""
    files_as_stated: bool = True
    """Whether the files are those that the manifest names, byte for byte."""


def facts_of_release(name: str, objects: Objects) -> tuple[Batches, ReleaseFacts]:
    """A release's pairs, split by split, and what they must agree with."""
    release = open_release(objects, name)
    manifest = release.manifest
    found = release.digests()
    stated = {file["path"]: file["sha256"] for file in manifest["files"]}
    facts = ReleaseFacts(
        files={ASSET: content_sha256(found)},
        splits=manifest["splits"],
        before=(manifest["previous"] or {}).get("mix", {}),
        removed=Removed(tombstones(objects)),
        files_as_stated=found == stated,
    )

    def batches(columns: Sequence[str] | None) -> Iterable[pl.DataFrame]:
        for split in release.splits:
            yield from release.batches(split, columns, rows=_ROWS)

    return batches, facts


def keep_verdict(name: str, objects: Objects, files: Mapping[str, str], failed: list[str]) -> None:
    """Beside the release, of one that could not even be read as well."""
    record_verdict(objects, name, Verdict(not failed, files.get(ASSET, ""), tuple(failed)))
