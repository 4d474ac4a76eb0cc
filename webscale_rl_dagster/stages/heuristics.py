"""What a document must pass before a model is asked; each rule's name is its reason.

Thresholds follow the published Gopher, C4 and FineWeb rules where those name one; the first rule
is the only heuristic the Webscale-RL paper states.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webscale_rl_dagster.config import FilterConfig

_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,200}>")
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u20ac\u2122\u0153\u201a-\u201e\u2020]|\ufffd"
)
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|earlier)\b.{0,20}"
    r"\b(?:instruction|prompt|rule|direction)s?\b",
    re.IGNORECASE | re.DOTALL,
)
_BOILERPLATE = re.compile(
    r"\b(?:cookies?|privacy policy|terms of (?:use|service)|all rights reserved|sign (?:in|up)|"
    r"log ?in|subscribe|newsletter|skip to (?:main )?content|share (?:this|on)|read more|"
    r"click here|contact us|site ?map|add to cart|accept all|powered by|javascript|next page|"
    r"previous page|home page|follow us|advertis\w+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Document:
    """A text and what several rules need of it, worked out once."""

    text: str

    @functools.cached_property
    def tokens(self) -> int:
        return len(_TOKEN.findall(self.text))

    @functools.cached_property
    def words(self) -> list[str]:
        return _WORD.findall(self.text.lower())

    @functools.cached_property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @functools.cached_property
    def language(self) -> str:
        return language_of(self.text)


def first_defect(document: Document, settings: FilterConfig) -> str | None:
    """The name of the first rule the document breaks, or None."""
    return next((name for name, broken in RULES.items() if broken(document, settings)), None)


def language_of(text: str) -> str:
    """ISO 639-1 code, by langid's model on the first 20,000 characters."""
    import py3langid  # its model takes half a second to load

    return str(py3langid.classify(text[:20_000])[0])


def _too_short(document: Document, settings: FilterConfig) -> bool:
    return document.tokens < settings.min_tokens


def _control_characters(document: Document, _: FilterConfig) -> bool:
    """Bidirectional overrides and control characters hide what a reader would see."""
    return _INVISIBLE.search(document.text) is not None


def _mojibake(document: Document, _: FilterConfig) -> bool:
    """One wrongly decoded character in 200 is more than an odd quotation."""
    return len(_MOJIBAKE.findall(document.text)) * 200 > len(document.text)


def _markup(document: Document, _: FilterConfig) -> bool:
    """More than a tag per 30 words, or any script: extraction failed."""
    tags = _TAG.findall(document.text)
    scripted = any(tag[1:7].lower() == "script" for tag in tags)
    return scripted or len(tags) * 30 > len(document.words)


def _symbols(document: Document, _: FilterConfig) -> bool:
    """Gopher: at least 80% of words hold a letter; here, of all tokens at least half are words."""
    return len(document.words) * 2 < document.tokens


def _repetition(document: Document, _: FilterConfig) -> bool:
    """Gopher: over 30% of lines are repeats, or one run of four words fills 20% of the text."""
    lines = document.lines
    if len(lines) > 3 and len(set(lines)) < 0.7 * len(lines):
        return True
    words = document.words
    grams = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    return bool(grams) and max(grams.values()) > 2 and max(grams.values()) * 4 > 0.2 * len(words)


def _boilerplate(document: Document, _: FilterConfig) -> bool:
    """Over 2.5% of the words are navigation, consent or footer phrases."""
    return len(_BOILERPLATE.findall(document.text)) * 40 > len(document.words)


def _prompt_injection(document: Document, _: FilterConfig) -> bool:
    return _INJECTION.search(document.text) is not None


def _wrong_language(document: Document, settings: FilterConfig) -> bool:
    return document.language not in settings.languages


RULES: Mapping[str, Callable[[Document, FilterConfig], bool]] = {
    "too_short": _too_short,
    "control_characters": _control_characters,
    "mojibake": _mojibake,
    "markup": _markup,
    "symbols": _symbols,
    "repetition": _repetition,
    "boilerplate": _boilerplate,
    "prompt_injection": _prompt_injection,
    "wrong_language": _wrong_language,
}
