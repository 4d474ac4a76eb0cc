"""Yes or no, one letter of several, and code."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from .extraction import tidy
from .normalise import normalise
from .sentences import hedged
from .wording import same_words

_POLARITY = {"yes": True, "true": True, "yeah": True, "yep": True, "no": False,
             "false": False, "nope": False}  # fmt: skip
_NEGATED = re.compile(r"\bnot (true|false)\b")
_LEAD = re.compile(r"^(?:(?:it|that|this|the (?:statement|claim)) is |the answer is |i think )")
_ECHO = re.compile(
    r"(?:it|he|she|they|this|that|these|those|there|you|we|i) (?:does|do|did|is|was|are|were|can"
    r"|could|has|have|had|will|would|should)(n't| not)?",
    re.IGNORECASE,
)
"""`It does not.`"""
_OPTION = re.compile(
    r"(?:(?<=\s)|^)\(?([A-Ha-h])[).:]\s*(.+?)(?=[\s,;]+(?:or\s)?\(?[A-Ha-h][).:]\s|$)", re.S
)
_LETTER = re.compile(
    r"(?:(?:the )?(?:correct |right |best )?(?:option|choice|answer)(?: is)?:? "
    r"|(?:i (?:would )?(?:choose|pick|select|think|say)(?: it is| it['’]s)? ))?"
    r"\(?([A-Ha-h])(?:[).:]|\b(?![’']))"
    r"(?:,? (?:because|since|as)\b.*)?"
    r"(?:\s*[-–—:.]?\s*(.*))?",
    re.IGNORECASE | re.DOTALL,
)
_IS_RIGHT = re.compile(r" is (?:the )?(?:correct|right|best)(?: (?:answer|option|choice|one))?$")
_ANOTHER = re.compile(r"^\W*\(?[A-Ha-h]\b|[;&]|\band\b|,\s*\(?[A-Ha-hJ-Z]\b")
_FEWEST_WORDS = 4
"""Of an explanation behind a letter."""
_STATED = re.compile(r"[A-Z][A-Za-z'’ ]{1,150} `([^`]+)`(?: [a-z][a-z ]{1,80})?\.?")
"""A sentence about one piece of code."""
_UNSURE = frozenset("maybe perhaps possibly unclear undecided unsure unknown uncertain".split())
_FENCE = re.compile(r"^```[\w+-]*\n(.*?)\n?```$", re.DOTALL)
_QUOTES = re.compile(r"[\"'`]")
_AROUND = re.compile(r"\s*([()\[\]{},;:=+*/<>-])\s*")


def polarity(text: str) -> bool | None:
    """Yes is true, no is false; a text that says both, or neither at once, is neither."""
    echoed = _ECHO.fullmatch(tidy(text).replace("’", "'"))
    if echoed:
        return echoed[1] is None
    plain = _LEAD.sub("", " ".join(re.findall(r"[a-z']+", text.lower()[:400])))
    plain = _NEGATED.sub(lambda m: "no" if _POLARITY[m[1]] else "yes", plain)
    words = plain.split()
    said = {_POLARITY[word] for word in words if word in _POLARITY}
    if (
        not words
        or words[0] not in _POLARITY
        or len(said) != 1
        or "or" in words[:3]
        or _UNSURE & set(words)
    ):
        return None
    return said.pop()


@lru_cache(maxsize=1024)
def options(question: str) -> Mapping[str, str]:
    """The lettered options that a question offers."""
    found = {match[1].upper(): match[2].strip() for match in _OPTION.finditer(question[-4000:])}
    return MappingProxyType(found if len(found) > 1 else {})


@lru_cache(maxsize=4096)
def chosen(text: str, question: str) -> tuple[str, str]:
    """The letter and the text that an answer names, as far as it or the question tells."""
    offered = options(question)
    tidied = _IS_RIGHT.sub("", tidy(text))
    letter = _LETTER.fullmatch(tidied)
    if letter and (letter[2] is None or not letter[2] or text_behind(tidied)):
        key, said = letter[1].upper(), (letter[2] or "").strip()
        known = key in offered and same_words(said, offered[key])
        if said and not known:
            explains = len(said.partition("\n")[0].split()) >= _FEWEST_WORDS
            if not explains and (key in offered or "\n" in said):
                return "", said
            if _ANOTHER.search(said) or hedged(said, ""):
                return "", said
            said = ""
        return key, said or offered.get(key, "")
    for key, option in offered.items():
        if same_words(tidied, option):
            return key, option
    return "", tidied


def text_behind(text: str) -> bool:
    """Whether what follows the letter is marked off from it: `B) argon`, not `A dog`."""
    return re.match(r"(?:\w+ (?:is )?)?\(?[A-Ha-h](?:[).:]|\s+[-–—])", text) is not None


def same_choice(given: str, gold: str, question: str) -> bool:
    """The same letter where both name one, else the same text."""
    letter, text = chosen(given, question)
    gold_letter, gold_text = chosen(gold, question)
    if letter and gold_letter:
        return letter == gold_letter and (
            not text or not gold_text or normalise(text) == normalise(gold_text)
        )
    return bool(text) and bool(gold_text) and same_words(text, gold_text)


def same_code(given: str, gold: str) -> bool:
    """Equal but for a fence, backticks and white space; quoted text keeps its spaces."""
    ours, theirs = _code(gold), _code(given)
    if ours and (theirs == ours or theirs.removesuffix(".") == ours):
        return True
    stated = _STATED.fullmatch(given.strip())
    return stated is not None and _code(stated[1]) == ours and not hedged(given, gold)


def _code(text: str) -> str:
    text = text.strip()
    fence = _FENCE.match(text)
    text = (fence[1] if fence else text).strip()
    text = text.strip("`").strip() if text.count("`") in (2, 6) else text
    text = text.removeprefix("$ ")
    if len(text) > 2 and text[0] == text[-1] == '"' and text.count('"') == 2:
        text = text[1:-1]
    collapsed = re.sub(r"\s+", " ", text)
    return collapsed if _QUOTES.search(collapsed) else _AROUND.sub(r"\1", collapsed)
