"""Whether a corpus still arrives: a check of its own on `raw_documents`, without partitions.

Dagster's FreshnessPolicy says when an asset was last materialized. `raw_documents` holds every
corpus, and a file that repeats what is stored makes no new shard: a policy could tell neither which
corpus went quiet nor whether one did.
"""

# No `from __future__ import annotations`: Dagster reads the check's annotations as objects.
import time
from collections.abc import Sequence

import dagster as dg
import polars as pl

from webscale_rl_dagster.config import CorpusConfig
from webscale_rl_dagster.corpora.arrivals.ledger import read_ledger
from webscale_rl_dagster.corpora.arrivals.standing import Freshness, freshness_of
from webscale_rl_dagster.identity import identifier
from webscale_rl_dagster.resources.storage import StorageResource

_ASSET = dg.AssetKey("raw_documents")
_SAID_AGAIN_S = 86_400


def freshness_check(corpus: CorpusConfig, expected_every: float) -> dg.AssetChecksDefinition:
    """To be run by hand as well; the corpus's sensor reports it as often as it changes."""

    @dg.asset_check(
        asset=_ASSET,
        name=freshness_key(corpus.name).name,
        description=f"A file of {corpus.name} arrived within the last {expected_every:g} hours.",
    )
    def arriving(storage: StorageResource) -> dg.AssetCheckResult:
        found = freshness_of(read_ledger(storage.objects(), corpus.name).rows, expected_every)
        return dg.AssetCheckResult(
            passed=found.fresh, description=found.why, metadata=_metadata(corpus, found)
        )

    return arriving


def freshness_key(corpus: str) -> dg.AssetCheckKey:
    """The check of one corpus."""
    return dg.AssetCheckKey(_ASSET, f"arrivals_{identifier(corpus)}")


def freshness_events(
    instance: dg.DagsterInstance, corpus: CorpusConfig, rows: pl.DataFrame
) -> Sequence[dg.AssetCheckEvaluation]:
    """The verdict, if it is another than the last one or that is a day old."""
    if corpus.ingestion is None or corpus.ingestion.expected_every is None:
        return []
    found = freshness_of(rows, corpus.ingestion.expected_every)
    key = freshness_key(corpus.name)
    last = instance.get_latest_asset_check_evaluation_record(key)
    told = last.evaluation if last is not None else None
    recent = last is not None and last.create_timestamp > time.time() - _SAID_AGAIN_S
    if told is not None and told.passed == found.fresh and recent:
        return []
    return [
        dg.AssetCheckEvaluation(
            asset_key=_ASSET,
            check_name=key.name,
            passed=found.fresh,
            blocking=False,
            severity=dg.AssetCheckSeverity.ERROR,
            description=found.why,
            metadata=_metadata(corpus, found),
        )
    ]


def _metadata(corpus: CorpusConfig, found: Freshness) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {"corpus": dg.MetadataValue.text(corpus.name)}
    if found.last_arrival is not None:
        metadata["last_arrival"] = dg.MetadataValue.timestamp(found.last_arrival)
    return metadata
