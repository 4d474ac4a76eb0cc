"""Tables hold their contract at every write."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import polars as pl
import pytest

from webscale_rl_dagster.errors import ObjectReplaced, SchemaError, StorageError
from webscale_rl_dagster.schemas import TABLES, frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.rereading import reread
from webscale_rl_dagster.storage.tables import (
    BATCH_CHARACTERS,
    GROUP_BYTES,
    GROUP_ROWS,
    Tables,
)

SHARD = "wiki/0123456789/00000"
NOW = datetime(2026, 11, 22, 16, 20, 3, 123456, tzinfo=UTC)
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


def row(number: int, **values: object) -> dict[str, object]:
    return {
        "document_id": f"{number:064x}",
        "text": f"The canal of {number} is long.",
        "corpus": "wiki",
        "source_row": number,
        "ingested_at": NOW,
        "kept": number % 3 > 0,
        "reason": None if number % 3 else "duplicate_document",
        **values,
    }


def test_rows_are_written_and_read_as_a_stream(objects: Objects) -> None:
    tables, rows = Tables(objects), [row(number) for number in range(2 * GROUP_ROWS + 7)]
    with tables.writer("raw_documents", SHARD) as writer:
        for one in rows:
            writer.add(one)
    frame = frame_of("raw_documents", rows)
    assert writer.rows == writer.written.rows == len(rows)
    assert tables.written("raw_documents", SHARD) == writer.written
    assert tables.read("raw_documents", SHARD).equals(frame)
    assert list(tables.rows("raw_documents", SHARD)) == frame.to_dicts()
    kept = frame.filter("kept").drop("kept", "reason", "error")
    assert list(tables.kept_rows("raw_documents", SHARD)) == kept.to_dicts()
    some = ["text", "document_id"]
    found = tables.kept_rows("raw_documents", SHARD, columns=some)
    assert list(found) == kept.select(some).to_dicts()
    assert tables.height("raw_documents", SHARD) == len(rows)
    assert tables.height("raw_documents", SHARD, kept=True) == kept.height


def values_of(dtype: pl.DataType) -> list[object]:
    """Three of that type, the last of them null."""
    if isinstance(dtype, pl.Struct):
        parts = {part.name: values_of(part.dtype) for part in dtype.fields}
        return [
            {name: values[0] for name, values in parts.items()},
            dict.fromkeys(parts),
            None,
        ]
    known: dict[object, list[object]] = {
        pl.String(): ["é\x00\ud7ff", "", None],
        pl.Binary(): [b"\x00\xff", b"", None],
        pl.Boolean(): [True, False, None],
        pl.Int32(): [2**31 - 1, -1, None],
        pl.Int64(): [2**63 - 1, -1, None],
        pl.Float32(): [0.5, -0.0, None],
        pl.Float64(): [0.1, -0.0, None],
        pl.List(pl.String()): [["a", None, ""], [], None],
        pl.Datetime("us", "UTC"): [NOW, NOW.replace(microsecond=1), None],
    }
    return known[dtype]


@pytest.mark.parametrize("table", TABLES)
def test_every_type_of_every_table_comes_back(objects: Objects, table: str) -> None:
    """Nulls, empty lists, lists with nulls and structs of nulls among them."""
    columns = {name: values_of(dtype) for name, dtype in TABLES[table].items()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    tables = Tables(objects)
    with tables.writer(table, SHARD) as writer:
        for one in rows:
            writer.add(one)
    assert list(tables.rows(table, SHARD)) == rows
    read = tables.read(table, SHARD)
    assert read.schema == TABLES[table]
    assert read.equals(pl.DataFrame(columns, schema=TABLES[table]))


def test_an_empty_table_is_a_table(objects: Objects) -> None:
    tables = Tables(objects)
    with tables.writer("candidate_qa", SHARD):
        pass
    assert tables.read("candidate_qa", SHARD).equals(frame_of("candidate_qa", []))
    assert list(tables.kept_rows("candidate_qa", SHARD)) == []
    assert tables.height("candidate_qa", SHARD, kept=True) == 0


def test_a_failure_half_way_leaves_what_was_there(objects: Objects) -> None:
    tables = Tables(objects)
    before = tables.write("filtered_documents", SHARD, frame_of("filtered_documents", ROWS))

    def fail(shard: str) -> None:
        with tables.writer("filtered_documents", shard) as writer:
            writer.add(ROWS[0])
            raise RuntimeError("the engine is gone")

    for shard in (SHARD, "wiki/0123456789/00001"):
        with pytest.raises(RuntimeError):
            fail(shard)
    assert tables.shards("filtered_documents") == [SHARD]
    assert tables.written("filtered_documents", SHARD) == before


def test_discarded_rows_leave_what_was_there(objects: Objects) -> None:
    tables = Tables(objects)
    before = tables.write("filtered_documents", SHARD, frame_of("filtered_documents", ROWS))
    with tables.writer("filtered_documents", SHARD) as writer:
        writer.add(ROWS[0])
        writer.discard()
    assert tables.written("filtered_documents", SHARD) == before


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [({"colour": "red"}, "colour"), ({"tokens": "many"}, "tokens"), ({"window": 2**31}, "window")],
)
def test_a_row_off_its_contract_is_refused(
    objects: Objects, spoilt: dict[str, object], named: str
) -> None:
    tables = Tables(objects)
    with pytest.raises(SchemaError, match=named):  # the end of the context refuses
        with tables.writer("filtered_documents", SHARD) as writer:
            writer.add(ROWS[0] | spoilt)
    assert not tables.has("filtered_documents", SHARD)


def test_long_documents_make_small_row_groups(objects: Objects) -> None:
    tables, text = Tables(objects), "canal " * 200_000
    with tables.writer("raw_documents", SHARD) as writer:
        for number in range(40):
            writer.add(row(number, text=text))
    heights = [batch.height for batch in tables.open("raw_documents", SHARD).batches()]
    assert sum(heights) == 40
    assert max(heights) * len(text) <= GROUP_BYTES + BATCH_CHARACTERS + len(text)


def test_a_table_of_an_older_version_says_so(objects: Objects) -> None:
    data = io.BytesIO()
    pl.DataFrame({"document_id": ["a"], "kept": [True]}).write_parquet(data)
    objects.put(f"filtered_documents/{SHARD}.parquet", data.getvalue())
    with pytest.raises(SchemaError, match=r"window.*of filtered_documents, materialize it"):
        Tables(objects).read("filtered_documents", SHARD)


def test_a_file_that_is_no_table_says_so(objects: Objects) -> None:
    objects.put(f"filtered_documents/{SHARD}.parquet", b"PAR1 half a file")
    with pytest.raises(StorageError, match="is no Parquet file"):
        Tables(objects).height("filtered_documents", SHARD)


def test_a_table_replaced_while_it_is_read_is_a_clear_error(objects: Objects) -> None:
    tables = Tables(objects)
    tables.write("filtered_documents", SHARD, frame_of("filtered_documents", ROWS))
    stored = tables.open("filtered_documents", SHARD)
    tables.write("filtered_documents", SHARD, frame_of("filtered_documents", ROWS[:1]))
    with pytest.raises(StorageError, match="was replaced while it was read"):
        list(stored.batches())


@pytest.mark.parametrize("writers", [1, 9])
def test_a_table_that_others_write_at_once_is_read_again(objects: Objects, writers: int) -> None:
    """Of as many as a shard may have; a table that changes on and on is told of."""
    tables = Tables(objects)
    frame = frame_of("filtered_documents", ROWS)
    tables.write("filtered_documents", SHARD, frame)
    left = iter(range(writers))

    def read() -> int:
        stored = tables.open("filtered_documents", SHARD)
        for number in left:
            tables.write(
                "filtered_documents", SHARD, frame.with_columns(reason=pl.lit(str(number)))
            )
            break
        return sum(batch.height for batch in stored.batches())

    if writers == 1:
        assert reread(read) == len(ROWS)
    else:
        with pytest.raises(ObjectReplaced):
            reread(read)
