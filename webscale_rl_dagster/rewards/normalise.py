"""One normal form for matching, with the way back to the original's characters.

Text is cut into tokens first and each token is normalised by itself, so that every token keeps the
offsets it had in the original whatever NFKC or case-folding do to its length.
"""

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNIT = (
    r"(?:[kcmµμn]?m|[kmµμn]?g|[mµμ]?l|[kmgt]?h?z|[kmgt]?b|k?w|kwh|mwh|[km]?v|k?j|kcal|kpa|[mµμn]?s"
    r"|min|hrs?|lbs?|oz|ft|mph|bn|k|rpm|px)\b"
)
_NUMBER_END = rf"(?:(?={_UNIT})|(?!\w))"
_TOKEN = re.compile(
    rf"(?:[^\W\d_]\.){{1,8}}[^\W\d_]\.?(?!\.?\w)"
    rf"|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?{_NUMBER_END}"
    rf"|\d+(?:\.\d+)*{_NUMBER_END}"
    rf"|[{_UNSPACED}]"
    rf"|[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[\u0300-\u036f])*(?:['’ʼ][^\W\d_{_UNSPACED}]+)*"
    r"|(?<!\w)[-−–](?=\.?\d)|[+#%$€£¥=<>^/°±×÷√∞&]"
    r"|(?<=\w)\*(?=\w)|(?<=\s)\*(?=\s)",
    re.IGNORECASE,
)
_ALNUM_EDGE = re.compile(rf"[^\W{_UNSPACED}]")
_ARTICLES = frozenset(("a", "an", "the"))
_ACRONYMS = frozenset(
    ("ALL", "AM", "ARE", "AS", "CAN", "HAS", "HER", "IF", "IN", "IS", "IT", "ME", "OR", "US", "WHO")
)
"""Kept in capitals: folded, they would be stop words."""
_SYMBOLS = {"&": "and", "−": "-", "–": "-", "÷": "/"}
_BEFORE_NFKC = str.maketrans(
    {char: f"^{digit}" for digit, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {char: " " + unicodedata.normalize("NFKC", char).replace("\u2044", "/") for char in "½⅓⅔¼¾⅛"}
)
"""NFKC alone would read 10² as 102 and 2½ as 21/2."""
_MARKS = re.compile("[\u0300-\u036f]+")
_MAX_OCCURRENCES = 50


class Span(NamedTuple):
    """Character offsets in an original text."""

    start: int
    end: int


class Tokens(NamedTuple):
    """The tokens of a text, column by column."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class _Index(NamedTuple):
    joined: str
    offsets: tuple[int, ...]
    spans: tuple[Span, ...]


def _fold(raw: str) -> list[str]:
    if raw.isascii():
        if raw in _ACRONYMS:
            return [raw]
        word = raw.lower().strip("_").removesuffix("'s").replace("'", "")
        if "." in word and not word[0].isdigit():
            word = word.replace(".", "")
            word = word.upper() if raw.isupper() and word.upper() in _ACRONYMS else word
        elif "," in word:
            word = word.replace(",", "")
        return [_SYMBOLS.get(word, word)] if word else []
    if raw in _SYMBOLS:
        return [_SYMBOLS[raw]]
    plain = unicodedata.normalize("NFKC", raw.translate(_BEFORE_NFKC)).replace("’", "'")
    plain = _MARKS.sub("", unicodedata.normalize("NFD", plain.casefold()))
    if plain.isascii():
        return [word for match in _TOKEN.finditer(plain) for word in _fold(match.group())]
    plain = unicodedata.normalize("NFC", plain).removesuffix("'s")
    return [plain.strip("_").replace("'", "").replace("ʼ", "")]


def _letter_a(text: str, start: int) -> bool:
    """Whether a capital A is a name (vitamin A) and not the article that opens a sentence."""
    before = text[max(0, start - 2) : start].rstrip(" \"'(“*")
    opens = before == "" or before[-1] in ".!?:;\n"
    return not opens or not text[start + 1 : start + 2].isspace()


@lru_cache(maxsize=32)
def tokenise(text: str) -> Tokens:
    """Folded tokens: no case, accents, quotes, separators; single letters and signs survive."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        start, end = match.span()
        for word in ["A"] if raw == "A" and _letter_a(text, start) else _fold(raw):
            words.append(word)
            starts.append(start)
            ends.append(end)
    return Tokens(tuple(words), tuple(starts), tuple(ends))


@lru_cache(maxsize=32)
def _index(text: str) -> _Index:
    tokens = tokenise(text)
    kept = [row for row in zip(*tokens, strict=True) if row[0] not in _ARTICLES]
    rows = kept or list(zip(*tokens, strict=True))
    offsets: list[int] = []
    length = 0
    for word, _, _ in rows:
        offsets.append(length)
        length += len(word) + 1
    joined = " ".join(["", *(word for word, _, _ in rows), ""])
    return _Index(joined, tuple(offsets), tuple(Span(start, end) for _, start, end in rows))


def normalise(text: str) -> str:
    """The form in which two answers are the same answer; `The U.S.` and `us` are not."""
    return _index(text).joined.strip()


def find_normalised(answer: str, text: str) -> list[Span]:
    """Where the answer's tokens follow each other in the text, as offsets of the original."""
    needle = _index(answer).joined
    if needle.strip() == "":
        return []
    joined, offsets, spans = _index(text)
    found: list[Span] = []
    at = joined.find(needle)
    while at >= 0 and len(found) < _MAX_OCCURRENCES:
        first = bisect_left(offsets, at)
        last = bisect_left(offsets, at + len(needle) - 1) - 1
        found.append(Span(spans[first].start, spans[last].end))
        at = joined.find(needle, at + 1)
    return found


def find_exact(answer: str, text: str) -> list[Span]:
    """Where the answer stands verbatim and whole: `5` is not found in `1945` nor in `2.5`."""
    found: list[Span] = []
    at = text.find(answer) if answer else -1
    while at >= 0 and len(found) < _MAX_OCCURRENCES:
        end = at + len(answer)
        if _whole(text, at, end):
            found.append(Span(at, end))
        at = text.find(answer, at + 1)
    return found


def _whole(text: str, start: int, end: int) -> bool:
    edges = ((text[start - 1 : start], text[start]), (text[end - 1], text[end : end + 1]))
    if any(_ALNUM_EDGE.match(left) and _ALNUM_EDGE.match(right) for left, right in edges):
        return False
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if text[start].isdigit() and before:
        inside = before[-1] in ".," and before[0].isdigit()
        negative = before[-1] in "-−" and not before[:-1].isalnum()
        if inside or negative:
            return False
    return not (text[end - 1].isdigit() and after[:1] in (".", ",") and after[1:].isdigit())
