"""What is looked up: drawn by chance of what a storage holds, the same in every process."""

from __future__ import annotations

import random
from dataclasses import dataclass

from webscale_rl_dagster.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Questions:
    """Ids of pairs, and documents' ids, URLs, files and titles."""

    pairs: list[str]
    documents: list[str]
    urls: list[str]
    files: list[str]
    titles: list[str]


def questions(tables: Tables, count: int, *, seed: int = 0) -> Questions:
    """So many of each, from as many shards."""
    draw = random.Random(seed)
    shards = draw.choices(tables.shards("candidate_qa"), k=count)
    columns = ["document_id", "url", "source_uri", "title"]
    raw = [_one(tables, "raw_documents", shard, columns, draw) for shard in shards]
    return Questions(
        pairs=[_one(tables, "candidate_qa", shard, ["qa_id"], draw)[0] for shard in shards],
        documents=[row[0] for row in raw],
        urls=[row[1] for row in raw],
        files=[row[2] for row in raw],
        titles=[row[3] for row in raw],
    )


def _one(
    tables: Tables, table: str, shard: str, columns: list[str], draw: random.Random
) -> tuple[str, ...]:
    frame = tables.read(table, shard, columns=columns)
    return frame.row(draw.randrange(frame.height))
