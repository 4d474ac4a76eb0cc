"""Personal data: what identifies or reaches a living person. Checksums keep plain numbers out."""

import re

from .candidate import Candidate

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})(?![\w-])"
)
_SPELLED = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[(\[{] ?at ?[)\]}] ?([A-Za-z0-9-]{1,63}(?:(?:\."
    r"| ?[(\[{] ?dot ?[)\]}] ?)"
    r"[A-Za-z0-9-]{1,63}){1,4})(?![\w-])"
    r"|(?<![\w.+-])[\w.+-]{1,64} (?:AT|at) ([A-Za-z0-9-]{1,63}(?: (?:DOT"
    r"|dot) [A-Za-z0-9-]{1,63}){1,4})"
    r"(?![\w-])",
    re.IGNORECASE,
)
"""Written so that no program finds it."""
_DOT = re.compile(r" ?[(\[{]? ?\bdot\b ?[)\]}]? ?", re.IGNORECASE)
_RESERVED = re.compile(
    r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|localhost)$", re.IGNORECASE
)
"""RFC 2606: names that documentation uses and nobody owns."""
_PHONE = re.compile(
    r"(?<![\w+.])\+[1-9](?:[ .()-]{0,2}\d){7,14}(?!\w)"
    r"|(?<![\w.-])(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-])"
)
_TOLL_FREE = re.compile(r"(?:\+?1[-. ])?\(?8(?:00|33|44|55|66|77|88)\b|0?0?0?80[08]\b")
_NATIONAL = re.compile(r"(?<![\w.,/+-])\(?0\d{1,4}\)?(?:[ ./-]{0,2}\d){6,11}(?![\w,]|[.]\d)")
"""With the 0 of a trunk call or the 00 of an international one; such numbers need a word for it."""
_CALLED = re.compile(
    r"\b(?:(?:tele)?phones?|mobiles?|cell(?:phone)?|call(?:ed|s)?|dial(?:led)?|fax|whatsapp|ring"
    r"|reach(?:ed)?"
    r"|numbers?|contact(?:ed)?|sms|text(?:ed)?)\b",
    re.IGNORECASE,
)
_SSN = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_CARD = re.compile(r"(?<![\w.,+-])(?:\d[ -]?){12,18}\d(?![\w]|[.,]\d)")
_CARD_PREFIX = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")


def personal_data(candidate: Candidate) -> bool:
    """Whether question or answer holds an e-mail address, or a phone, identity or bank number."""
    return any(
        find(text)
        for text in (candidate.question, candidate.answer)
        for find in (_has_email, _has_phone, _has_ssn, _has_card, _has_iban)
    ) or _has_national_number(f"{candidate.question}\n{candidate.answer}")


def _has_email(text: str) -> bool:
    return any(
        not _RESERVED.search(match.group(1)) and not match.group().startswith("git@")
        for match in _EMAIL.finditer(text)
    ) or any(
        not _RESERVED.search(_DOT.sub(".", match.group(1) or match.group(2)))
        for match in _SPELLED.finditer(text)
    )


def _has_phone(text: str) -> bool:
    return any(
        not _TOLL_FREE.match(match.group())
        and 8 <= sum(char.isdigit() for char in match.group()) <= 15
        for match in _PHONE.finditer(text)
    )


def _has_national_number(pair: str) -> bool:
    return _CALLED.search(pair) is not None and any(
        not _TOLL_FREE.match(match.group()) and len(re.sub(r"\D", "", match.group())) >= 9
        for match in _NATIONAL.finditer(pair)
    )


def _has_ssn(text: str) -> bool:
    return bool(_SSN.search(text))


def _has_card(text: str) -> bool:
    numbers = (re.sub(r"\D", "", match.group()) for match in _CARD.finditer(text))
    return any(_CARD_PREFIX.fullmatch(number) and _luhn(number) for number in numbers)


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _has_iban(text: str) -> bool:
    return any(_mod97(match.group().replace(" ", "")) == 1 for match in _IBAN.finditer(text))


def _mod97(iban: str) -> int:
    rotated = iban[4:] + iban[:4]
    return int("".join(str(int(char, 36)) for char in rotated if char.isalnum())) % 97
