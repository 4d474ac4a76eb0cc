"""Formulas: compared as written, by value, and by the computer algebra where our grammar ends."""

import re

from . import algebra, equivalence
from .formulas import read
from .normalise import normalise
from .sentences import hedged
from .strictness import Case

_SENTENCE = re.compile(r"[A-Z][A-Za-z'’ ]{3,120} (?:is|are|equals?|:) (\S.{0,150})")
_DOLLARS = re.compile(r"\$\$?([^$]{1,200})\$\$?")
_FORMAL = re.compile(r"[\\^=;+*/{}\d\n]")
"""What no sentence around a formula holds: there it is one of a list."""


def same_formula(answer: str, gold: str, case: Case) -> bool:
    """The algebra is asked only of a gold that our own grammar cannot read."""
    if normalise(answer) == normalise(gold) and _squeezed(answer) == _squeezed(gold):
        return True
    stated = _stated(answer)
    if stated and not hedged(answer, gold):
        answer = stated
    wanted, given = read(_formal(gold)), read(_formal(answer))
    if wanted is not None:
        return given is not None and equivalence.same(
            given, wanted, rounded=case.strictness.rounded
        )
    return (
        given is None
        and not hedged(answer, gold)
        and algebra.equivalent(
            _formal(answer), _formal(gold), seconds=case.strictness.expression_seconds
        )
    )


def _stated(answer: str) -> str | None:
    """The only formula between dollars in a sentence, or what the sentence ends in."""
    formulas = _DOLLARS.findall(answer)
    if len(formulas) == 1:
        return None if _FORMAL.search(_DOLLARS.sub("", answer)) else str(formulas[0])
    sentence = None if formulas else _SENTENCE.fullmatch(answer.strip())
    return sentence[1] if sentence else None


def _formal(text: str) -> str:
    text = text.strip()
    return text[:-1].rstrip() if text.endswith((".", ",")) else text


def _squeezed(text: str) -> str:
    return "".join(_formal(text).replace("$", "").split())
