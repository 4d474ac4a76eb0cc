from __future__ import annotations

import random
from typing import Any

import orjson
import polars as pl
import pytest

from tests.releases.published import pair
from webscale_rl_dagster.card.measures import Measures
from webscale_rl_dagster.card.sample import COLUMNS, LONGEST, Sample
from webscale_rl_dagster.schemas import frame_of

SHARD = "wiki/3f9a1c77d0/00000"


def release(number: int, **values: Any) -> dict[str, object]:
    row = pair(SHARD, number) | {"split": "train", "shard": SHARD} | values
    return {name: value for name, value in row.items() if name != "kept"}


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return frame_of("dataset_release", rows)


def pairs(number: int) -> pl.DataFrame:
    """Two of each document."""
    return frame([release(n) for n in range(number)])


def measured(*frames: pl.DataFrame, **options: int) -> dict[str, Any]:
    measures = Measures(**options)
    for one in frames:
        measures.add(one)
    return measures.summary(None)


def drawn(*frames: pl.DataFrame, limit: int = 10, seed: int = 0) -> Sample:
    sample = Sample(limit, seed)
    for one in frames:
        sample.add(one)
    return sample


def test_lengths_are_words_by_white_space() -> None:
    texts = ["Who?", "Who was  it?", "Who\u00a0was\tit\nthen?", ""]
    summary = measured(frame([release(n, question=text) for n, text in enumerate(texts)]))
    lengths = summary["lengths"]["question"]
    assert (lengths["unit"], lengths["median"], lengths["longest"]) == ("words", 1, 4)
    assert lengths["histogram"]["counts"] == [4, *[0] * 19]


def test_median_and_percentile_are_lengths_that_occur() -> None:
    rows = [release(n, answer=" ".join(["word"] * (n + 1))) for n in range(20)]
    lengths = measured(frame(rows[:7]), frame(rows[7:]))["lengths"]["answer"]
    assert (lengths["median"], lengths["p95"], lengths["longest"]) == (10, 19, 20)


def test_a_bin_holds_its_lower_edge_and_the_last_one_all_that_are_longer() -> None:
    rows = [release(n, answer="word " * length) for n, length in enumerate((1, 1, 2, 19, 20, 9000))]
    histogram = measured(frame(rows))["lengths"]["answer"]["histogram"]
    assert histogram["edges"] == list(range(21))
    assert dict(enumerate(histogram["counts"])) == dict.fromkeys(range(20), 0) | {1: 2, 2: 1, 19: 3}


def test_pass_rates_count_those_that_were_measured() -> None:
    rates = (0.0, 0.3, None, 0.7, 1.0)
    summary = measured(frame([release(n, open_book_rate=rate) for n, rate in enumerate(rates)]))
    opened, closed = summary["pass_rates"]["open_book"], summary["pass_rates"]["closed_book"]
    assert (opened["measured"], opened["mean"]) == (4, 0.5)
    assert opened["histogram"]["edges"] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    assert opened["histogram"]["counts"] == [1, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    assert (closed["measured"], closed["mean"]) == (0, None)


def test_the_most_frequent_personas_come_first_and_equals_by_name() -> None:
    names = ["nurse", "chef", "nurse", "baker", *(f"reader {n:02}" for n in range(20))]
    personas = measured(frame([release(n, persona=name) for n, name in enumerate(names)]))[
        "personas"
    ]
    assert (personas["distinct"], personas["at_least"]) == (23, False)
    assert list(personas["most_frequent"].items())[:3] == [("nurse", 2), ("baker", 1), ("chef", 1)]
    assert len(personas["most_frequent"]) == 20


def test_too_many_personas_are_at_least_so_many_and_the_frequent_stay() -> None:
    frames = [
        frame([release(n, persona="nurse"), release(n + 1, persona=f"reader {n}")])
        for n in range(0, 40, 2)
    ]
    personas = measured(*frames, personas=4)["personas"]
    assert (personas["distinct"], personas["at_least"]) == (9, True)
    assert personas["most_frequent"]["nurse"] == 20
    assert len(personas["most_frequent"]) <= 8


def test_nothing_is_measured_of_nothing() -> None:
    summary = measured(frame([]))
    assert summary["lengths"]["question"]["median"] is None
    assert summary["lengths"]["question"]["longest"] is None
    assert summary["personas"] == {"distinct": 0, "at_least": False, "most_frequent": {}}


def test_the_summary_goes_into_json() -> None:
    measures = Measures()
    measures.add(pairs(30))
    summary = measures.summary({"pairs": 30})
    assert orjson.loads(orjson.dumps(summary)) == summary
    assert summary["diversity"] == {"pairs": 30}


def test_a_sample_does_not_depend_on_the_order_of_the_rows() -> None:
    rows = [release(n) for n in range(60)]
    expected = drawn(frame(rows))
    random.Random(1).shuffle(rows)
    other = drawn(*(frame(rows[start : start + 7]) for start in range(0, 60, 7)))
    assert other.frame().equals(expected.frame())
    assert other.pairs(5) == expected.pairs(5)


def test_a_sample_is_of_whole_documents_up_to_its_limit() -> None:
    sample = drawn(pairs(60), limit=11).frame()
    assert sample.columns == list(COLUMNS)
    assert sorted(sample["document_id"].value_counts()["count"]) == [1, 2, 2, 2, 2, 2]


def test_one_document_larger_than_the_sample_is_cut() -> None:
    rows = [release(n, document_id="0" * 64) for n in range(30)]
    assert drawn(frame(rows[:20]), frame(rows[20:])).frame().height == 10


def test_a_sample_holds_all_of_a_small_release() -> None:
    everything = pairs(9)
    assert set(drawn(everything).frame()["qa_id"]) == set(everything["qa_id"])


def test_another_seed_draws_other_documents() -> None:
    everything = pairs(200)
    samples = [drawn(everything, seed=seed).frame() for seed in (0, 0, 1)]
    assert samples[0].equals(samples[1])
    assert set(samples[0]["document_id"]) != set(samples[2]["document_id"])


def test_every_document_is_as_likely() -> None:
    everything = pairs(40)
    samples = [drawn(everything, limit=10, seed=seed).frame() for seed in range(200)]
    counts = pl.concat(samples)["document_id"].value_counts()["count"]
    assert counts.len() == 20
    assert all(60 <= count <= 140 for count in counts)


def test_single_pairs_are_of_different_documents_as_far_as_there_are() -> None:
    sample = drawn(pairs(12), limit=12)
    assert len({row["document_id"] for row in sample.pairs(6)}) == 6
    assert len({row["qa_id"] for row in sample.pairs(9)}) == 9
    assert len(sample.pairs(50)) == 12


def test_endless_values_are_cut() -> None:
    sample = drawn(frame([release(0, title="x" * 2 * LONGEST)]))
    assert sample.pairs(1)[0]["title"] == "x" * LONGEST


@pytest.mark.parametrize("number", [0, 20])
def test_an_empty_sample_has_no_pairs(number: int) -> None:
    sample = drawn(frame([]))
    assert sample.frame().is_empty()
    assert sample.pairs(number) == []
