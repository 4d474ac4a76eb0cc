"""One batch of texts against the merged indexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from webscale_rl_dagster.decontamination.index import GRAM, PARTS
from webscale_rl_dagster.decontamination.lookup import Lookup
from webscale_rl_dagster.decontamination.matching import Spans, passages, short_questions
from webscale_rl_dagster.decontamination.profiles import Profile, Scores, scores
from webscale_rl_dagster.decontamination.words import Offsets, words_of

Text = tuple[str, str, str]
"""Id of a row, name of its field, text of the field."""

WHOLE_FIELD = "question"

LONGEST = 500
"""Characters of evidence; a text that repeats an item is one passage from end to end."""


class Hit(NamedTuple):
    """A benchmark entry in one of our texts, and the evidence."""

    id: str
    field: str
    benchmark: str
    split: str
    file: str
    item: int
    """Row of the benchmark's file, from 0."""
    part: str
    """What of the item was found: `question`, `options` or `answer`."""
    start: int
    """Of the matched passage, in characters of our text."""
    end: int
    text: str
    """The passage itself, its first `LONGEST` characters."""
    score: float
    """Share of the entry that the passage holds, its words weighed by rarity."""

    def evidence(self) -> dict[str, str | int | float]:
        """The column `contamination` of a row with this hit."""
        names = ("benchmark", "split", "item", "field", "text", "score")
        return {name: getattr(self, name) for name in names}


def scan_batch(batch: Sequence[Text], lookup: Lookup, profile: Profile) -> list[Hit]:
    """Hits in the batch's order, the best of a text first.

    An item that a text repeats far apart is a hit at each place.
    """
    words = words_of([text for _, _, text in batch])
    found = passages(words, lookup)
    found = found.where(profile.confirms(found, lookup))
    rows = list(_rows(found, scores(found, lookup)))
    if profile.short_questions:
        whole = [field == WHOLE_FIELD for _, field, _ in batch]
        short = short_questions(words, lookup, whole)
        rows += _rows(short, np.ones(len(short.text)))
    rows.sort(key=lambda row: (row[0], -row[1], row[2], row[4]))
    hits: list[Hit] = []
    offsets, of = None, -1
    for number, score, first, last, entry in rows:
        text = batch[number]
        if offsets is None or of != number:
            offsets, of = Offsets(text[2]), number
        base = int(words.first[number])
        span = offsets.span(first - base, last - base)
        if last - first + 1 >= GRAM or stands_alone(text[2], *span):
            hits.append(_hit(text, lookup, entry, score, span))
    return hits


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a sentence or a line begins or ends there: `who lives there` is often a clause."""
    before = text[max(0, start - _NEAR) : start].rstrip(" \t")
    after = text[end - 1 : end + 1]
    return not before or len(after) < 2 or bool(_BREAKS & {before[-1], *after})


_NEAR = 32
_BREAKS = frozenset('.?!:;"“”\r\n')


def _rows(found: Spans, score: Scores) -> Iterator[tuple[int, float, int, int, int]]:
    columns = (found.text, score, found.first, found.last, found.entry)
    return zip(*(column.tolist() for column in columns), strict=True)


def _hit(text: Text, lookup: Lookup, entry: int, score: float, span: tuple[int, int]) -> Hit:
    file = lookup.files[int(lookup.entries["source"][entry])]
    return Hit(
        text[0],
        text[1],
        file.benchmark,
        file.split,
        file.file,
        int(lookup.entries["row"][entry]),
        PARTS[int(lookup.entries["part"][entry])],
        *span,
        text[2][span[0] : min(span[1], span[0] + LONGEST)],
        round(score, 4),
    )
