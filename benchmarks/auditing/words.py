"""Real sentences and names to make documents of: drawn at random, they are long texts of no sense.

Sentences are of Debian's documentation packages, or of any folder of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.contamination.background import chunks

PACKAGES = ("python3.11-doc", "postgresql-doc-15", "debian-faq")
SENTENCES = 60_000
BLANK = "____"

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\b[A-Za-z]{5,}\b")
_NAME = re.compile(r"[A-Z][a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Words:
    """What every document of the storage is made of."""

    sentences: list[str]
    answers: list[tuple[int, int]]
    """Where in each sentence its longest word stands."""
    names: list[str]
    """Different words that begin a sentence or name something."""

    def blanked(self, number: int) -> str:
        """A sentence without its answer."""
        start, end = self.answers[number]
        sentence = self.sentences[number]
        return f"{sentence[:start]}{BLANK}{sentence[end:]}"

    def answer(self, number: int) -> str:
        return self.sentences[number][slice(*self.answers[number])]


def words_of(folder: Path, *, most: int = SENTENCES) -> Words:
    """Sentences of 40 to 240 characters, each once, and the names in them."""
    sentences = list(islice(_sentences(folder), most))
    if not sentences:
        raise SystemExit(f"{folder} holds no sentences in .html, .txt, .md or .dict.dz files")
    longest = (max(_WORD.finditer(one), key=lambda word: len(word[0])) for one in sentences)
    names = sorted({name for one in sentences for name in _NAME.findall(one)})
    return Words(sentences, [word.span() for word in longest], names)


def _sentences(folder: Path) -> Iterator[str]:
    seen: set[str] = set()
    for text in chunks(folder):
        for sentence in _SENTENCE.split(" ".join(text.split())):
            if 40 <= len(sentence) <= 240 and sentence not in seen and _WORD.search(sentence):
                seen.add(sentence)
                yield sentence
