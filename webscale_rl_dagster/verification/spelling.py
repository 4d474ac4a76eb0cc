"""One spelling for British and American English, and for compounds with or without a hyphen."""

import re
from functools import lru_cache

_FOLDS = (
    (re.compile(r"(?<=\w)[-‐‑ ](?=\w)"), ""),
    (re.compile(r"ae(?=[^l])|oe(?=d|so|str|ti|tu|ba|u|a)"), "e"),
    (re.compile(r"(?<=[a-z]{2})ou(?=r)"), "o"),
    (re.compile(r"(?<=[a-z]{2})is(?=(?:e[drs]?|ing|ations?)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ys(?=(?:e[drs]?|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2}[bct])re(?=s?$)"), "er"),
    (re.compile(r"ll(?=(?:ed|ing|er|ers)$)"), "l"),
    (re.compile(r"(?<=[a-z]{3})mme$"), "m"),
    (re.compile(r"(?<=[a-z]{2})ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=[a-z]{2})ence(?=s?$)"), "ense"),
    (re.compile(r"ulph"), "ulf"),
)


@lru_cache(maxsize=4096)
def respelled(word: str) -> str:
    """A word in lower case as either side of the Atlantic would spell it; no word for readers."""
    for pattern, fold in _FOLDS:
        word = pattern.sub(fold, word)
    return word
