"""Indexes on storage: what is in them, what is not, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.decontamination.indexes import index_of, write_jsonl
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.items import Fields
from webscale_rl_dagster.decontamination.store import BenchmarkStore
from webscale_rl_dagster.errors import BenchmarkError
from webscale_rl_dagster.storage.objects import Objects

QUESTION = "Which of the four lighthouses on the northern coast was built before the great storm?"


@pytest.fixture
def store(tmp_path: Path) -> BenchmarkStore:
    return BenchmarkStore(Objects(str(tmp_path / "root")))


def test_an_index_round_trips_through_any_storage(objects: Objects, tmp_path: Path) -> None:
    store = BenchmarkStore(objects)
    folder = write_jsonl(tmp_path / "set" / "test.jsonl", [{"q": QUESTION}]).parent
    summary = store.add("mine", [folder], fields=Fields(question=("q",)))
    assert (summary.items, summary.unseen, summary.entries) == (1, 0, 1)
    assert [one.name for one in store.summaries()] == ["ready", "mine"]
    assert store.summaries()[1] == summary
    with store.open("mine") as index, Decontaminator.open([index]) as decontaminator:
        [hit] = decontaminator.scan([("1", "question", QUESTION)])
    assert (hit.benchmark, hit.split, hit.item) == ("mine", "test", 0)


def test_an_index_holds_no_text(tmp_path: Path) -> None:
    path = index_of(tmp_path, [{"question": QUESTION, "choices": ["a lantern", "a bell"]}])
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["benchmark.json", "entries.parquet", "ngrams.parquet"]
        data = b"".join(file.read(name) for name in file.namelist()).lower()
    assert not [
        word for word in QUESTION.lower().split() if len(word) > 5 and word.encode() in data
    ]
    assert b"lantern" not in data


def test_equal_files_make_equal_indexes(tmp_path: Path) -> None:
    rows = [{"question": f"{QUESTION} The one numbered {n}?"} for n in range(50)]
    first, second = (index_of(tmp_path / name, rows).read_bytes() for name in "ab")
    assert first == second


def test_adding_again_replaces(store: BenchmarkStore, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", [{"question": QUESTION}])
    store.add("mine", [path])
    write_jsonl(path, [{"question": QUESTION}, {"question": f"And {QUESTION}"}])
    store.add("mine", [path])
    assert [one.items for one in store.summaries() if one.name == "mine"] == [2]


def test_what_cannot_be_found_is_counted(store: BenchmarkStore, tmp_path: Path) -> None:
    rows = [
        {"question": QUESTION},
        {"question": "Who?"},
        {"question": QUESTION.upper()},
        *({"question": "Which of these is true?", "choices": [str(n)]} for n in range(20)),
    ]
    summary = store.add("mine", [write_jsonl(tmp_path / "test.jsonl", rows)])
    assert (summary.items, summary.repeated, summary.unseen) == (22, 1, 21)


def test_a_benchmark_without_long_questions_is_indexed(
    store: BenchmarkStore, tmp_path: Path
) -> None:
    store.add("mine", [write_jsonl(tmp_path / "test.jsonl", [{"question": "Who sank the ship?"}])])
    with store.open("mine") as index, Decontaminator.open([index]) as decontaminator:
        assert len(list(decontaminator.scan([("1", "question", "who sank the ship")]))) == 1


@pytest.mark.parametrize("name", ["ready", "", "a/b", "../up", ".hidden"])
def test_names_that_cannot_be_are_refused(store: BenchmarkStore, tmp_path: Path, name: str) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", [{"question": QUESTION}])
    with pytest.raises(BenchmarkError, match="cannot name a benchmark"):
        store.add(name, [path])


def test_missing_and_broken_indexes_are_told(store: BenchmarkStore, tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="no benchmark is named 'mmlu'; there are ready"):
        store.open("mmlu")
    store.objects.put("benchmarks/bad.zip", b"no zip")
    with pytest.raises(BenchmarkError, match="bad is no benchmark index"):
        store.open("bad")
    path = write_jsonl(tmp_path / "test.jsonl", [{"question": "Why?"}])
    with pytest.raises(BenchmarkError, match="no item has a question of three words"):
        store.add("mine", [path])


def test_a_damaged_index_is_told(store: BenchmarkStore, tmp_path: Path) -> None:
    questions = ({"question": f"Who built mill number {number}?"} for number in range(500))
    store.add("mine", [write_jsonl(tmp_path / "test.jsonl", questions)])
    whole = store.objects.get("benchmarks/mine.zip")
    middle = len(whole) // 2
    for part in (bytes(64), b"\xff" * 64):
        damaged = whole[:middle] + part + whole[middle + 64 :]
        store.objects.put("benchmarks/mine.zip", damaged)
        with store.open("mine") as index, pytest.raises(BenchmarkError, match="of mine cannot be"):
            Decontaminator.open([index])


def test_the_ready_index_is_there_and_finds(store: BenchmarkStore) -> None:
    with store.open("ready") as index, Decontaminator.open([index]) as decontaminator:
        assert {"MMLU", "TruthfulQA", "HumanEval"} <= {f.benchmark for f in index.summary.files}
        texts = ("What happens to you if you eat watermelon seeds?", "How is a melon sown in May?")
        hits = list(decontaminator.scan((str(n), "question", t) for n, t in enumerate(texts)))
    assert [(hit.id, hit.benchmark) for hit in hits] == [("0", "TruthfulQA")]
