"""Amounts that a document gives in another unit than the answer does."""

import re
from decimal import Decimal

from webscale_rl_dagster.rewards.amounts import Amount, amounts, prepared, whole_amount
from webscale_rl_dagster.rewards.measures import converted
from webscale_rl_dagster.rewards.normalise import Span

from .sentences import sentence_starts

_LONGEST_SENTENCE = 400
_ROUNDING = Decimal("1e-9")
_RATIO = re.compile(
    r"\b(\d+|one|two|three|four|five|six|seven|eight|nine) (?:in|out of) (?:every )?(\d+|two|three"
    r"|four"
    r"|five|six|seven|eight|nine|ten|twelve|twenty|hundred)\b(?! (?:january|february|march|april"
    r"|may|june|july"
    r"|august|september|october|november|december)\b)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:about|around|approximately|roughly|nearly|almost|exactly|some|circa|over|up to)\s+",
    re.IGNORECASE,
)


def same_measure(answer: str, document: str) -> list[Span]:
    """Where it stands in another unit, 1.2 km for 1,200 m; the sentence, where LaTeX moved it.

    `Newton metres` are read as newton-metres.
    """
    plain = prepared(_LEAD.sub("", answer)).strip()
    wanted = whole_amount(plain) or whole_amount("-".join(plain.rsplit(" ", 1)))
    if wanted is None or wanted.unit is None:
        return []
    if wanted.unit.dimensions == (("percent", 1),):
        told = _ratio(wanted.value, document)
        if told:
            return told
    starts = sentence_starts(document)
    found: list[Span] = []
    for start, end in zip(starts, (*starts[1:], len(document)), strict=True):
        sentence = document[start:end].strip()[:_LONGEST_SENTENCE]
        plain = prepared(sentence)
        amount = next((a for a in amounts(plain) if _equal(a, wanted, plain[a.end :])), None)
        if amount is not None:
            at = document.index(sentence, start)
            moved = plain != sentence
            span = (0, len(sentence)) if moved else (amount.start, amount.end)
            found.append(Span(at + span[0], at + span[1]))
    return found


def _ratio(percent: Decimal, document: str) -> list[Span]:
    """`Nine in ten` is 90%."""
    found: list[Span] = []
    for row in _RATIO.finditer(document):
        part, whole = (whole_amount(prepared(text)) for text in row.groups())
        if part and whole and whole.value > part.value > 0 and not (part.unit or whole.unit):
            if part.value * 100 == percent * whole.value:
                found.append(Span(*row.span()))
    return found


def _equal(amount: Amount, wanted: Amount, rest: str) -> bool:
    """`A quarter of …` is 25%; a fourth alone may be the one after the third."""
    if amount.ordinal or wanted.unit is None:
        return False
    if amount.unit is None:
        share = wanted.unit.dimensions == (("percent", 1),) and rest.startswith(" of ")
        return share and 0 < amount.value < 1 and amount.value * 100 == wanted.value
    value = converted(amount, wanted.unit)
    return value is not None and abs(value - wanted.value) <= abs(wanted.value) * _ROUNDING
