"""What is found, with which evidence, and what is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decontamination.indexes import index_of, opened
from webscale_rl_dagster.decontamination.build import Benchmark, build
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.items import sources
from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.errors import BenchmarkError

LONG = (
    "A farmer keeps 17 sheep, 4 goats and a number of hens in one yard; if the animals have 104 "
    "legs in all and every hen stands on one of hers, how many hens does the farmer keep?"
)
MEDIUM = "Which river joins the Danube at the town of Passau from the south?"
SHORT = "What colour is a mirror really?"
TINY = "Who invented soap?"
ROWS = [{"question": text, "answer": "7"} for text in (LONG, MEDIUM, SHORT, TINY)]


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    return index_of(tmp_path, ROWS)


def found(decontaminator: Decontaminator, *texts: str, field: str = "document") -> list[set[int]]:
    """Items found in each text."""
    result: list[set[int]] = [set() for _ in texts]
    for hit in decontaminator.scan((str(n), field, text) for n, text in enumerate(texts)):
        result[int(hit.id)].add(hit.item)
    return result


def test_a_hit_tells_which_item_where_and_how_much(bench: Path) -> None:
    text = f"From our archive… {LONG.upper()} The answer is in the back."
    with opened(bench) as decontaminator:
        [hit] = decontaminator.scan([("doc-1", "document", text)])
    assert (hit.id, hit.field) == ("doc-1", "document")
    assert (hit.benchmark, hit.split, hit.file) == ("bench", "test", "test.jsonl")
    assert (hit.item, hit.part, hit.score) == (0, "question", 1.0)
    assert hit.text == text[hit.start : hit.end] == LONG.upper()


def test_half_of_a_question_scores_about_half(bench: Path) -> None:
    half = " ".join(LONG.split()[: len(LONG.split()) // 2])
    with opened(bench) as decontaminator:
        [hit] = decontaminator.scan([("1", "document", half)])
    assert 0.4 < hit.score < 0.6


def test_a_shared_phrase_is_no_hit(bench: Path) -> None:
    phrases = (
        "The farmer thought: if the animals have 104 legs in all, we are rich.",
        "The river joins the Danube at the town of Passau, where it is green.",
    )
    with opened(bench) as decontaminator:
        assert found(decontaminator, *phrases) == [set(), set()]


def test_what_is_scattered_over_a_long_text_is_no_hit(bench: Path) -> None:
    words = LONG.split()
    filler = " ".join(f"filler{number}" for number in range(80))
    scattered = filler.join(" ".join(words[n : n + 9]) for n in range(0, len(words), 9))
    with opened(bench) as decontaminator:
        assert found(decontaminator, scattered) == [set()]


def test_a_repeated_phrase_counts_once(bench: Path) -> None:
    with opened(bench) as decontaminator:
        assert found(decontaminator, " ".join([" ".join(LONG.split()[:9])] * 5)) == [set()]


def test_words_of_neighbouring_texts_make_no_hit(bench: Path) -> None:
    words = MEDIUM.split()
    with opened(bench) as decontaminator:
        halves = found(decontaminator, " ".join(words[:6]), " ".join(words[6:]))
    assert halves == [set(), set()]


@pytest.mark.parametrize(
    ("field", "text", "items"),
    [
        ("document", f"Q: {SHORT} A: none", {2}),
        ("document", f"They asked: {SHORT.lower()[:-1]} or something", {2}),
        ("document", "nobody knows what colour is a mirror really like", set()),
        ("document", f"Q: {TINY} A: none", set()),
        ("document", TINY, set()),
        ("question", TINY, {3}),
        ("question", "Who invented soap bubbles?", set()),
        ("answer", "invented soap", set()),
    ],
)
def test_short_questions_must_stand_whole(
    bench: Path, field: str, text: str, items: set[int]
) -> None:
    with opened(bench) as decontaminator:
        assert found(decontaminator, text, field=field) == [items]


def test_numbers_are_not_folded(bench: Path) -> None:
    other = MEDIUM.replace("Passau", "Linz")
    table = "0 0 0 0 0 0 0 0 0 0 0 0 0 0"
    with opened(bench) as decontaminator:
        assert found(decontaminator, other, table) == [set(), set()]


def test_tables_of_equal_numbers_are_no_evidence(tmp_path: Path) -> None:
    index = index_of(tmp_path, [{"question": "Go on: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"}])
    with opened(index) as decontaminator:
        assert found(decontaminator, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1") == [set()]


def test_a_question_that_many_items_ask_is_no_evidence(tmp_path: Path) -> None:
    common = "Which of the following statements about the text above is true?"
    rows = [{"question": common, "options": [f"statement {n}", "none"]} for n in range(30)]
    with opened(index_of(tmp_path, rows)) as decontaminator:
        assert found(decontaminator, common) == [set()]


def test_long_options_and_answers_are_found_in_any_order(tmp_path: Path) -> None:
    options = [
        "The committee may dissolve the assembly only after a vote of both chambers.",
        "The assembly dissolves itself whenever a quarter of its seats fall vacant.",
    ]
    worked = "First add the seven legs of the stool to the three of the table, then halve the sum."
    rows = [
        {"question": "Which of these is true?", "options": options, "answer": "A"},
        {"question": "How many legs?", "answer": worked},
    ]
    with opened(index_of(tmp_path, rows)) as decontaminator:
        hits = list(decontaminator.scan([("1", "document", f"B. {options[1]} A. {options[0]}")]))
        assert [(hit.item, hit.part, hit.score) for hit in hits] == [(0, "options", 1.0)]
        hits = list(decontaminator.scan([("1", "answer", worked)]))
        assert [(hit.item, hit.part) for hit in hits] == [(1, "answer")]


def test_the_paper_profile_takes_thirteen_words_in_a_row(bench: Path) -> None:
    words = LONG.split()
    texts = [" ".join(words[3 : 3 + number]) for number in (12, 13)]
    with opened(bench, profile="paper") as decontaminator:
        assert found(decontaminator, *texts) == [set(), {0}]
        assert found(decontaminator, SHORT, TINY, field="question") == [set(), set()]


def test_the_same_questions_in_two_indexes_weigh_as_much_as_in_one(tmp_path: Path) -> None:
    first = index_of(tmp_path / "a", ROWS)
    second = index_of(tmp_path / "b", [{"question": "Something else entirely?"}, *ROWS])
    with opened(first, second) as decontaminator:
        hits = list(decontaminator.scan([("1", "document", LONG)]))
    assert [(hit.item, hit.score) for hit in hits] == [(0, 1.0), (1, 1.0)]


def test_processes_find_the_same_in_the_same_order(bench: Path) -> None:
    texts = [
        (str(number), "document", ROWS[number % 4]["question"] + " And so on. " * 500)
        for number in range(400)
    ]
    with opened(bench) as one, opened(bench, processes=2) as two:
        expected = list(one.scan(texts))
        assert list(two.scan(texts)) == expected
    assert [hit.id for hit in expected] == [str(n) for n in range(400) if n % 4 < 3]


def test_a_scan_reads_its_texts_as_it_goes(bench: Path) -> None:
    drawn = 0

    def texts() -> object:
        nonlocal drawn
        while True:
            drawn += 1
            yield (str(drawn), "document", LONG * 100)

    with opened(bench) as decontaminator:
        next(iter(decontaminator.scan(texts())))  # type: ignore[arg-type]
    assert drawn < 100


def test_an_item_that_a_text_repeats_far_apart_is_a_hit_at_each_place(bench: Path) -> None:
    filler = " ".join(f"filler{number}" for number in range(200))
    text = f"{LONG} {filler} {LONG}"
    with opened(bench) as decontaminator:
        hits = list(decontaminator.scan([("1", "document", text)]))
    assert sorted((hit.start, hit.item) for hit in hits) == [(0, 0), (text.rindex(LONG), 0)]


def test_in_a_long_text_hits_stand_where_they_are_and_once(bench: Path) -> None:
    """Longer than what is searched at a time, an item lying across each place where it is cut."""
    filler = "".join(f"filler{number}\n" for number in range(100_000))
    text, places = filler, (0, 399_950, 405_000, 439_980, 840_000)
    for place in places:
        text = f"{text[:place]} {LONG} {text[place:]}"
    starts = [found.start() for found in re.finditer(re.escape(LONG), text)]
    with opened(bench) as decontaminator:
        hits = list(decontaminator.scan([("1", "document", text)]))
    whole = [hit for hit in hits if hit.score == 1.0]
    assert sorted(hit.start for hit in whole) == starts
    assert all(hit.text == text[hit.start : hit.end] == LONG for hit in whole)


def test_evidence_is_of_bounded_length(bench: Path) -> None:
    text = f"{LONG} " * 100
    with opened(bench) as decontaminator:
        [hit] = decontaminator.scan([("1", "document", text)])
    assert (hit.start, hit.end) == (0, len(text) - 1)
    assert hit.text == text[:500]


Texts = list[tuple[str, str]]
PARTS = st.sampled_from(
    [LONG, MEDIUM, SHORT, TINY, " ".join(LONG.split()[:20]), "Nothing new.", "", "漢字 \0 é\n"]
)
ROWS_OF_TEXTS: st.SearchStrategy[list[Texts]] = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["question", "answer", "document"]),
            st.lists(PARTS, max_size=4).map(" ".join),
        ),
        max_size=3,
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decontaminator]:
    with opened(index_of(tmp_path_factory.mktemp("shared"), ROWS)) as decontaminator:
        yield decontaminator


def alone(decontaminator: Decontaminator, number: int, row: Texts) -> tuple[Hit, ...]:
    hits = decontaminator.scan((str(number), *text) for text in row)
    return tuple(sorted(dict.fromkeys(hits), key=lambda hit: -hit.score))


@given(ROWS_OF_TEXTS)
def test_a_row_is_marked_as_if_it_were_alone(shared: Decontaminator, rows: list[Texts]) -> None:
    marked = list(shared.marked(rows, iter))
    assert marked == [(row, alone(shared, number, row)) for number, row in enumerate(rows)]


def test_processes_mark_the_same_in_the_same_order(bench: Path) -> None:
    def texts(number: int) -> Texts:
        text = ROWS[number % 4]["question"] + " And so on. " * (number % 7 * 5000)
        return [("document", text)] * (number % 3)

    with opened(bench) as one, opened(bench, processes=2) as two:
        expected = list(one.marked(range(150), texts))
        assert list(two.marked(range(150), texts)) == expected
    assert [row for row, _ in expected] == list(range(150))
    assert sum(bool(hits) for _, hits in expected) > 50


@pytest.mark.parametrize(("size", "most"), [(200_000, 2), (100, 4000), (0, 4096)])
def test_the_first_row_waits_for_one_batch(bench: Path, size: int, most: int) -> None:
    drawn = 0

    def rows() -> Iterator[int]:
        nonlocal drawn
        while True:
            drawn += 1
            yield drawn

    with opened(bench) as decontaminator:
        text = "x" * size
        marked = decontaminator.marked(rows(), lambda _: [("document", text)] if text else [])
        assert next(marked) == (1, ())
    assert drawn <= most


def test_hostile_texts_pass(bench: Path) -> None:
    texts = ["", "\0", "\ud800 \udfff", "a" * 1_000_000, "\0".join(LONG.split()), "漢" * 100_000]
    with opened(bench) as decontaminator:
        assert found(decontaminator, *texts) == [set(), set(), set(), set(), {0}, set()]


def test_no_index_is_an_error_not_a_clean_bill() -> None:
    with pytest.raises(BenchmarkError, match="no benchmark to clean against"):
        opened()


def test_files_of_one_benchmark_are_one(tmp_path: Path) -> None:
    for split in ("dev", "test"):
        index_of(tmp_path / split, ROWS)
    files = sources([tmp_path])
    summary = build("both", [Benchmark("both", files)], tmp_path / "both.zip")
    assert (summary.items, summary.repeated, len(summary.files)) == (4, 4, 2)
