"""A user's free text as a query, cut into words the same way as what is indexed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import polars as pl
from tantivy import Filter, Occur, Query, Schema, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

WORDS_CHARACTERS = 2000
"""Of each text that is indexed, and of a question to the index; what follows is not looked at."""
WORDS = "words"
"""The field that holds them."""

_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
"""Scripts that put no space between words: each character is a word of its own."""
_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')

IdQuery = Callable[[Schema, str], Query | None]
"""What else a word of a user may be: the beginning of an id."""


@cache
def analyzer() -> TextAnalyzer:
    """Words are runs of letters and digits, in lower case and without accents."""
    simple = TextAnalyzerBuilder(Tokenizer.simple())
    return simple.filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


def indexed(text: pl.Expr) -> pl.Expr:
    """A column of texts as the analyzer is to have it."""
    cut = text.str.slice(0, WORDS_CHARACTERS).str.normalize("NFKC")
    return cut.str.replace_all(_SPACELESS, " $0 ")


def text_query(schema: Schema, text: str, as_id: IdQuery) -> Query | None:
    """As `PairQuery.text` tells; None if there is no letter and no digit in it.

    Of the index's own query language it knows nothing, so no text is an error.
    """
    plain = text[:WORDS_CHARACTERS].encode("utf-8", "replace").decode()
    pieces = list(_PIECE.finditer(plain))
    found = [
        query
        for piece in pieces
        if (query := _piece(schema, piece, as_id, last=piece.end() == len(plain)))
    ]
    return Query.boolean_query([(Occur.Must, query) for query in found]) if found else None


def _piece(schema: Schema, piece: re.Match[str], as_id: IdQuery, *, last: bool) -> Query | None:
    quoted, word = piece.groups()
    words = list(_words(word or quoted))
    if not words:
        return None
    if word and last and len(words) == 1:
        query = starting(schema, WORDS, words[0])
    elif len(words) == 1:
        query = Query.term_query(schema, WORDS, words[0])
    else:
        query = Query.phrase_query(schema, WORDS, list(words))
    either = as_id(schema, word) if word else None
    return query if either is None else either_of(query, either)


def _words(text: str) -> Iterator[str]:
    yield from analyzer().analyze(pl.select(indexed(pl.lit(text))).item())


def starting(schema: Schema, field: str, beginning: str) -> Query:
    """Rows with a term in this field that starts so."""
    return Query.fuzzy_term_query(schema, field, beginning, distance=0, prefix=True)


def either_of(*queries: Query) -> Query:
    """Rows that one of them finds."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])
