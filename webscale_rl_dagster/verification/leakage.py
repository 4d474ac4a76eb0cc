"""Leakage: the question gives its own answer away.

An operand that happens to equal the result (`the GCD of 12 and 36`) counts too: such an answer can
be copied without solving anything. The expansion of an acronym does not, where it is what is asked.
"""

import re

from webscale_rl_dagster.rewards.normalise import find_exact, find_normalised, normalise, tokenise
from webscale_rl_dagster.rewards.words import STOP_WORDS, content_stems, stem

from .answer_types import aliases, answer_type
from .candidate import Candidate
from .derivation import roots
from .quantities import ORDINAL, Quantity, quantities, whole_quantity

_ASKS_EXPANSION = re.compile(
    r"\b(?:stands? for|short for|full (?:name|form)|spelled out|initials|expan\w+ of"
    r"|(?:acronym|abbreviation|initialism|shorthand)(?: is| for| of)\b|abbreviated (?:as|to)\b)",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\b[A-Z]{2,8}\b")
_WORD = re.compile(r"[^\W\d_]\w*")
_SHORT_ACRONYMS = frozenset(("EU", "UK", "UN", "US"))
"""Two letters are else the initials of too many people."""


def answer_leaked(candidate: Candidate) -> bool:
    """Whether the question holds the answer, an alias, its number, root or initials."""
    question = candidate.asked
    if answer_type(candidate.answer) == "code":
        return bool(find_exact(candidate.answer.strip().strip("`"), question))
    forms = (candidate.answer, *candidate.aliases)
    certain = (alias for form in forms for alias in aliases(form))
    return any(_stands_in(form, question) for form in (*forms, *certain)) or any(
        leak(candidate.answer, question)
        for leak in (_number_leaked, _words_leaked, _root_leaked, _acronym_leaked)
    )


def _stands_in(answer: str, question: str) -> bool:
    words = normalise(answer).split()
    if not words:
        return False
    if all(word in STOP_WORDS for word in words):
        past_first_letter = question[1:]
        return bool(find_exact(answer.strip(), past_first_letter))
    if find_normalised(answer, question):
        return True
    stems = " ".join(["", *map(stem, words), ""])
    return stems in " ".join(["", *map(stem, normalise(question).split()), ""])


def _number_leaked(answer: str, question: str) -> bool:
    number = whole_quantity(answer)
    if number is None:
        return False
    words = tokenise(question).words
    return any(
        (number.agrees(other) and number.unit in ("", other.unit) or _same_share(number, other))
        and words[other.first : other.stop] != ("one",)
        for other in quantities(question)
    )


def _same_share(one: Quantity, other: Quantity) -> bool:
    """68% and 0.68."""
    units = {one.unit: one.value, other.unit: other.value}
    return units.keys() == {"percent", ""} and units["percent"] == 100 * units[""]


def _words_leaked(answer: str, question: str) -> bool:
    """All content words of the answer, in whatever order, and its numbers in whatever form."""
    if whole_quantity(answer) or answer_type(answer) == "expression":
        return False
    stems = content_stems(_in_digits(answer))
    if len(stems) < 2 or not any(word.isalpha() and len(word) > 1 for word in stems):
        return False
    if any(len(word) < 2 and not word.isdecimal() for word in stems):
        return False
    return stems <= content_stems(_in_digits(question))


def _in_digits(text: str) -> list[str]:
    """The words, each quantity as its value and its unit's name: the ninth week is `9th week`."""
    words = tokenise(text).words
    found: list[str] = []
    at = 0
    for quantity in quantities(text):
        ordinal = quantity.unit == ORDINAL
        value = f"{quantity.value.normalize():f}" if abs(quantity.value.adjusted()) < 40 else "0"
        found += words[at : quantity.first]
        found += [f"{value}th" if ordinal else value, *([] if ordinal else quantity.unit.split())]
        at = quantity.stop
    return [*found, *words[at:]]


def _root_leaked(answer: str, question: str) -> bool:
    """A one-word answer of which the question holds a derivation: viscosity in `viscous`."""
    words = [word for word in normalise(answer).split() if word not in STOP_WORDS]
    if len(words) != 1 or answer[:1].isupper() or not words[0].isalpha():
        return False
    wanted = roots(words[0])
    return any(not wanted.isdisjoint(roots(word)) for word in tokenise(question).words)


def _acronym_leaked(answer: str, question: str) -> bool:
    if _ASKS_EXPANSION.search(question):
        return False
    return bool(_initials(answer) & set(_ACRONYM.findall(question.replace(".", "")))) or (
        _spells_out(question, answer.strip().replace(".", ""))
    )


def _initials(phrase: str) -> set[str]:
    words = _WORD.findall(phrase)
    content = [word for word in words if word.lower() not in STOP_WORDS]
    found = {"".join(word[0] for word in row).upper() for row in (words, content) if len(row) > 1}
    return {row for row in found if len(row) > 2 or row in _SHORT_ACRONYMS or phrase.islower()}


def _spells_out(text: str, acronym: str) -> bool:
    """Whether capitalised words in a row have the acronym's letters as initials."""
    if len(acronym) < 3 or not _ACRONYM.fullmatch(acronym):
        return False
    content = (word for word in _WORD.findall(text) if word.lower() not in STOP_WORDS)
    return acronym in "".join(word[0] if word[0].isupper() else " " for word in content)
