"""Numbers and quantities: what amount a response commits to, and whether it is the gold's."""

import re
from decimal import Decimal
from functools import lru_cache

from .amounts import SCALES, Amount, amounts, prepared, ratio, whole_amount
from .asked import agrees, asked_for
from .extraction import LONGEST_ANSWER, retracts, tidy
from .formal import same_formula
from .lists import same_amount_words, same_items
from .measures import converted, same_measure, same_value, significant_digits
from .sentences import hedged
from .strictness import Case, Strictness
from .unit_names import Unit
from .units import plain, read_unit
from .wording import same_words
from .words import STOP_WORDS

_LEAD = (
    "about", "approximately", "approx.", "approx", "around", "roughly", "circa", "ca.", "some",
    "exactly", "precisely", "only", "just", "a total of", "~", "≈", "it is", "it was", "it's",
    "there are", "there were", "they are", "a", "an", "the",
)  # fmt: skip
"""What may stand before an amount without changing it; `over` and `at least` do change it."""
_PERCENT = (("percent", 1),)
_HUNDRED = Decimal(100)
_CLAUSE = re.compile(r"(.+?), (?=[^,]*$)(?=.*?\b[A-Za-z]{3,}\b.*?\b[A-Za-z]{3,})")
"""`There are four bishops, two for each side`: the rest of the sentence explains."""
_REMARK = re.compile(r"(?<=\w)\s*\([^()]{1,80}\)$")
_NAMED = re.compile(r"[A-Za-z]\w{0,2}\s?=[^=]{1,60}$")
_SUM = re.compile(r"[\d\s.,+*/()^·-]{1,100}=\s?[-\d.,]{1,40}(?: \w{1,20})?")
"""`3 + 5 = 8`, which is 8."""
_BOUND_BEFORE = re.compile(
    r"(?:\b(?:over|under|above|below|than|at least|at most|up to|nearly|almost|between|from|before"
    r"|after|minus|plus|exceed\w*)|[-+*/^<>=≤≥])\s*(?:an?|the)?\s*$",
    re.IGNORECASE,
)
"""What makes a bound or a part of the amount that follows."""
_LAST_WORD = re.compile(r"(?:\d( an?) )?\b([^\W\d_]+)$")
_POINTS = ("pt", "pts")
"""Pints only where the gold is in pints."""
_BOUND_BEHIND = re.compile(
    r"\s*(?:\+|[-*/^]|\.?,\d|plus\b|and (?:more|above|over)\b)", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def _prepared(text: str) -> str:
    return prepared(tidy(text).replace("**", ""))


def _bare(text: str) -> str:
    """Without the words that do not change an amount."""
    before = None
    while text != before:
        before = text
        for lead in _LEAD:
            if text[: len(lead)].lower() == lead and not text[len(lead) : len(lead) + 1].isalpha():
                text = text[len(lead) :].lstrip()
    return text


@lru_cache(maxsize=4096)
def _gold_amount(gold: str) -> Amount | None:
    return whole_amount(_bare(_prepared(gold)))


def _given_amount(answer: str, gold: str, case: Case) -> Amount | None:
    """The amount that the answer is, or the only one in it that the question does not hold."""
    text = _prepared(answer)
    if _SUM.fullmatch(text) or _NAMED.match(text):
        text = text.rpartition("=")[2].strip()
    counts = _counts(gold)
    for form in dict.fromkeys((text, _bare(text))):
        whole = whole_amount(form)
        if whole is not None:
            return _counted(form, whole) if counts else whole
    if not case.strictness.sentences:
        return None
    clause = _CLAUSE.match(text)
    if clause and not retracts(text[clause.end() :]) and len(amounts(text)) > 1:
        text = clause[1]
    text = _REMARK.sub("", text)
    if hedged(text, gold):
        return None
    asked = {amount[:2] for amount in amounts(_prepared(case.question[-LONGEST_ANSWER:]))}
    told = [amount for amount in amounts(text) if amount[:2] not in asked]
    if len(told) != 1 or _BOUND_BEFORE.search(text[: told[0].start]):
        return None
    if _BOUND_BEHIND.match(text[told[0].end :]):
        return None
    return _counted(text, told[0]) if counts else told[0]


def _counts(gold: str) -> bool:
    wanted = _gold_amount(gold)
    return wanted is not None and wanted.unit is None


def _counted(text: str, amount: Amount) -> Amount:
    """Without the unit of `2 in all`, which is no inch, of `4 a day`, or of `30 pts`."""
    unit = _LAST_WORD.search(text[amount.start : amount.end])
    behind = text[amount.end :].strip()
    stray = unit and (unit[1] or unit[2] in _POINTS or (unit[2].lower() in STOP_WORDS and behind))
    return amount._replace(unit=None) if stray else amount


def same_number(answer: str, gold: str, case: Case) -> bool:
    """A number; a unit the gold has none of must be what the question asks for, if it says.

    Percent and ordinals are never numbers of something else.
    """
    wanted = _gold_amount(gold)
    if wanted is None:
        sides = ratio(_prepared(gold))
        if sides is not None:
            return ratio(_prepared(answer)) == sides
        return (
            same_words(answer, gold) or same_items(answer, gold) or same_formula(answer, gold, case)
        )
    given = _given_amount(answer, gold, case)
    if given is None or given.ordinal != wanted.ordinal:
        return False
    if wanted.unit is not None:
        return same_quantity(answer, gold, case)
    strictness = case.strictness
    asked = asked_for(case.question)
    value = given.value
    if given.unit and given.unit.dimensions == _PERCENT:
        if asked.things and not asked.units:
            return False
        asks = "percent" in case.question.lower() or "%" in case.question
        value = value if asks else value / _HUNDRED
    elif given.unit and not agrees(given.unit, asked):
        golds = [wanted.value, *(wanted.value * size for size in _asked_in(case.question))]
        return any(
            _same_measured(given, wanted._replace(value=one, unit=unit), strictness)
            for unit in asked.units
            for one in golds
        )
    if any(value == wanted.value * size for size in _asked_in(case.question)):
        return True
    return same_value(value, wanted.value, strictness.relative_tolerance, strictness.rounded)


def _asked_in(question: str) -> list[Decimal]:
    """`How many million inhabitants`."""
    return [size for name, size in SCALES.items() if f" {name} " in question]


def same_quantity(answer: str, gold: str, case: Case) -> bool:
    """An amount with a unit, which may be another unit of the same kind, or be the question's."""
    wanted = _gold_amount(gold)
    if wanted is None:
        return same_words(answer, gold) or same_amount_words(answer, gold)
    if wanted.unit is None:
        return same_number(answer, gold, case)
    given = _given_amount(answer, gold, case)
    if given is None or given.ordinal:
        return False
    strictness = case.strictness
    if given.unit is None and wanted.unit.dimensions == _PERCENT and "." not in _prepared(answer):
        if 0 < given.value < 1:
            given = given._replace(value=given.value * _HUNDRED, unit=wanted.unit)
    if given.unit is None:
        return (
            strictness.bare_quantities
            and _named_in(case.question, wanted)
            and same_value(
                given.value, wanted.value, strictness.relative_tolerance, strictness.rounded
            )
        )
    return _same_measured(given, wanted, strictness)


def _same_measured(given: Amount, wanted: Amount, strictness: Strictness) -> bool:
    """Two amounts with units, the one converted to the other's."""
    if given.unit is None or wanted.unit is None:
        return False
    value = converted(given, wanted.unit)
    if value is None:
        return False
    if given.unit == wanted.unit or value == wanted.value:
        return same_value(value, wanted.value, strictness.relative_tolerance, strictness.rounded)
    tolerance = Decimal(strictness.relative_tolerance)
    if tolerance and abs(value - wanted.value) <= abs(wanted.value) * tolerance:
        return True
    gold_value = converted(wanted, given.unit)
    return gold_value is not None and same_measure(
        given.value, gold_value, significant_digits(wanted.value), strictness.rounded
    )


def _named_in(question: str, wanted: Amount) -> bool:
    """Whether the question asks in the gold's unit."""
    return wanted.unit in _units_of(question)


@lru_cache(maxsize=1024)
def _units_of(question: str) -> frozenset[Unit]:
    words = plain(question[-1000:]).replace("percentage", "percent").split()
    readings = (read_unit(" ".join(words[at : at + 4])) for at in range(len(words)))
    return frozenset(reading[0] for reading in readings if reading)
