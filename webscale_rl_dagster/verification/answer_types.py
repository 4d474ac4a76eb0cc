"""What kind of thing an answer is, and hence which verifier can compare it with another."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from webscale_rl_dagster.rewards import AnswerType
from webscale_rl_dagster.rewards.amounts import Amount, prepared, whole_amount
from webscale_rl_dagster.rewards.formula_tokens import FUNCTIONS, GREEK
from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.words import STOP_WORDS

from .quantities import CURRENCY_SIGNS, ORDINAL, whole_quantity

VERIFIERS: Mapping[AnswerType, str] = MappingProxyType(
    {
        "number": "numeric",
        "unit": "quantity",
        "date": "date",
        "entity": "normalised_match",
        "phrase": "normalised_match",
        "boolean": "boolean",
        "choice": "choice",
        "expression": "math",
        "code": "exact",
    }
)
BOOLEANS = frozenset(("yes", "no", "true", "false"))
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"(?:(?:early|mid|late|circa|c\.|around|about|in|on|the)[ -]*)?(?:"
    rf"{_MONTH},? (?:of )?\d{{1,4}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{1,4}})?"
    r"|\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{2,4}'?s"
    r"|\d{1,4} (?:bce?|b\.c\.|ce|a\.?d\.?)|a\.?d\.? \d{1,4}"
    r"|\d{4} ?[-–] ?\d{2,4}|(?:[\w-]{3,20}) century(?: (?:bce?|ce|ad))?)",
    re.IGNORECASE,
)
_ASKS_DATE = re.compile(
    r"\b(?:when|(?:what|which) (?:\w+ )?(?:year|date)|blank with a (?:year|date))\b", re.IGNORECASE
)
_YEAR = re.compile(r"[12]\d{3}|[1-9]\d{2}")
_LETTER_CHOICE = re.compile(r"\([A-Ha-h]\)|[A-Ha-h]\)|(?:option|choice) [A-Ha-h]", re.IGNORECASE)
_OFFERS_LETTERS = re.compile(r"(?:^|\s)\(?[A-D][).]\s")
_CODE = re.compile(
    r"`|\b[A-Za-z_]\w+(?:\.\w+)?\([^()]*\)|\b[a-z]\w*_\w+|__\w+__|(?:^|\s)--?[a-z][\w-]*$|[;{}]\s*$"
    r"|->|=>|::|==|!=|&&|\|\||^</?[a-z][^>]*>$|^(?:[a-z]\w+\.)+[a-z]\w+$|^[a-z]+[A-Z]\w*$"
    r"|^(?:def|return|import|from|SELECT|lambda|const|let|var|git|sudo|pip) \S"
)
_INDEXED = re.compile(
    r"(?<![\w.])(?:[A-Za-z]|log|lim|sum|int|max|min)(?:_(?:\{[^{}]*\}|\d{1,3}|[a-z]|[ijklmn]{2})"
    r"|\^\{[^{}]*\})+(?!\w|\[|\.\w)"
)
"""`x_1`, `a_{n+1}`, `log_2`, `x^{10}`: one letter or operator with a short index."""
_ELEMENT = re.compile(r"[A-Z]_\{?\d+\}?")
"""`H_2` is as likely hydrogen."""
_LATEX = re.compile(
    r"\\(?:[dt]?frac|sqrt|sum|prod|int|oint|lim|to|infty|pi|times|cdot|pm|leq?|geq?|neq?|approx|in"
    rf"|begin|left|math[a-z]+|partial|nabla|cup|cap|subset|{'|'.join(sorted(FUNCTIONS | GREEK))})"
    r"(?![A-Za-z])"
)
_IN_DOLLARS = re.compile(r"\$[^$]+\$|\$\$[^$]+\$\$")
_WORD = re.compile(r"[A-Za-z]{3,}")
_MATHS_FUNCTION = re.compile(r"\b(?:sin|cos|tan|log|ln|exp|sqrt|max|min|gcd|lcm|det)\(")
_EXPRESSION = re.compile(
    r"\\[A-Za-z]+|\$[^$]+\$|[\w)\]}]\s*\^\s*[\w({-]|[²³√∫∑∞≤≥≠π]|\b[a-z]\([a-z0-9, ]+\)"
    r"|\bO\([^()]|\b\w+\s*[=<>]\s*[-\w(]|(?:^|[\s(])\d*[a-z]\s?[+*/]\s?\d*[a-z0-9(]"
    r"|\b[a-z]\s-\s\d*[a-z0-9(]|\d[a-z]\s-\s\d*[a-z0-9(]|\d\s?[+*/×]\s?\d*[a-z(]"
)
_CONNECTORS = STOP_WORDS | {*"von van der de da di la le el al y du".split()}
_DOTTED = re.compile(r"(?:[A-Z]\.){2,}")
_FRACTION = re.compile(r"\\[dt]?frac")
_CLOCK = re.compile(r"\d{1,2} ?[ap]\.?m", re.IGNORECASE)
"""5 pm are no picometres."""
_LONGEST_AMOUNT = 100
_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+")


def answer_type(answer: str, question: str = "") -> AnswerType:
    """The narrowest type that fits; where none is certain, `phrase`, whose verifier is plain."""
    text = answer.strip().rstrip(".").strip() or answer.strip()
    if normalise(text) in BOOLEANS:
        return "boolean"
    if _LETTER_CHOICE.fullmatch(text) or (
        len(text) == 1 and text.isalpha() and _OFFERS_LETTERS.search(question)
    ):
        return "choice"
    if _is_date(text, question):
        return "date"
    amount = None if _FRACTION.search(text) or _CLOCK.fullmatch(text) else _amount(text)
    if amount is not None and not amount.ordinal:
        return "unit" if amount.unit else "number"
    if _is_formula(text):
        return "expression"
    if _CODE.search(text):
        return "code"
    if _EXPRESSION.search(text):
        return "expression"
    return "entity" if _is_name(text) else "phrase"


def _is_formula(text: str) -> bool:
    """What is surely none but would be taken for code by its indices, calls and braces."""
    if "`" in text:
        return False
    if _IN_DOLLARS.fullmatch(text) or _LATEX.search(text) or _MATHS_FUNCTION.search(text):
        return True
    rest = text if _ELEMENT.fullmatch(text) else _INDEXED.sub("x", text)
    return rest != text and not _WORD.search(rest) and not _CODE.search(rest)


def _amount(text: str) -> Amount | None:
    """The amount that a text is; not of `5!`, nor of several numbers."""
    plain = text[1:-1] if len(text) > 2 and text[0] == text[-1] == "$" else text
    return whole_amount(prepared(plain)) if len(plain) <= _LONGEST_AMOUNT else None


def _is_date(text: str, question: str) -> bool:
    if len(text) > 60:
        return False
    if _YEAR.fullmatch(text):
        return bool(_ASKS_DATE.search(question))
    return bool(_DATE.fullmatch(text))


def _is_name(text: str) -> bool:
    words = [word for word in text.split() if word.isupper() or word.lower() not in _CONNECTORS]
    return 0 < len(words) <= 7 and all(
        word.lstrip("\"'“‘(")[:1].isupper() or word[:1].isdigit() for word in words
    )


def aliases(answer: str) -> tuple[str, ...]:
    """Other spellings of the same answer, only where there can be no doubt."""
    text = answer.strip()
    found: list[str] = []
    if _DOTTED.fullmatch(text):
        found.append(text.replace(".", ""))
    if _INTEGER.search(text):
        found.append(_INTEGER.sub(lambda match: match.group().replace(",", ""), text))
    quantity = whole_quantity(text) if _amount(text) else None
    if quantity and quantity.unit != ORDINAL:
        sign = next((char for char in text if char in CURRENCY_SIGNS), "")
        value = quantity.value
        digits = str(int(value)) if value == value.to_integral_value() else ""
        if abs(value) == 1 and quantity.unit:
            pass
        elif digits and len(digits) <= 30:
            unit = "" if sign or not quantity.unit else f" {_plural(quantity.unit)}"
            found.append(f"{sign}{digits}{unit}")
        elif quantity.unit and not sign and "/" not in text and text[:1].isdecimal():
            found.append(f"{value.normalize():f} {_plural(quantity.unit)}")
    return tuple(dict.fromkeys(form for form in found if form != text))


def _plural(unit: str) -> str:
    """`miles per hour`; what is spelt in capitals or is its own plural stays."""
    if unit in _PLURALS:
        return _PLURALS[unit]
    if unit.endswith("baud"):
        return unit.removesuffix("baud") + "bits per second"
    counted, per, rest = unit.partition(" per ")
    head = counted.removeprefix("square ").removeprefix("cubic ")
    if head in _PLURALS:
        counted = counted.removesuffix(head) + _PLURALS[head]
    elif head.islower() and not head.startswith("pp") and head[-1] not in "sxz":
        counted += "s"
    return counted + per + rest


_PLURALS = {
    "foot": "feet", "inch": "inches", "century": "centuries", "millennium": "millennia",
    "henry": "henries", "percent": "percent", "permille": "permille", "yen": "yen", "won": "won",
    "yuan": "yuan", "horsepower": "horsepower", "molar": "molar", "stone": "stone",
    "degree Celsius": "degrees Celsius", "degree Fahrenheit": "degrees Fahrenheit",
    "standard atmosphere": "atmospheres", "pound force per square inch": "psi",
    "food calorie": "kilocalories",
}  # fmt: skip
