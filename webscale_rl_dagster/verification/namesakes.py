"""Names by which a question gives another name away: acronym, surname, people and country."""

import re

from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.words import STOP_WORDS

from .nationality import kin

_ASKS_EXPANSION = re.compile(
    r"\b(?:stands? for|short for|full (?:name|form)|spelled out|initials|expan\w+ of"
    r"|(?:acronym|abbreviation|initialism|shorthand)(?: is| for| of)\b|abbreviated (?:as|to)\b)",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\b[A-Z]{2,8}\b")
_WORD = re.compile(r"[^\W\d_]\w*")
_COMPOUND = re.compile(r"(?<=\w)[-‐‑](?=\w)")
_SHORT_ACRONYMS = frozenset(("EU", "UK", "UN", "US"))
"""Two letters are else the initials of too many people."""
_SURELY_NO_ACCIDENT = 4
"""Letters of an acronym that words in small letters, too, spell only where they mean it."""
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}")
_FAMILY = re.compile(
    r"\b(?:father|mother|parents?|son|daughter|brother|sister|siblings?|wife|husband|spouse|cousin"
    r"|uncle|aunt|nephew|niece|grand\w+|child|children|family|relatives?|namesake|(?:first|given"
    r"|middle|full|birth|maiden) name|heir|successor|related)\b",
    re.IGNORECASE,
)
_PLACED = frozenset(
    """north south east west northern southern eastern western new old great greater upper lower
    saint san santa los las el port mount lake fort""".split()
)
_CAPITALISED = re.compile(r"(?:^|(?<=\s))[\"'“(]?([A-Z][\w'’.-]*[^\W_])")


def acronym_leaked(answer: str, question: str) -> bool:
    """One is the acronym of the other; its expansion may be asked for."""
    if _ASKS_EXPANSION.search(question):
        return False
    acronyms = set(_ACRONYM.findall(question.replace(".", "")))
    return not acronyms.isdisjoint(initials(answer)) or _spells_out(
        question, answer.strip().replace(".", "")
    )


def initials(phrase: str) -> set[str]:
    """The acronyms that a phrase may have, its small words counted or not."""
    found: set[str] = set()
    for text in (phrase, _COMPOUND.sub("", phrase)):
        words = _WORD.findall(text)
        content = [word for word in words if word.lower() not in STOP_WORDS]
        found |= {"".join(word[0] for word in row).upper() for row in (words, content) if row[1:]}
    return {row for row in found if len(row) > 2 or row in _SHORT_ACRONYMS or phrase.islower()}


def _spells_out(text: str, acronym: str) -> bool:
    """Whether words in a row have the acronym's letters as initials; short ones must be names."""
    if len(acronym) < 3 or not _ACRONYM.fullmatch(acronym):
        return False
    for form in (text, _COMPOUND.sub("", text)):
        content = [word for word in _WORD.findall(form) if word.lower() not in STOP_WORDS]
        names = "".join(word[0] if word[0].isupper() else " " for word in content)
        any_case = "".join(word[0].upper() for word in content)
        if acronym in names or (len(acronym) >= _SURELY_NO_ACCIDENT and acronym in any_case):
            return True
    return False


def surname_leaked(answer: str, question: str, document: str) -> bool:
    """`Who proposed the Marshall Plan`: the surname stands there, and as no one else's.

    `Simon Braille` beside Louis is another, and a question of kinship or first names may say it.
    """
    words = answer.split()
    if not _PERSON.fullmatch(answer.strip()) or words[0].lower().strip(".") in _PLACED:
        return False
    if not (words[0][0].isupper() and words[-1][0].isupper()) or _FAMILY.search(question):
        return False
    surname = normalise(words[-1])
    if len(surname) < 4 or f"the {answer.strip()}".lower() in document.lower():
        return False
    rows = [(m.start(1), m.end(1), _folded(m[1])) for m in _CAPITALISED.finditer(question)]
    for at, (start, _, word) in enumerate(rows):
        if word != surname or question[:start].strip() == "":
            continue
        alone = at == 0 or question[rows[at - 1][1] : start] != " "
        if alone or rows[at - 1][0] == 0:
            return True
    return False


def _folded(word: str) -> str:
    return normalise(re.sub(r"['’]s?$", "", word))


def nationality_leaked(answer: str, question: str) -> bool:
    """France in `French soldiers`, Portuguese in `Portugal`; as one of several names it is none."""
    others = kin(normalise(answer))
    if not others:
        return False
    words = f" {normalise(question)} "
    return any(re.search(rf" {re.escape(other)}(?:s|'s)? ", words) for other in others)
