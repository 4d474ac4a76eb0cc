"""What trainers load: a dataset that never changes, made of all shards that may be published."""

from datetime import UTC, datetime

import dagster as dg
from pydantic import Field

from webscale_rl_dagster.assets.metadata import release_metadata
from webscale_rl_dagster.assets.shards import OWNERS
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.links import page_links
from webscale_rl_dagster.expectations.standing import gate_status
from webscale_rl_dagster.partitions import RELEASES
from webscale_rl_dagster.releases.building import build_release
from webscale_rl_dagster.releases.gate import behind_a_shut_gate, latest_open, require_open
from webscale_rl_dagster.releases.progress import ReleaseProgress
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.storage.objects import Objects


class ReleaseSettings(dg.Config):
    """Of one release."""

    previous: str | None = Field(
        default=None,
        description="The release to compare with; if none is named, the last whose gate is open.",
    )


@dg.asset(
    deps=[dg.AssetDep("verified_qa", partition_mapping=dg.AllPartitionMapping())],
    partitions_def=RELEASES,
    group_name="releases",
    kinds={"polars", "parquet", "huggingface"},
    owners=OWNERS,
    code_version="1",
)
def dataset_release(
    context: dg.AssetExecutionContext,
    config: ReleaseSettings,
    storage: StorageResource,
    settings: dg.ResourceParam[Config],
    release_progress: dg.ResourceParam[ReleaseProgress],
) -> None:
    """The published pairs of all shards whose gates are open, as a dataset that trainers load.

    **In**: `verified_qa` of every shard whose gates are all open.

    **Out**: `releases/NAME`: Parquet, split by document, with a card and a manifest.

    **Drops**: repeats across shards, benchmark items, and what `release.balance` cuts.

    **Again**: a name is a partition and is taken once: add one, then materialize it. A release
    whose gate is shut is judged again as it is.
    """
    tables = storage.tables()
    release = behind_a_shut_gate(tables.objects, context.partition_key)
    if release is None:
        shards = tables.shards("verified_qa")
        gates = gate_status(context.instance, shards, tables=tables)
        judged = {
            shard: verdicts[-1].files["verified_qa"]
            for shard, verdicts in gates.items()
            if all(verdict.state == "open" for verdict in verdicts)
        }
        release = build_release(
            tables,
            list(judged),
            context.partition_key,
            config=settings,
            created=datetime.now(UTC),
            previous=_previous(config, tables.objects),
            judged=judged,
            left_out=sorted(set(shards) - set(judged)),
            on_progress=release_progress,
        )
    links = page_links("dataset_release", context.partition_key, settings)
    context.add_asset_metadata(release_metadata(release) | links)


def _previous(config: ReleaseSettings, objects: Objects) -> str | None:
    """What nobody may load is not compared with."""
    if config.previous is None:
        return latest_open(objects)
    require_open(open_release(objects, config.previous))
    return config.previous
