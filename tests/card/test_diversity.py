from __future__ import annotations

import json
import os
import subprocess
import sys
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest

from webscale_rl_dagster.card.distances import (
    effective_number,
    nearest,
    pairs_among,
    vendi_score,
)
from webscale_rl_dagster.card.diversity import diversity
from webscale_rl_dagster.card.embedding import DIMENSIONS, LONGEST, MODEL, embed
from webscale_rl_dagster.card.persona_effect import persona_effect
from webscale_rl_dagster.card.sample import COLUMNS

EAST, NORTH, UP = np.eye(3)
NORTH_EAST = (EAST + NORTH) / sqrt(2)

SUBJECTS = ("glacier", "sonata", "enzyme", "parliament", "volcano", "compiler", "orchid", "tariff")
ASKED = ("Who first described the", "In which year was there a", "What is the length of the")


def sample(questions: list[str], **columns: list[str]) -> pl.DataFrame:
    """Each question of a document of its own, unless told."""
    names = [f"{number:03}" for number in range(len(questions))]
    known = {"qa_id": names, "document_id": names, "question": questions, **columns}
    rows = {name: known.get(name, ["same"] * len(questions)) for name in COLUMNS}
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String()))


def various(number: int) -> pl.DataFrame:
    questions = [
        f"{ASKED[n % 3]} {SUBJECTS[n % 8]} of {SUBJECTS[n // 8 % 8]} number {n}?"
        for n in range(number)
    ]
    return sample(questions, domain=[SUBJECTS[n % 4] for n in range(number)])


def effect(*rows: tuple[str, str, Any]) -> dict[str, Any]:
    documents, personas, vectors = zip(*rows, strict=True)
    names = [f"{number:03}" for number in range(len(rows))]
    frame = pl.DataFrame({"qa_id": names, "document_id": documents, "persona": personas})
    return persona_effect(frame, np.array(vectors))


def rounded(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: value and round(value, 6) for name, value in numbers.items()}


def test_the_vendi_score_counts_what_is_unlike() -> None:
    assert vendi_score(np.eye(5)) == pytest.approx(5)
    assert vendi_score(np.array([EAST] * 5)) == pytest.approx(1)
    assert vendi_score(np.array([EAST, EAST, NORTH, NORTH])) == pytest.approx(2)
    assert vendi_score(np.empty((0, 3))) is None


def test_the_vendi_score_by_the_covariance_is_that_of_the_similarities() -> None:
    vectors = embed(various(40)["question"].to_list()).astype(np.float64)
    similarities = np.linalg.eigvalsh(vectors @ vectors.T / 40)
    assert vendi_score(vectors) == pytest.approx(effective_number(similarities))


def test_mean_distances_without_a_matrix() -> None:
    assert pairs_among(np.eye(3)).mean_distance() == 1
    assert pairs_among(np.array([EAST, NORTH, -EAST])).mean_distance() == pytest.approx(4 / 3)
    assert pairs_among(np.array([EAST])).mean_distance() is None


def test_the_nearest_is_another_one() -> None:
    vectors = np.array([EAST, EAST, NORTH_EAST, UP])
    assert nearest(vectors) == pytest.approx([0, 0, 1 - 1 / sqrt(2), 1])
    assert nearest(np.array([EAST])).size == 0


def test_personas_are_compared_within_their_document() -> None:
    numbers = effect(
        ("a", "nurse", EAST),
        ("a", "nurse", NORTH),
        ("a", "chef", EAST),
        ("b", "nurse", UP),
    )
    assert rounded(numbers) == {
        "documents": 1,
        "between_personas": 0.5,
        "within_persona": 1,
        "between_documents": 1,
        "new_share": 0,
    }


def test_a_further_question_is_new_if_it_is_far_from_all_before_it() -> None:
    numbers = effect(
        ("a", "nurse", EAST),
        ("a", "chef", UP),
        ("a", "chef", EAST),
        ("a", "baker", NORTH),
        ("a", "baker", UP),
    )
    assert numbers["new_share"] == 0.5


def test_every_document_counts_once() -> None:
    many = [("a", f"reader {n}", EAST) for n in range(9)]
    numbers = effect(*many, ("b", "nurse", EAST), ("b", "chef", NORTH))
    assert numbers["between_personas"] == 0.5
    assert numbers["documents"] == 2


def test_one_persona_to_a_document_has_no_effect() -> None:
    numbers = effect(("a", "nurse", EAST), ("b", "chef", NORTH))
    assert numbers == {
        "documents": 0,
        "between_personas": None,
        "within_persona": None,
        "between_documents": 1,
        "new_share": None,
    }


def test_equal_questions_are_one() -> None:
    numbers, places = diversity(sample(["Who founded Ashby?"] * 30))
    assert numbers["vendi_score"] == 1
    assert numbers["vendi_share"] == round(1 / 30, 4)
    assert numbers["mean_pairwise_distance"] == numbers["mean_nearest_distance"] == 0
    assert numbers["near_duplicates_share"] == 1
    assert numbers["clusters"] == {
        "count": 1, "occupied_evenly": 1, "smallest": 30, "largest": 30,
    }  # fmt: skip
    assert places["x"].n_unique() == places["y"].n_unique() == 1


def test_ngrams_are_distinct_without_regard_to_case() -> None:
    numbers, _ = diversity(sample(["Who founded Ashby?", "who founded Rome?"]))
    assert numbers["distinct_ngrams"] == {"1": round(4 / 6, 4), "2": 0.75, "3": 1}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_few_questions_have_few_numbers(number: int) -> None:
    numbers, places = diversity(sample(["Who founded Ashby?", "What is an enzyme?"][:number]))
    several = number > 1
    assert (numbers["pairs"], numbers["documents"]) == (number, number)
    assert (numbers["vendi_score"] is None) == (number == 0)
    assert (numbers["mean_pairwise_distance"] is not None) == several
    assert (numbers["mean_nearest_distance"] is not None) == several
    assert numbers["clusters"]["count"] == min(number, 1)
    assert (places.columns, places.height) == (["x", "y", "domain"], number)


def test_numbers_and_map_do_not_depend_on_the_order_of_the_rows() -> None:
    frame = various(130)
    numbers, places = diversity(frame)
    others, other_places = diversity(frame.sample(fraction=1, shuffle=True, seed=3))
    assert others == numbers
    assert other_places.equals(places)
    assert places.select(pl.col("x", "y").is_finite().all()).row(0) == (True, True)


def test_the_seed_is_that_of_the_clusters() -> None:
    frame = various(130)
    (numbers, _), (others, _) = diversity(frame, seed=0), diversity(frame, seed=7)
    assert (numbers["seed"], others["seed"]) == (0, 7)
    assert others["clusters"] != numbers["clusters"]
    assert others["vendi_score"] == numbers["vendi_score"]


def test_all_that_a_card_says_of_diversity() -> None:
    numbers, _ = diversity(various(64))
    assert orjson.loads(orjson.dumps(numbers)) == numbers
    assert numbers["model"] == MODEL
    assert numbers["clusters"]["count"] == 6
    assert numbers["by_domain"].keys() == set(SUBJECTS[:4])
    assert {domain["pairs"] for domain in numbers["by_domain"].values()} == {16}
    assert 1 < numbers["vendi_score"] < 64


def test_questions_on_more_subjects_are_more_diverse() -> None:
    narrow = sample([f"How tall is the volcano number {n}?" for n in range(64)])
    (near, _), (far, _) = diversity(narrow), diversity(various(64))
    assert near["vendi_score"] < far["vendi_score"]
    assert near["mean_pairwise_distance"] < far["mean_pairwise_distance"]


def test_vectors_have_length_one_whatever_the_text() -> None:
    vectors = embed(["Who?", "", "日本", "\u202e\x00", "word " * LONGEST])
    assert (vectors.shape, vectors.dtype) == ((5, DIMENSIONS), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert embed([]).shape == (0, DIMENSIONS)


def test_vectors_are_those_of_the_library() -> None:
    """In a process of its own: importing the library sets up the log for good."""
    texts = ["Who founded the town of Ashby?", "What unwinds DNA?"]
    script = (
        "import json, pathlib, sys, wordllama\n"
        "folder = pathlib.Path(wordllama.__file__).parent\n"
        "model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)\n"
        "print(json.dumps(model.embed(sys.argv[1:], norm=True).tolist()))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *texts], check=True, capture_output=True, text=True
    )
    assert embed(texts) == pytest.approx(np.array(json.loads(run.stdout)), abs=1e-6)


def test_paraphrases_are_nearer_than_other_questions() -> None:
    first, second, other = embed(
        ["Who founded the town of Ashby?", "Ashby's founder was who?", "What unwinds DNA?"]
    )
    assert first @ second > first @ other


def test_to_embed_is_silent_and_needs_neither_network_nor_home(tmp_path: Path) -> None:
    script = (
        "import logging, socket, sys\n"
        "def refuse(*_): raise OSError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from webscale_rl_dagster.card.embedding import embed\n"
        "embed(['Who?', 'What?'])\n"
        "assert not logging.getLogger().handlers, 'logging was set up'\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
