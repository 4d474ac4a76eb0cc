"""What lies on storage now, part by part, with a token that changes when any object of it does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b

from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.lineage.records import FOLDER as RECORDS
from webscale_rl_dagster.releases.layout import FOLDER as RELEASES
from webscale_rl_dagster.releases.layout import MANIFEST, WITHDRAWN
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.search.catalog import FAILED, RELEASE, SHARD, Part
from webscale_rl_dagster.storage.objects import Objects

DOCUMENTS = "raw_documents"


@dataclass(slots=True)
class Lying:
    """The objects of one part as they were listed."""

    versions: dict[str, str] = field(default_factory=dict)
    """By key."""
    tables: set[str] = field(default_factory=set)
    """Of a shard, which stages have made one."""

    @property
    def token(self) -> str:
        """Its beginning is `documents_token`, the rest is of all objects."""
        digest = blake2b(digest_size=16)
        documents = ""
        for key, version in sorted(self.versions.items()):
            digest.update(f"{key}\0{version}\0".encode("utf-8", "surrogatepass"))
            if key.startswith(f"{DOCUMENTS}/"):
                documents = documents_token(version)
        return f"{documents}-{digest.hexdigest()}"

    @property
    def failed_token(self) -> str:
        """That these objects could not be read; no token of a shard, nor of its documents."""
        return FAILED + self.token


def documents_token(version: str) -> str:
    """Of a version of a shard's `raw_documents`."""
    return blake2b(version.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def parts_of(objects: Objects) -> dict[Part, Lying]:
    """Every shard that has a table, by its key, and then every release that can be read."""
    shards: dict[str, Lying] = defaultdict(Lying)
    for stage in STAGES:
        for key, version in objects.versions(stage).items():
            shard = key.removeprefix(f"{stage}/").removesuffix(".parquet")
            if key.endswith(".parquet") and _is_shard(shard):
                shards[shard].versions[key] = version
                shards[shard].tables.add(stage)
    for key, version in objects.versions(RECORDS).items():
        shard = "/".join(key.split("/")[3:]).removesuffix(".json")
        if shard in shards:
            shards[shard].versions[key] = version
    found = {Part(SHARD, shard): shards[shard] for shard in sorted(shards)}
    return found | _releases(objects)


def _releases(objects: Objects) -> dict[Part, Lying]:
    releases: dict[str, Lying] = defaultdict(Lying)
    for key, version in objects.versions(RELEASES).items():
        releases[key.split("/")[1]].versions[key] = version
    return {
        Part(RELEASE, name): releases[name]
        for name in sorted(releases)
        if f"{RELEASES}/{name}/{MANIFEST}" in releases[name].versions
        and f"{RELEASES}/{name}/{WITHDRAWN}" not in releases[name].versions
    }


def _is_shard(name: str) -> bool:
    try:
        ShardKey.parse(name)
    except ValueError:
        return False
    return True
