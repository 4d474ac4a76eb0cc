"""Which texts have the same words, and that their hashes are what the definition says."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webscale_rl_dagster.decontamination.folding import PIECE
from webscale_rl_dagster.decontamination.words import (
    Offsets,
    run_hashes,
    run_tail,
    whole_hashes,
    words_of,
)

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("aB1 .’é\u0301ß…½ﬁＡ漢か\u3099ﾊﾞ가\u1161กำ\u00ad\u200d\0\ud800\n"),
    )
)


def words(text: str) -> list[int]:
    return words_of([text]).hashes.tolist()


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("The Cat, sat.", "the cat sat"),
        ("STRASSE", "straße"),
        ("ﬁne ＡＢＣ ²", "fine abc 2"),
        ("cafe\u0301", "café"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("don’t “stop” — now…", "don't 'stop' - now..."),
        ("x=1,000;y", "x 1 000 y"),
        ("non\u00a0breaking\u2003space", "non breaking space"),
        ("漢字かな", "漢 字 か な"),
        ("snake_case a-b", "snake case a b"),
    ],
)
def test_these_have_the_same_words(one: str, same: str) -> None:
    assert words(one) == words(same) != []


@pytest.mark.parametrize(
    ("one", "other"), [("room 101", "room 102"), ("ab c", "a bc"), ("हिन्दी", "हन्द"), ("a b", "b a")]
)
def test_these_have_not(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_marks_do_not_part_words() -> None:
    assert len(words("हिन्दी भाषा")) == 2


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 17, 63, 64])
def test_every_letter_of_a_word_counts(length: int) -> None:
    seen = {words("a" * place + "b" + "a" * (length - place - 1))[0] for place in range(length)}
    seen.add(words("a" * length)[0])
    assert len(seen) == length + 1


def test_texts_keep_their_own_words() -> None:
    found = words_of(["one two", "", "drei", "…", "fünf sechs sieben"])
    assert found.count().tolist() == [2, 0, 1, 0, 3]
    assert found.text().tolist() == [0, 0, 2, 4, 4, 4]


@given(st.lists(TEXT, max_size=6))
def test_a_text_has_the_same_words_alone_and_among_others(texts: list[str]) -> None:
    together = words_of(texts)
    for number, text in enumerate(texts):
        span = slice(together.first[number], together.first[number + 1])
        assert together.hashes[span].tolist() == words(text)


@pytest.mark.parametrize("code", [*range(0x2F800, 0x2FA20, 16), 0x2FA1D])
def test_variants_of_han_are_the_same_words(code: int) -> None:
    assert words(unicodedata.normalize("NFKC", chr(code))) == words(chr(code))


@given(TEXT)
def test_normalised_text_has_the_same_words(text: str) -> None:
    assert words(unicodedata.normalize("NFKC", text)) == words(text)


@given(TEXT)
def test_pieces_have_the_words_of_the_whole(text: str) -> None:
    assert [hash for piece in PIECE.findall(text) for hash in words(piece)] == words(text)


@given(st.integers(1, 13))
def test_runs_are_hashed_by_definition(length: int) -> None:
    found = words_of(["a b c d e f g h i j k l m n o p"]).hashes
    np.testing.assert_array_equal(run_hashes(found, length), run_tail(found, length))


def test_a_whole_text_is_one_run() -> None:
    texts = ["one two three", "", "one"]
    runs = [run_hashes(words_of([text]).hashes, 1 + text.count(" ")) for text in texts]
    expected = [int(run[0]) if len(run) else 0 for run in runs]
    assert whole_hashes(words_of(texts)).tolist() == expected


def test_offsets_are_those_of_our_text() -> None:
    text = "Well… “Naïve” \u00a0cafe\u0301s, 漢字 end."
    start, end = Offsets(text).span(1, 2)
    assert text[start:end] == "“Naïve” \u00a0cafe\u0301s,"
