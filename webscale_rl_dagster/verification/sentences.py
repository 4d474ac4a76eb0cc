"""A document's sentences and the words in them, cut once for all pairs of the document."""

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

from webscale_rl_dagster.rewards.normalise import tokenise
from webscale_rl_dagster.rewards.words import content_stems, stem

_SENTENCE_END = re.compile(r"[.!?][\"')\]”]{0,3}\s+(?=[^\Wa-z_]|[\"'(\[“])|\n\s*\n|[。！？]")
_MARKS = re.compile("[\u0300-\u036f]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=16)
def sentence_starts(document: str) -> tuple[int, ...]:
    """Offsets; the first is 0."""
    return (0, *(match.end() for match in _SENTENCE_END.finditer(document)))


def folded(text: str) -> str:
    """In small letters without accents."""
    plain = text.lower()
    return plain if plain.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", plain))


def content_bag(text: str) -> frozenset[str]:
    """Stems of content words, by a cut that is ten times as fast as tokens and as good for this."""
    return content_stems(_PLAIN_WORD.findall(folded(text)))


folded_document = lru_cache(maxsize=16)(folded)
document_stems = lru_cache(maxsize=16)(content_bag)


@lru_cache(maxsize=256)
def sentence_stems(document: str, sentence: int) -> frozenset[str]:
    """Stems of the content words of a sentence, by its place among `sentence_starts`."""
    start, end, *_ = (*sentence_starts(document)[sentence : sentence + 2], len(document))
    return content_bag(document[start:end])


def all_stems(text: str) -> frozenset[str]:
    """Of every word, stop words and signs included."""
    return frozenset(stem(word) for word in tokenise(text).words)


@lru_cache(maxsize=16)
def stem_row(document: str) -> tuple[str, tuple[int, ...]]:
    """The stems of all words in a row, parted by spaces, and where in it each begins."""
    stems = [stem(word) for word in tokenise(document).words]
    offsets = tuple(accumulate((len(word) + 1 for word in stems), initial=0))
    return " ".join(["", *stems, ""]), offsets[:-1]
