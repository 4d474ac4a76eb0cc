import datetime
import decimal
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.corpora.ingestion import documents, ingested, quarantine, rejections, texts, write


def parquet(path, columns, **options):
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_rows_are_documents_across_row_groups(tmp_path, tables):
    names = [f"text {number}" for number in range(50)]
    path = parquet(tmp_path / "a.parquet", {"text": names, "title": names}, row_group_size=20)
    ingested(path, tables)
    assert texts(tables) == names
    assert documents(tables)["source_row"].to_list() == list(range(50))
    assert documents(tables)["title"].to_list() == names


def test_types_that_json_lacks_become_text(tmp_path, tables):
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    path = parquet(
        tmp_path / "a.parquet",
        {
            "text": ["t"],
            "at": [moment],
            "day": [moment.date()],
            "price": [decimal.Decimal("1.10")],
            "raw": [b"\xff\x00"],
            "share": [float("nan")],
            "nested": [{"a": [1, None]}],
            "nanoseconds": pa.array([1], pa.timestamp("ns")),
        },
    )
    ingested(path, tables)
    metadata = json.loads(documents(tables)["metadata"][0])
    assert metadata == {
        "at": "2026-01-02T03:04:05+00:00",
        "day": "2026-01-02",
        "price": "1.10",
        "raw": "/wA=",
        "share": None,
        "nested": {"a": [1, None]},
        "nanoseconds": metadata["nanoseconds"],
    }


def invalid_strings():
    offsets = pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 3, 4, 7)))
    return pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"one\xfftwo"))


ROWS = [
    (pa.array(["one", None, "two"]), "missing_text"),
    (pa.array(["one", " ", "two"]), "empty_text"),
    (pa.array(["one", "a\0b", "two"]), "control_characters"),
    (pa.array(["one", "x" * 1_000_001, "two"]), "document_too_large"),
    (pa.array([b"one", b"\xff", b"two"]), "invalid_utf8"),
    (invalid_strings(), "invalid_utf8"),
]


@pytest.mark.parametrize(("column", "reason"), ROWS)
def test_a_bad_row_goes_to_quarantine_and_its_neighbours_do_not(tmp_path, tables, column, reason):
    ingested(parquet(tmp_path / "a.parquet", {"text": column}), tables)
    assert texts(tables) == ["one", "two"]
    assert rejections(tables) == [(1, reason)]


def test_text_of_another_type_is_rejected(tmp_path, tables):
    ingested(parquet(tmp_path / "a.parquet", {"text": [1, 2]}), tables)
    assert rejections(tables) == [(0, "text_not_a_string"), (1, "text_not_a_string")]


def test_a_file_without_the_text_column_is_rejected_once_and_names_its_columns(tmp_path, tables):
    ingested(parquet(tmp_path / "a.parquet", {"content": ["a", "b"]}), tables)
    assert rejections(tables) == [(0, "missing_text")]
    assert "content" in quarantine(tables)["detail"][0]


@pytest.mark.parametrize("data", [b"PAR1", b"no parquet at all", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_file_that_is_no_parquet_is_corrupt(tmp_path, tables, data):
    ingested(write(tmp_path / "a.parquet", data), tables)
    assert rejections(tables) == [(0, "corrupt_parquet")]


def test_a_file_without_rows_is_empty(tmp_path, tables):
    ingested(parquet(tmp_path / "a.parquet", {"text": pa.array([], pa.string())}), tables)
    ingested(write(tmp_path / "b.parquet", b""), tables)
    assert rejections(tables) == [(0, "empty_file"), (0, "empty_file")]


def test_a_corrupt_row_group_costs_only_itself(tmp_path, tables):
    names = [f"text {number}" for number in range(30)]
    path = parquet(tmp_path / "a.parquet", {"text": names}, row_group_size=10, use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    for place in range(column.total_compressed_size):
        data[column.data_page_offset + place] = 0xFF
    path.write_bytes(data)
    ingested(path, tables)
    assert texts(tables) == names[:10] + names[20:]
    assert rejections(tables) == [(10, "corrupt_parquet")]
    assert quarantine(tables)["detail"][0].startswith("10 rows lost")
