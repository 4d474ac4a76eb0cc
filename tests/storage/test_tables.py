"""Tables hold their contract at every write."""

from __future__ import annotations

import polars as pl
import pytest

from webscale_rl_dagster.errors import SchemaError, StorageError
from webscale_rl_dagster.schemas import TABLES, frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

SHARD = "wiki/0123456789/00000"
ROWS: list[dict[str, object]] = [
    {"document_id": "a", "tokens": 80, "kept": True},
    {"document_id": "b", "tokens": 8, "kept": False, "reason": "too_short"},
]


def test_a_table_comes_back_as_it_was_written(objects: Objects) -> None:
    tables, frame = Tables(objects), frame_of("filtered_documents", ROWS)
    written = tables.write("filtered_documents", SHARD, frame)
    assert tables.read("filtered_documents", SHARD).equals(frame)
    assert tables.shards("filtered_documents") == [SHARD]
    assert (written.rows, len(written.sha256)) == (2, 64)


def test_kept_rows_go_on_without_their_outcome(objects: Objects) -> None:
    tables = Tables(objects)
    tables.write("filtered_documents", SHARD, frame_of("filtered_documents", ROWS))
    kept = tables.kept("filtered_documents", SHARD)
    assert kept["document_id"].to_list() == ["a"]
    assert "kept" not in kept.columns


def test_columns_are_put_in_order(objects: Objects) -> None:
    frame = frame_of("filtered_documents", ROWS)
    Tables(objects).write("filtered_documents", SHARD, frame.select(reversed(frame.columns)))
    read = Tables(objects).read("filtered_documents", SHARD)
    assert read.schema == TABLES["filtered_documents"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda frame: frame.drop("tokens"), "tokens"),
        (lambda frame: frame.with_columns(extra=1), "extra"),
        (lambda frame: frame.with_columns(pl.col("tokens").cast(pl.String)), "String for Int64"),
    ],
)
def test_a_frame_off_its_contract_is_refused(objects: Objects, change, named: str) -> None:  # type: ignore[no-untyped-def]
    frame = change(frame_of("filtered_documents", ROWS))
    with pytest.raises(SchemaError, match=named):
        Tables(objects).write("filtered_documents", SHARD, frame)


def test_a_shard_that_was_never_written_is_a_clear_error(objects: Objects) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        Tables(objects).read("filtered_documents", SHARD)
