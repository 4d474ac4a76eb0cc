"""Questions asked before: in the same words, or in nearly the same with the same answer."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from rensa import RMinHash, RMinHashLSH

from webscale_rl_dagster.deduplication.wording import read_wording

SAME_QUESTION = 0.8
"""Jaccard similarity of two questions' words from which they are one question."""

CROWD = 1000
"""A question that resembles more than so many is compared with the earliest of them, and not
remembered for near matches: it bounds the work on a million fillings of one template."""

_PERMUTATIONS, _BANDS = 40, 10
"""Two questions of similarity 0.8 agree in one of ten bands of four with probability 0.995."""

_SEED = 42
_SHINGLE_BYTES = 8


class ReadQuestion(NamedTuple):
    """All that is compared of a question; a few hundred bytes."""

    wording: bytes
    """Digest of the words and signs of the question."""
    answer: bytes
    """Digest of the words and signs of the answer."""
    shingles: bytes
    """Sorted 8-byte digests of its distinct words, each together with the answer, the numbers and
    the formula of the question: if one of these differs no shingle is the same.
    """


def read_question(question: str, answer: str) -> ReadQuestion:
    """The costly half of `QuestionIndex.add`, which needs no index."""
    words, text, formula = read_wording(question)
    answer_text = read_wording(answer).text or answer.strip()
    numbers = sorted(word for word in words if any(char.isdigit() for char in word))
    context = _digest("\0".join((answer_text, *numbers, "", *formula)), 16)
    shingles = sorted(_digest(word, _SHINGLE_BYTES, context) for word in words)
    return ReadQuestion(
        _digest(text or question.strip(), 16), _digest(answer_text, 16), b"".join(shingles)
    )


class QuestionIndex:
    """Remembers questions; about 2 KB each, however long they are."""

    def __init__(self, same_answer: bool = False) -> None:
        """With `same_answer`, the same wording is a repeat only if the answers are equal, too.

        So it must be as long as no answer has been found right: a wrong one, come first, would
        drop the right one.
        """
        self._same_answer = same_answer
        self._ids: list[str] = []
        self._shingles: list[bytes] = []
        self._wordings: dict[bytes, int] = {}
        self._near = RMinHashLSH(SAME_QUESTION, _PERMUTATIONS, _BANDS)

    def add(self, qa_id: str, question: str, answer: str) -> str | None:
        """The id of the earlier question that this one repeats; None if new, and remembered.

        A question is never compared with those that repeated another, so that a chain of small
        changes cannot drop one that resembles nothing that stays.
        """
        return self.add_read(qa_id, read_question(question, answer))

    def add_read(self, qa_id: str, question: ReadQuestion) -> str | None:
        """`add` of a question that was read elsewhere."""
        wording = question.wording + (question.answer if self._same_answer else b"")
        if (earlier := self._wordings.get(wording)) is not None:
            return self._ids[earlier]
        number = len(self._ids)
        words = _split(question.shingles)
        if words:
            sketch = RMinHash(_PERMUTATIONS, _SEED)
            sketch.update(words)
            candidates = sorted(self._near.query(sketch))
            if (earlier := self._first_alike(frozenset(words), candidates)) is not None:
                return self._ids[earlier]
            if len(candidates) <= CROWD:
                self._near.insert(number, sketch)
        self._ids.append(qa_id)
        self._shingles.append(question.shingles)
        self._wordings[wording] = number
        return None

    def _first_alike(self, words: frozenset[bytes], candidates: list[int]) -> int | None:
        for number in candidates[:CROWD]:
            others = self._shingles[number]
            shared = len(words.intersection(_split(others)))
            union = len(words) + len(others) // _SHINGLE_BYTES - shared
            if shared >= SAME_QUESTION * union:
                return number
        return None


def _split(shingles: bytes) -> list[bytes]:
    ends = range(_SHINGLE_BYTES, len(shingles) + 1, _SHINGLE_BYTES)
    return [shingles[end - _SHINGLE_BYTES : end] for end in ends]


def _digest(text: str, size: int, key: bytes = b"") -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, key=key).digest()
