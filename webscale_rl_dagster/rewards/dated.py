"""Dates: which one a response commits to, and whether it is the gold's."""

import re

from .dates import Date, Period, Reading, dates_within, tells, whole_date
from .extraction import LONGEST_ANSWER, tidy
from .lists import same_amount_words
from .sentences import hedged
from .strictness import Case
from .wording import same_words

_DATE_BOUND = re.compile(
    r"\b(?:before|after|until|till|since|by|from)\s+(?:the\s)?$", re.IGNORECASE
)


def same_date(answer: str, gold: str, case: Case) -> bool:
    """The gold's date, written in whatever way; a year the question tells need not be repeated."""
    wanted = whole_date(tidy(gold))
    if not wanted:
        return same_words(answer, gold) or same_amount_words(answer, gold)
    text = tidy(answer)
    given = whole_date(text)
    if not given and case.strictness.sentences and not hedged(answer, gold):
        given = _told(text, wanted[0], case.question)
    finer = case.strictness.finer_dates
    return any(
        tells(one, other, finer=finer, known_year=_holds_year(case.question, other))
        for one in given
        for other in wanted
    )


def _told(text: str, wanted: Reading, question: str) -> tuple[Reading, ...]:
    """The only date, or for a period the only two, that a sentence adds to the question's."""
    asked = [stands.readings for stands in dates_within(question[-LONGEST_ANSWER:])]
    told = [stands for stands in dates_within(text) if stands.readings not in asked]
    if isinstance(wanted, Period) and len(told) == 2:
        start, end = told[0].readings[0], told[1].readings[0]
        if isinstance(start, Date) and isinstance(end, Date):
            return (Period(start, end),)
    told = [stands for stands in told if any(map(_dated, stands.readings))] or told
    if len(told) != 1 or _DATE_BOUND.search(text[: told[0].start]):
        return ()
    return told[0].readings


def _dated(date: Reading) -> bool:
    return isinstance(date, Period) or date.year is not None


def _holds_year(question: str, date: Reading) -> bool:
    return isinstance(date, Date) and date.year is not None and str(abs(date.year)) in question
