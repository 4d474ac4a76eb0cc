"""Which run of `ingest_corpus` a corpus needs now: never more than one, so that no text is doubled.

Each text is looked for in what is stored when its file begins. Two runs at once would not see each
other's.
"""

from __future__ import annotations

import functools
import math
import time
import uuid
from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from webscale_rl_dagster.automation.ingestion.outstanding import outstanding
from webscale_rl_dagster.automation.tags import CORPUS, INGESTS
from webscale_rl_dagster.automation.unfinished import unfinished_ingestions, waits_for_retry
from webscale_rl_dagster.config import IngestionConfig
from webscale_rl_dagster.corpora.arrivals.batches import (
    Arrival,
    Batch,
    after_lost_run,
    next_files,
    open_batch,
    with_batch,
)
from webscale_rl_dagster.corpora.arrivals.ledger import change_ledger
from webscale_rl_dagster.corpora.arrivals.listing import Listing, covered_by
from webscale_rl_dagster.corpora.arrivals.outcomes import has_outcomes
from webscale_rl_dagster.corpora.arrivals.reading import last_reading
from webscale_rl_dagster.corpora.arrivals.standing import standing_of
from webscale_rl_dagster.storage.objects import Objects

BATCH = "webscale_rl/batch"
"""The tag of a run that ingests a batch."""
_GRACE_S = 60
"""A run that ended is given so long for its outcomes to be seen, or to be run again."""
_RESTS_S = 600
"""After a run that came to no file, as where its worker cannot start: the next may not either."""

Asked = dg.RunRequest | str
"""A run, or why there is none."""


def ask(
    instance: dg.DagsterInstance,
    objects: Objects,
    corpus: str,
    ingestion: IngestionConfig,
    listing: Listing,
    rows: pl.DataFrame,
) -> Asked:
    """Of the ledger's rows after a look. A batch is in the ledger before its run is requested."""
    batch = open_batch(rows)
    waiting = standing_of(rows).waiting
    if under_way := unfinished_ingestions(instance, corpus):
        return f"{waiting} files wait for run {under_way[0].run_id} of {INGESTS} to end"
    if batch is not None:
        return _again(instance, objects, corpus, batch)
    most = ingestion.max_queued_shards
    if waiting and outstanding(instance, corpus, most=most) >= most:
        return f"{waiting} files wait until fewer shards are outstanding"
    files = next_files(
        rows.filter(covered_by(listing.uri)),
        settles_s=listing.settles_s,
        most_files=ingestion.batch_files,
    )
    if not files:
        return (
            f"{waiting} files wait to be complete, or to be tried again"
            if waiting
            else "no new file"
        )
    batch = Batch(uuid.uuid4().hex[:16], files)
    rows = change_ledger(objects, corpus, functools.partial(with_batch, batch=batch))
    begun = open_batch(rows)
    if begun is None or begun.name != batch.name:
        return f"{waiting} files wait: another tick of this sensor came first"
    return _request(corpus, begun)


def _again(instance: dg.DagsterInstance, objects: Objects, corpus: str, batch: Batch) -> Asked:
    records = instance.get_run_records(dg.RunsFilter(tags={BATCH: batch.name}))
    if not records:
        return _request(corpus, batch)
    files, run_id = len(batch.files), records[0].dagster_run.run_id
    if has_outcomes(objects, corpus) or not _are_over(records, _GRACE_S):
        return f"{files} files wait for the outcomes of run {run_id}"
    reading = _reading(objects, corpus, records)
    if reading is None and not _are_over(records, _RESTS_S):
        return f"{files} files rest: run {run_id} was cancelled, or came to none of its files"
    lost = functools.partial(after_lost_run, batch=batch, reading=reading)
    change_ledger(objects, corpus, lost)
    if reading is not None and reading in batch.files:
        return f"a run ended while it read {reading.uri}; the files after it are chosen anew"
    return f"{files} files that run {run_id} left are chosen anew"


def _are_over(records: Sequence[dg.RunRecord], since_s: float) -> bool:
    """Whether they ended so long ago, and no outcome will come of one any more."""
    ended = max(record.end_time or math.inf for record in records)
    return ended < time.time() - since_s and not any(map(waits_for_retry, records))


def _reading(objects: Objects, corpus: str, records: Sequence[dg.RunRecord]) -> Arrival | None:
    """The file that the last of these runs to read was at; of one that was cancelled none."""
    reading = last_reading(objects, corpus)
    for record in records:
        run = record.dagster_run
        if reading is not None and run.run_id == reading.run_id:
            return None if run.status == dg.DagsterRunStatus.CANCELED else reading.file
    return None


def _request(corpus: str, batch: Batch) -> dg.RunRequest:
    files = [{"path": file.uri, "version": file.version} for file in batch.files]
    config: dict[str, Any] = {"corpus": corpus, "files": files}
    return dg.RunRequest(
        run_key=batch.name,
        run_config={"ops": {"ingest_files": {"config": config}}},
        tags={CORPUS: corpus, BATCH: batch.name},
    )
