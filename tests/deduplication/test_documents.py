from __future__ import annotations

import os
import random
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.deduplication import documents
from webscale_rl_dagster.deduplication.documents import (
    PERMUTATIONS,
    band_count,
    band_rows,
    bands,
    is_current,
    signature_of,
    similarities,
)

FOX = "The quick brown fox jumps over the lazy dog, and then it sleeps until the evening."


def words(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.choice('bcdfg')}{chance.randrange(50_000)}" for _ in range(count)]


def shingles(text: str) -> set[tuple[str, ...]]:
    parts = text.split()
    return {tuple(parts[at : at + 5]) for at in range(len(parts) - 4)}


def similarity(one: str, other: str) -> float:
    return float(similarities(signature_of(one), [signature_of(other)])[0])


def test_case_punctuation_and_space_do_not_matter() -> None:
    loud = FOX.upper().replace(" ", "\n\n").replace(",", ";")
    assert signature_of(loud) == signature_of(FOX)


@pytest.mark.parametrize("text", ["", " ", "one two three four", "?!", "\0"])
def test_a_text_shorter_than_a_shingle_has_no_signature(text: str) -> None:
    assert signature_of(text) == b""
    assert bands(signature_of(text), 8) == []


@pytest.mark.parametrize("edits", [1, 5, 20, 60, 200])
def test_the_estimate_is_near_the_true_similarity(edits: int) -> None:
    errors = []
    for seed in range(20):
        original = words(1500, seed)
        edited = list(original)
        for at in random.Random(seed).sample(range(1500), edits):
            edited[at] = "edit"
        one, other = " ".join(original), " ".join(edited)
        a, b = shingles(one), shingles(other)
        errors.append(similarity(one, other) - len(a & b) / len(a | b))
    assert abs(np.mean(errors)) < 0.02
    assert max(map(abs, errors)) < 0.12


def test_long_texts_are_cut_into_words_by_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(words(3000, 1))
    whole = signature_of(text)
    monkeypatch.setattr(documents, "_PIECE", 1000)
    assert similarities(whole, [signature_of(text)])[0] > 0.9


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
def test_bands_suit_the_threshold(threshold: float) -> None:
    rows = band_rows(threshold)
    assert 1 - (1 - threshold**rows) ** band_count(rows) > 0.85
    assert len(bands(signature_of(FOX), rows)) == band_count(rows)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    signature = signature_of(text)
    assert len(signature) in (0, 1 + PERMUTATIONS)
    assert is_current(signature)


def test_stored_signatures_are_those_of_every_run_and_version() -> None:
    """If this fails, stored signatures no longer fit: give `SCHEME` another byte."""
    expected = "93c65dae28487b97969aa5adf1c09a725b75e69e8c73cad75b05d762cac4d486"
    code = (
        "from webscale_rl_dagster.deduplication.documents import signature_of;"
        "from hashlib import sha256;"
        f"print(sha256(signature_of({FOX!r})).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    output = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert output.strip() == expected
    assert sha256(signature_of(FOX)).hexdigest() == expected


def test_signatures_of_another_scheme_or_none_are_not_current() -> None:
    assert not is_current(None)
    assert not is_current(b"\x00" + signature_of(FOX)[1:])
