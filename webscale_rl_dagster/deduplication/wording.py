"""A text's words and signs in their order: what two texts of the same wording have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from webscale_rl_dagster.deduplication.punctuation import CODE, punctuation
from webscale_rl_dagster.rewards.normalise import normalise, tokenise

_PLAIN = re.compile(r"[\w\s,]*\??")
"""No sign in it but such as only punctuate."""
_SIGN = re.compile(r"[^\w\s]|_")
_PRIMED = re.compile(r"(?:[^\W\d_]['’])+[^\W\d_]")
"""A'B, which normalises as AB does."""
_DASHES = str.maketrans(dict.fromkeys("−–‐‑", "-"))
_FIRST_UNSPACED = "\u0e00"
"""From here on a letter may be a word."""


class Wording(NamedTuple):
    """Words without case and articles, signs without those that only punctuate."""

    words: frozenset[str]
    """Of `rewards.normalise`, which counts a few signs among them."""
    text: str
    """All words and signs in their order; empty if there is no word."""
    formula: tuple[str, ...]
    """Its signs, single letters and numbers in their order, if there is a sign."""


def read_wording(text: str) -> Wording:
    """Case, articles, spaces, quotation marks and final punctuation do not matter."""
    words = normalise(text).split()
    if not words:
        return Wording(frozenset(), "", ())
    woven = words if _PLAIN.fullmatch(text) else _woven(text, words)
    formula: tuple[str, ...] = ()
    if any(map(_is_sign, woven)):
        formula = tuple(part for part in woven if _is_sign(part) or _is_operand(part))
    return Wording(frozenset(words), " ".join(woven), formula)


def _woven(text: str, words: list[str]) -> list[str]:
    """The words, each sign that is none of them before the word that follows it."""
    signs = _signs(text)
    tokens = tokenise(text)
    woven: list[str] = []
    sign = next(signs, None)
    kept = 0
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        while sign is not None and sign[0] < start:
            woven.append(sign[1])
            sign = next(signs, None)
        if kept < len(words) and word == words[kept]:
            woven.append(word)
            kept += 1
    return woven + ([] if sign is None else [sign[1], *(each for _, each in signs)])


def _signs(text: str) -> Iterator[tuple[int, str]]:
    """Place and form of each sign that tells the text apart and that no word holds."""
    coded = bytearray(len(text))
    for code in CODE.finditer(text):
        coded[code.start() : code.end()] = b"\1" * (code.end() - code.start())
    held = _held(text, coded)
    skipped = punctuation(text)
    for match in _SIGN.finditer(text):
        place, char = match.start(), match.group()
        if held[place] or place in skipped or (char == "_" and not coded[place]):
            continue
        if unicodedata.category(char) not in ("Cc", "Cf"):
            yield place, unicodedata.normalize("NFKC", char).translate(_DASHES).strip() or char


def _held(text: str, coded: bytearray) -> bytearray:
    """1 at each character of a token, unless it is a sign there that normalising drops."""
    held = bytearray(len(text))
    tokens = tokenise(text)
    for word, start, end in zip(*tokens, strict=True):
        raw = text[start:end]
        dropped = coded[start] or (len(raw) > 2 and _PRIMED.fullmatch(raw))
        if not dropped or _is_sign(word):
            held[start:end] = b"\1" * (end - start)
    return held


def _is_sign(part: str) -> bool:
    return not any(map(str.isalnum, part))


def _is_operand(word: str) -> bool:
    return word[0].isdigit() or (len(word) == 1 and word < _FIRST_UNSPACED)
