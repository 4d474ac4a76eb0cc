"""Leakage: the question gives its own answer away.

An operand that happens to equal the result (`the GCD of 12 and 36`) counts too: such an answer can
be copied without solving anything. The expansion of an acronym does not, where it is what is asked.
"""

import re

from webscale_rl_dagster.rewards.dates import Date, dates_within, whole_date
from webscale_rl_dagster.rewards.normalise import find_exact, find_normalised, normalise, tokenise
from webscale_rl_dagster.rewards.words import STOP_WORDS, content_stems, stem

from .answer_types import aliases, answer_type
from .candidate import Candidate
from .derivation import roots
from .namesakes import acronym_leaked, nationality_leaked, surname_leaked
from .quantities import ORDINAL, Quantity, quantities, whole_quantity

_BARE = re.compile(
    r"^an? (?=half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|dozen)"
)


def answer_leaked(candidate: Candidate) -> bool:
    """Whether the question holds the answer, an alias, its number, root or initials."""
    question = candidate.asked
    if answer_type(candidate.answer) == "code":
        return bool(find_exact(candidate.answer.strip().strip("`"), question))
    forms = (candidate.answer, *candidate.aliases)
    certain = (alias for form in forms for alias in aliases(form))
    return (
        any(_stands_in(form, question) for form in (*forms, *certain))
        or any(leak(candidate.answer, question) for leak in _LEAKS)
        or surname_leaked(candidate.answer, question, candidate.document)
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
    number = whole_quantity(_BARE.sub("", answer.strip()))
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


def _date_leaked(answer: str, question: str) -> bool:
    """The same day in another order of its parts."""
    given = whole_date(answer)
    if len(given) != 1 or not isinstance(given[0], Date) or given[0].day is None:
        return False
    return any(given[0] in stands.readings for stands in dates_within(question))


_LEAKS = (
    _number_leaked,
    _words_leaked,
    _root_leaked,
    _date_leaked,
    acronym_leaked,
    nationality_leaked,
)
