"""Whether two answers are the same one, as far as a round trip needs to know."""

from __future__ import annotations

import re

_COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d{3})")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_BETWEEN = re.compile(r"[^\w%$€£°.-]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MOST_EXTRA_WORDS = 2


def agrees(found: str, wanted: str) -> bool:
    """Equal after normalising, or one inside the other with few words around it.

    Numbers must be the same: "193" agrees with "193 kilometres", never with "19". "Carmel Hill,
    Barcelona, Catalonia, Spain" does not agree with "Carmel Hill": a question that is answered so
    has more than one answer.
    """
    first, second = _words(found), _words(wanted)
    if not first or not second or _numbers(first) != _numbers(second):
        return False
    shorter, longer = sorted((first, second), key=len)
    return len(longer) - len(shorter) <= _MOST_EXTRA_WORDS and _contains(longer, shorter)


def _words(text: str) -> list[str]:
    plain = _ARTICLE.sub(" ", _COMMA_IN_NUMBER.sub("", text.lower()))
    return [word.strip(".-") for word in _BETWEEN.split(plain) if word.strip(".-")]


def _numbers(words: list[str]) -> list[str]:
    return sorted(number for word in words for number in _NUMBER.findall(word))


def _contains(longer: list[str], shorter: list[str]) -> bool:
    size = len(shorter)
    return any(longer[at : at + size] == shorter for at in range(len(longer) - size + 1))
