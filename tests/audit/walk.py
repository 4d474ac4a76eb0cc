"""Walks all provenance of a storage in both directions, reading every source anew.

    python -m tests.audit.walk          the storage of ./pipeline.yaml, or of the demo

Each pair, published or not, is traced to the row of the file that it was read from, and each
document's fate leads back to its pairs. What does not close ends it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from typer.testing import CliRunner

from tests.audit.corpora import text_at
from webscale_rl_dagster.cli import app
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.storage.connected import tables_of
from webscale_rl_dagster.storage.tables import Tables


@dataclass
class Walked:
    """What was found to close."""

    pairs: int = 0
    published: int = 0
    calls: int = 0
    formats: set[str] = field(default_factory=set)
    fates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By document."""


def walk(tables: Tables, *options: str) -> Walked:
    """Through the commands, with these options before them; AssertionError at the first flaw."""
    walked = Walked()
    for shard in tables.shards("candidate_qa"):
        for row in tables.rows("candidate_qa", shard, columns=["qa_id", "document_id", "question"]):
            _walk_pair(row, shard, walked, options)
    qa_ids = [qa_id for back in walked.fates.values() for qa_id in back["qa_ids"]]
    assert len(qa_ids) == len(set(qa_ids)) == walked.pairs
    return walked


def _walk_pair(row: dict[str, Any], shard: str, walked: Walked, options: tuple[str, ...]) -> None:
    found = _told("trace", row["qa_id"], options)
    document = found["document"]
    assert found["question"] == row["question"]
    assert document["document_id"] == row["document_id"]
    assert found["shard"] == shard
    source = text_at(document["source_uri"], document["source_row"])
    assert source == document["text"]
    assert hashlib.sha256(source.encode()).hexdigest() == document["document_id"]
    assert document["file"]["sha256"][:10] == shard.split("/")[1]
    assert all(found["stages"][stage]["run_id"] for stage in found["stages"])
    if document["document_id"] not in walked.fates:
        (back,) = _kept(_told("fate", document["document_id"], options)["documents"])
        walked.fates[document["document_id"]] = back
    back = walked.fates[document["document_id"]]
    assert row["qa_id"] in back["qa_ids"]
    assert (row["qa_id"] in back["published"]) is found["published"]
    places = [[said["source_uri"], said["source_row"]] for said in (back, document)]
    assert places[0] == places[1]
    releases = {place["release"] for place in found["releases"] if place["split"]}
    released = {pair["release"] for pair in back["released"] if pair["qa_id"] == row["qa_id"]}
    assert released == releases
    assert found["release"] in releases | {None}
    roles = {call["role"] for call in found["calls"]}
    assert {"filter", "classifier"} <= roles
    assert not found["published"] or {"generator", "checker"} <= roles
    walked.pairs += 1
    walked.published += found["published"]
    walked.calls += len(found["calls"])
    walked.formats.add(document["source_uri"].rsplit(".")[-1])


def _kept(documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Not the repeats, of which each is an item of its own."""
    return (item for item in documents if item["stages"]["raw_documents"]["kept"])


def _told(command: str, what: str, options: tuple[str, ...]) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*options, command, what, "--json"])
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


if __name__ == "__main__":
    all_of_it = walk(tables_of(load_config()))
    print(
        f"{all_of_it.pairs} pairs, {all_of_it.published} of them published, traced to their rows "
        f"in {len(all_of_it.fates)} documents and back; {all_of_it.calls} calls attributed"
    )
