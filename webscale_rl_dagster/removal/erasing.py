"""Takes what was made of removed documents out of journals, tables and marks, and their texts.

Each step may be repeated: what is erased already is left alone. Memory holds a batch of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.identity import ShardKey, shard_of
from webscale_rl_dagster.inference.journal import files_of, merge, read_calls
from webscale_rl_dagster.removal.removing import erase_rows
from webscale_rl_dagster.schemas import ASKING, STAGES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

RAW = "raw_documents"
_PATIENCE = 10
"""Listings of a journal that a run is merging, before giving up."""


@dataclass(slots=True)
class Erased:
    """How much is gone, and from where."""

    texts: int = 0
    calls: int = 0
    rows: int = 0
    """Of tables after `raw_documents`."""
    marks: int = 0
    unfinished: int = 0
    """Parts of files whose writing was cut short."""
    tables: dict[str, list[str]] = field(default_factory=dict)
    """By shard the tables that were written anew: their gates are to be judged again."""

    def rewrote(self, shard: str, table: str) -> None:
        self.tables.setdefault(shard, []).append(table)


def erase_calls(objects: Objects, ids: Collection[str], pairs: Collection[str]) -> int:
    """Write every journal that holds calls of them anew without these; how many there were.

    A run that writes at the same time loses nothing: only files that were listed are replaced.
    """
    made_of = pl.col("document_id").is_in(list(ids)) | pl.col("qa_id").is_in(list(pairs))
    wanted = made_of.fill_null(False)
    return sum(_erase_calls(objects, folder, wanted) for folder in journals(objects))


def journals(objects: Objects) -> Iterator[str]:
    """The folder of each stage and shard; objects elsewhere below `journal` are in none."""
    for folder in sorted({key.rpartition("/")[0] for key in objects.list("journal")}):
        _, stage, shard = (*folder.split("/", 2), "", "")[:3]
        with suppress(ValueError):
            if stage in ASKING and ShardKey.parse(shard):
                yield folder


def _erase_calls(objects: Objects, folder: str, wanted: pl.Expr) -> int:
    for _ in range(_PATIENCE):
        names = files_of(folder, objects.list(folder))
        try:
            some = read_calls(objects, names, columns=("document_id", "qa_id"))
            held = sum(calls.filter(wanted).height for calls in some)
            if held:
                merge(objects, folder, names, without=wanted)
        except StorageError as error:
            lost = error
            continue
        return held
    raise lost


def erase_made(tables: Tables, ids: Collection[str], erased: Erased) -> None:
    """Write every table after `raw_documents` that has rows of them anew without these.

    It has then as many rows as the stage before sends on, and fewer than it was judged with.
    """
    wanted = pl.col("document_id").is_in(list(ids))
    for stage in STAGES[1:]:
        for shard in tables.shards(stage):
            stored = tables.open(stage, shard)
            named = stored.batches(["document_id"])
            if held := sum(batch.filter(wanted).height for batch in named):
                with tables.writer(stage, shard) as writer:
                    for batch in stored.batches():
                        writer.add_frame(batch.remove(wanted))
                erased.rows += held
                erased.rewrote(shard, stage)


def erase_texts(tables: Tables, ids: Collection[str], erased: Erased) -> None:
    """Make their rows of `raw_documents` removed ones without texts.

    Ids, sources, URLs and licences stay, and so does the signature by which a near copy is known.
    """
    own = pl.col("document_id").is_in(list(ids))
    for shard in tables.shards(RAW):
        named = tables.open(RAW, shard).batches(["document_id"])
        if not any(batch.filter(own).height for batch in named):
            continue
        rows = erase_rows(tables, shard, ids)
        texts = _erase_texts(tables, shard, own)
        if rows or texts:
            erased.rewrote(shard, RAW)
        erased.texts += texts


def _erase_texts(tables: Tables, shard: str, own: pl.Expr) -> int:
    stored = tables.open(RAW, shard)
    held = 0
    with tables.writer(RAW, shard) as writer:
        for batch in stored.batches():
            held += batch.filter(own & pl.col("text").is_not_null()).height
            text = pl.when(own).then(None).otherwise(pl.col("text"))
            writer.add_frame(batch.with_columns(text.alias("text")))
        if not held:
            writer.discard()
    return held


def erase_marks(objects: Objects, pairs: Collection[str]) -> int:
    """Delete what people said of these pairs; how many marks there were."""
    folders = {f"marks/{shard_of(pair)}/{pair.rpartition('.')[2]}" for pair in pairs}
    marks = [key for key in objects.list("marks") if key.rpartition("/")[0] in folders]
    objects.delete(marks)
    return len(marks)
