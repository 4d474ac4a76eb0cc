"""Ids as numbers: an id is found by its beginning without a dictionary of all ids."""

from __future__ import annotations

import re

import polars as pl
from tantivy import FieldType, Occur, Query, Schema

from webscale_rl_dagster.identity import CORPUS_NAME
from webscale_rl_dagster.search.words import starting

DIGEST = "digest"
"""The field that holds the number."""

_DIGITS = 15
"""Hexadecimal digits of an id that are in its number, which has 60 bits."""
_OF_SHARD = re.compile(rf"{CORPUS_NAME}\.([0-9a-f]{{1,10}}|[0-9a-f]{{10}}\.[0-9]{{0,5}})")
_OF_PAIR = re.compile(rf"({CORPUS_NAME}\.[0-9a-f]{{10}}\.[0-9]{{5}})\.([0-9a-f]{{0,24}})")
_OF_DOCUMENT = re.compile(r"[0-9a-f]{6,64}")
DIGITS_OF_DOCUMENT = 64


def digest(digits: pl.Expr) -> pl.Expr:
    """A column of hexadecimal digits as numbers; null where it is none."""
    cut = digits.str.slice(0, _DIGITS)
    whole = cut.str.len_bytes() == _DIGITS
    return pl.when(whole).then(cut.str.to_integer(base=16, dtype=pl.UInt64, strict=False))


def pair_id(schema: Schema, word: str) -> Query | None:
    """Pairs whose id starts so; None if no id does."""
    word = word.lower()
    if _OF_SHARD.fullmatch(word):
        return starting(schema, "shard", word.replace(".", "/"))
    if found := _OF_PAIR.fullmatch(word):
        shard, digits = found.groups()
        within = Query.term_query(schema, "shard", shard.replace(".", "/"))
        return Query.boolean_query(
            [(Occur.Must, within), (Occur.Must, digest_query(schema, digits))]
        )
    return None


def document_id(schema: Schema, word: str) -> Query | None:
    """Documents whose id starts so; None for less than six digits of one."""
    digits = word.lower()
    return digest_query(schema, digits) if _OF_DOCUMENT.fullmatch(digits) else None


def digest_query(schema: Schema, digits: str) -> Query:
    """Rows whose id starts with these hexadecimal digits, of which it compares 15."""
    low, high = (int(digits[:_DIGITS].ljust(_DIGITS, end), 16) for end in "0f")
    return Query.range_query(schema, DIGEST, FieldType.Unsigned, low, high)
