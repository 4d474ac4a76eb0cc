"""Finds the spans of a sentence that could be answers, one small rule set per kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from webscale_rl_dagster.writing.figures import counts, dates, quantities
from webscale_rl_dagster.writing.found import Found
from webscale_rl_dagster.writing.names import names
from webscale_rl_dagster.writing.terms import definitions, terms

Finder = Callable[[str], Iterator[Found]]

_FINDERS: tuple[Finder, ...] = (terms, definitions, dates, quantities, counts, names)
"""The surest first: what one has taken, the next may not overlap."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def find_all(sentence: str) -> Iterator[Found]:
    """Every candidate of the sentence outside its brackets."""
    taken = [match.span() for match in _BRACKETS.finditer(sentence)]
    for finder in _FINDERS:
        for found in finder(sentence):
            if not any(found.start < end and start < found.end for start, end in taken):
                taken.append((found.start, found.end))
                yield found
