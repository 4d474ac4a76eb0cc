"""Leakage: the question gives its own answer away.

An operand that happens to equal the result (`the GCD of 12 and 36`) counts too: such an answer can
be copied without solving anything. The expansion of an acronym does not, where it is what is asked.
"""

import re

from .answer_types import aliases, answer_type
from .candidate import Candidate
from .normalise import find_exact, find_normalised, normalise, tokenise
from .quantities import quantities, whole_quantity
from .words import STOP_WORDS, content_stems, stem

_ASKS_EXPANSION = re.compile(
    r"\b(?:stands? for|acronym|abbreviat\w*|initialism|short for|shorthand|full (?:name|form)"
    r"|spelled out|expand\w*|initials)\b",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\b[A-Z]{2,8}\b")
_WORD = re.compile(r"[^\W\d_]\w*")


def answer_leaked(candidate: Candidate) -> bool:
    """Whether the question holds the answer, an alias, its number or initials in another form."""
    question = candidate.asked
    forms = (candidate.answer, *candidate.aliases)
    certain = (alias for form in forms for alias in aliases(form))
    return any(_stands_in(form, question) for form in (*forms, *certain)) or any(
        leak(candidate.answer, question)
        for leak in (_number_leaked, _words_leaked, _acronym_leaked)
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
        number.agrees(other)
        and number.unit in ("", other.unit)
        and words[other.first : other.stop] != ("one",)
        for other in quantities(question)
    )


def _words_leaked(answer: str, question: str) -> bool:
    """All content words of the answer, in whatever order."""
    if answer_type(answer) in ("expression", "code"):
        return False
    stems = content_stems(normalise(answer).split())
    if len(stems) < 2 or any(len(word) < 2 for word in stems):
        return False
    return stems <= content_stems(normalise(question).split())


def _acronym_leaked(answer: str, question: str) -> bool:
    if _ASKS_EXPANSION.search(question):
        return False
    return bool(_initials(answer) & set(_ACRONYM.findall(question.replace(".", "")))) or (
        _spells_out(question, answer.strip().replace(".", ""))
    )


def _initials(phrase: str) -> set[str]:
    words = _WORD.findall(phrase)
    content = [word for word in words if word.lower() not in STOP_WORDS]
    return {"".join(word[0] for word in row).upper() for row in (words, content) if len(row) > 1}


def _spells_out(text: str, acronym: str) -> bool:
    """Whether capitalised words in a row have the acronym's letters as initials."""
    if len(acronym) < 3 or not _ACRONYM.fullmatch(acronym):
        return False
    content = (word for word in _WORD.findall(text) if word.lower() not in STOP_WORDS)
    return acronym in "".join(word[0] if word[0].isupper() else " " for word in content)
