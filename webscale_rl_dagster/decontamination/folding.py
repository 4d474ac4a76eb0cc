"""Texts as UTF-8 in which equal words are equal bytes: NFKC, case-folded, no digit folded.

Python's own `normalize` and `casefold` see every character and reach 20 MB/s together; here only
what is not ASCII is looked at, by table, and `normalize` runs where marks could compose.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_TABLED, _LAST = 0x20000, 0x40000
"""Characters from the first on are Han up to the second, and carry no words after it."""

_VARIANTS = range(0x2F800, 0x2FA20)
"""Han that NFKC replaces by other Han."""

_SPACE, _GONE = 0x20, 0
_PLAIN, _EXPAND, _COMPOSE, _ALONE = range(4)

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts written without spaces: each character is a word."""

_UNSPACED_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED)
PIECE = re.compile(rf"[{_UNSPACED_CLASS}][\u0300-\u036f\u3099\u309a]*|[^\s{_UNSPACED_CLASS}]+")
"""A stretch of text whose words do not depend on what stands around it."""

ASCII_FOLD = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() else 0 for code in range(128)
) + bytes(range(128, 256))
"""For `bytes.translate`: lower case, and NUL for all that parts words."""


@dataclass(frozen=True, slots=True)
class _Tables:
    becomes: npt.NDArray[np.uint32]
    kind: npt.NDArray[np.uint8]
    expansions: dict[int, str]


def folded(texts: Sequence[str]) -> list[bytes]:
    """One for each text; what parts words is either a space or still to be told by `ASCII_FOLD`."""
    result = [text.encode() if text.isascii() else b"" for text in texts]
    others = [number for number, text in enumerate(texts) if not text.isascii()]
    if others:
        joined = "\0".join(texts[number].replace("\0", " ") for number in others)
        for number, one in zip(others, _fold(joined).split(b"\0"), strict=True):
            result[number] = one
    return result


def _fold(text: str) -> bytes:
    tables = _tables()
    codes = _codes(text)
    kinds = tables.kind[codes[codes >= 128]]
    if (kinds == _COMPOSE).any():
        text = unicodedata.normalize("NFKC", text)
        codes = _codes(text)
        kinds = tables.kind[codes[codes >= 128]]
    if (kinds == _EXPAND).any():
        for code in np.unique(codes[tables.kind[codes] == _EXPAND]).tolist():
            text = text.replace(chr(code), tables.expansions[code])
        codes = _codes(text)
    places = np.flatnonzero(codes >= 128)
    found = codes[places]
    folds = tables.becomes[found]
    codes[places] = folds
    alone, gone = places[tables.kind[found] == _ALONE], places[folds == _GONE]
    if len(alone) or len(gone):
        copies = np.ones(len(codes), dtype=np.int64)
        copies[alone] = 3
        copies[gone] = 0
        ends = np.cumsum(copies)
        middles = ends[alone] - 2
        codes = np.repeat(codes, copies)
        codes[middles - 1] = _SPACE
        codes[middles + 1] = _SPACE
    return codes.tobytes().decode("utf-32-le").encode()


def _codes(text: str) -> npt.NDArray[np.uint32]:
    raw = text.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(bytearray(raw), dtype=np.uint32)


@functools.cache
def _tables() -> _Tables:
    """Takes a fifth of a second, once a process."""
    becomes = np.full(0x110000, _GONE, dtype=np.uint32)
    kind = np.full(0x110000, _PLAIN, dtype=np.uint8)
    becomes[:128] = np.arange(128)
    becomes[_TABLED:_LAST] = np.arange(_TABLED, _LAST)
    for code in _VARIANTS:
        becomes[code] = ord(unicodedata.normalize("NFKC", chr(code))[0])
    expansions: dict[int, str] = {}
    for code in range(128, _TABLED):
        character = chr(code)
        category = unicodedata.category(character)
        fold = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
        if category == "Cf":
            continue
        if category[0] == "M" or 0x1160 <= code <= 0x11FF:
            kind[code] = _COMPOSE
            becomes[code] = code
        elif len(fold) > 1:
            kind[code] = _EXPAND
            expansions[code] = fold
        elif fold.isascii() or unicodedata.category(fold)[0] in "LNM":
            becomes[code] = ord(fold)
        else:
            becomes[code] = _SPACE
    for first, last in _UNSPACED:
        span = slice(first, last + 1)
        worded = (kind[span] == _PLAIN) & (becomes[span] > _SPACE)
        kind[span][worded] = _ALONE
    return _Tables(becomes, kind, expansions)
