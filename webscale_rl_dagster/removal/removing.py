"""Makes a removal true: its tombstone first, then each shard, so that a crash leaves work to do.

Nothing here asks a model or knows Dagster; the command makes the shards' pairs anew in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from webscale_rl_dagster.corpora.removed import (
    REMOVED,
    Tombstone,
    new_tombstone,
    save,
    tombstones,
)
from webscale_rl_dagster.deduplication.documents import is_current, signature_of
from webscale_rl_dagster.removal.finding import Found, find, stages_with
from webscale_rl_dagster.removal.selecting import Selector
from webscale_rl_dagster.storage.tables import Tables


def lay(
    tables: Tables, selector: Selector, found: Found, reason: str, *, alone: bool = False
) -> list[Tombstone]:
    """The tombstones of nothing but what was found: those that were there, and a new one.

    With it the removal holds: whatever ingests or releases from now on leaves the documents out.

    Args:
        tables: Where it is laid.
        selector: What was asked for.
        found: What that means.
        reason: Everyone who asks is told.
        alone: Whether documents that an earlier, larger removal covers need one of these too: a
            purge takes all documents of a tombstone.
    """
    known = tombstones(tables.objects)
    ours = [one for one in known if one.documents and one.documents.keys() <= found.all]
    fresh = sorted(found.all - ids_of(ours if alone else known))
    rule = selector.kind != "document" and not any(_is_rule(one, selector) for one in known)
    if fresh or rule:
        documents = {identity: list(found.pairs.get(identity, ())) for identity in fresh}
        ours.append(new_tombstone(selector.kind, selector.value, reason, documents))
        save(tables.objects, ours[-1])
    return ours


def missed(tables: Tables, laid: Sequence[Tombstone]) -> dict[Selector, Found]:
    """By rule what it means by now, if no tombstone names all of it.

    Such documents came in by an ingestion that had begun before the rule was laid.
    """
    known = ids_of(laid)
    rules = {Selector(one.kind, one.value) for one in laid if one.kind != "document"}
    found = {rule: find(tables, rule) for rule in rules}
    return {rule: one for rule, one in found.items() if not one.all <= known}


def erase_rows(tables: Tables, shard: str, ids: Collection[str]) -> int:
    """Turn the shard's rows of these documents, repeats among them, into removed ones.

    Their texts stay, their titles and metadata go. How many rows are removed by this; if none, the
    table is not touched. Memory holds a batch and a row group.
    """
    changed = 0
    stored = tables.open("raw_documents", shard)
    wanted = pl.Series(list(ids), dtype=pl.String)
    with tables.writer("raw_documents", shard) as writer:
        for batch in stored.batches():
            out = batch.select(
                pl.col("document_id").is_in(wanted.implode())
                & (pl.col("reason") != REMOVED).fill_null(True)
            ).to_series()
            changed += int(out.sum())
            writer.add_frame(_erased(batch, out) if out.any() else batch)
        if not changed:
            writer.discard()
    return changed


def forget(tables: Tables, shard: str, ids: Collection[str]) -> list[str]:
    """Delete the shard's tables that still have rows of these documents; their stages.

    That is how it stays clean when it could not be made anew to the end: a gate is shut. `run`
    makes them again from the journal.
    """
    left = stages_with(tables, shard, ids)
    tables.objects.delete(f"{stage}/{shard}.parquet" for stage in left)
    return left


def ids_of(found: Iterable[Tombstone]) -> frozenset[str]:
    """All documents that they removed."""
    return frozenset(identity for tombstone in found for identity in tombstone.documents)


def _is_rule(tombstone: Tombstone, selector: Selector) -> bool:
    return (tombstone.kind, tombstone.value) == (selector.kind, selector.value)


def _erased(batch: pl.DataFrame, out: pl.Series) -> pl.DataFrame:
    """A signature is made where one is missing, so that near duplicates stay out for good.

    One that was dropped as a near duplicate had none, and others may be like it alone.
    """
    signatures = [
        signature_of(text) if gone and text is not None and not is_current(minhash)
        else minhash
        for gone, text, minhash in zip(out, batch["text"], batch["minhash"], strict=True)
    ]  # fmt: skip
    nothing = [
        pl.when(out).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("title", "metadata", "error")
    ]
    return batch.with_columns(
        *nothing,
        pl.Series("minhash", signatures, dtype=pl.Binary),
        kept=pl.col("kept") & ~out,
        reason=pl.when(out).then(pl.lit(REMOVED)).otherwise(pl.col("reason")),
    )
