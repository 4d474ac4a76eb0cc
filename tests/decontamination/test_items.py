"""Benchmarks in the shapes they are published in."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.decontamination.indexes import write_jsonl
from webscale_rl_dagster.decontamination.items import Fields, Item, items, sources, split_of
from webscale_rl_dagster.errors import BenchmarkError


def read(path: Path, fields: Fields = Fields()) -> list[Item]:
    return [item for source in sources([path]) for item in items(source, fields)]


@pytest.mark.parametrize(
    ("record", "question", "options", "answer"),
    [
        ({"question": "Q?", "answer": "A"}, "Q?", (), "A"),
        ({"Question": "Q?"}, "Q?", (), ""),
        ({"problem": "P", "solution": "S"}, "P", (), "S"),
        ({"prompt": "def f():", "canonical_solution": "return 1"}, "def f():", (), "return 1"),
        ({"question": "Q", "choices": ["x", "y"], "answer": 1}, "Q", ("x", "y"), ""),
        ({"question": "Q", "options": "A. x\n(B) y\n"}, "Q", ("x", "y"), ""),
        (
            {"question": {"stem": "Q", "choices": [{"text": "x", "label": "A"}]}},
            "Q",
            (),
            "",
        ),
        ({"query": "Q", "choices": {"text": ["x", "y"], "label": ["A"]}}, "Q", ("x", "y"), ""),
        ({"goal": "G", "sol1": "x"}, "G", (), ""),
        ({"ctx": "C", "endings": ["x", "y"]}, "C", ("x", "y"), ""),
        ({"prompt": [{"role": "user", "content": "Hello"}]}, "Hello", (), ""),
        ({"question": "Q", "answers": {"text": ["A"], "answer_start": [3]}}, "Q", (), "A"),
    ],
)  # fmt: skip
def test_fields_are_guessed(
    tmp_path: Path, record: dict[str, Any], question: str, options: tuple[str, ...], answer: str
) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", [record])
    assert read(path) == [Item(0, question, options, answer)]


def test_named_fields_are_joined(tmp_path: Path) -> None:
    row = {"passage": "Two red apples.", "question": "How many?", "A": "x", "B": "y"}
    path = write_jsonl(tmp_path / "test.jsonl", [row])
    fields = Fields(question=("passage", "question"), options=("A", "B"))
    assert read(path, fields) == [Item(0, "Two red apples.\nHow many?", ("x", "y"), "")]


def test_rows_may_lack_fields_that_others_have(tmp_path: Path) -> None:
    rows = [{"question": "One?"}, {"question": "Two?", "choices": ["x"]}, {"choices": ["y"]}]
    path = write_jsonl(tmp_path / "test.jsonl", rows)
    assert read(path) == [Item(0, "One?", (), ""), Item(1, "Two?", ("x",), "")]


def test_json_arrays_and_gzip_are_read(tmp_path: Path) -> None:
    rows = [{"question": "One?"}, {"question": ""}, {"question": "Three?"}]
    (tmp_path / "a.json").write_bytes(orjson.dumps(rows))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(orjson.dumps(rows[0])))
    assert [(item.row, item.question) for item in read(tmp_path)] == [
        (0, "One?"),
        (2, "Three?"),
        (0, "One?"),
    ]


def test_a_folder_of_parquet_files_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for split in ("train", "test"):
        path = tmp_path / "main" / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({"question": [f"{split}?"], "choices": [["x", "y"]]}), path)
    assert [source.split for source in sources([tmp_path])] == ["test", "train"]
    [source] = sources([tmp_path], splits=["test"])
    assert source.name == "main/test-00000-of-00001.parquet"
    assert list(items(source, Fields())) == [Item(0, "test?", ("x", "y"), "")]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("data/validation-00000-of-00001.parquet", "validation"),
        ("dev.jsonl", "dev"),
        ("HumanEval.jsonl.gz", "HumanEval"),
        ("MMLU-Test/Anatomy.jsonl", "test"),
        ("contested.jsonl", "contested"),
    ],
)
def test_splits_are_told_by_the_name(name: str, split: str) -> None:
    assert split_of(name) == split


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="does not exist"):
        sources([tmp_path / "none"])
    with pytest.raises(BenchmarkError, match=r"no file that ends in \.jsonl"):
        sources([tmp_path])
    path = write_jsonl(tmp_path / "test.jsonl", [{"foo": "bar", "baz": 1}])
    with pytest.raises(BenchmarkError, match=r"baz, foo\); name one with --question-field"):
        read(path)
    with pytest.raises(BenchmarkError, match="no field 'stem'; its fields are baz, foo"):
        read(path, Fields(question=("stem",)))
    with pytest.raises(BenchmarkError, match="none of the files belongs to split dev"):
        sources([path], splits=["dev"])
    path.write_text("{oops")
    with pytest.raises(BenchmarkError, match="cannot be read as JSON"):
        read(path)
    path.write_text("[1]\n")
    with pytest.raises(BenchmarkError, match="record 1 is no object"):
        read(path)
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(BenchmarkError, match="cannot be read as Parquet"):
        read(tmp_path / "x.parquet")
