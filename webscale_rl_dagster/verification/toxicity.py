"""Abuse and obscenity, by the list of pyobscenity.

Its list is made for chats. Here a term with a clinical, zoological or historical sense, or which is
a name as well, is no obscenity: questions of medicine, law and history need it.
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from .candidate import Candidate

if TYPE_CHECKING:
    from pyobscenity.dataset import Dataset, PhraseBuilder
    from pyobscenity.matcher import RegexMatcher
    from pyobscenity.pattern import ParsedPattern

_IN_PROPER_USE = frozenset(
    """abo anal anus ass bestiality boob cock cum damn dick dyke ejaculate fag fellatio
    hentai hooker incest masturbate negro orgasm orgy penis porn prick rape retard semen
    sex spastic tit turd vagina""".split()
)
_ADDED = "fuck ass[s]hole arsehole jackass[s] dumbass[s] badass[s] goddamn fag[g]ot".split()
_PROPER_PHRASES = ("william the bastard", "bastard wing", "pussy willow")
_SHORTEST = 4
"""Letters of a pattern; `fk` and `fu` are keys and names."""
_ESCAPED_LETTER = re.compile(r"\\x[67]\w")
_OPTIONAL = re.compile(r"\(\?:[^()]*\)\?")
_LEET = str.maketrans("01345@$!|", "oieasasii")
_REPEATED = re.compile(r"(.)\1{2,}")
_LONGEST = 2000


def toxic(candidate: Candidate) -> bool:
    """Whether question or answer abuses or is obscene, spelt `sh1t` as well."""
    return _obscene(f"{candidate.question[:_LONGEST]}\n{candidate.answer[:_LONGEST]}")


def _obscene(text: str) -> bool:
    """The list's matcher takes a millisecond: it only confirms what a plain search finds."""
    suspicion, matcher = _matchers()
    forms = {text, _REPEATED.sub(r"\1", text)}
    return any(suspicion.search(_plain(form)) and matcher.has_match(form) for form in forms)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold().translate(_LEET)


@cache
def _matchers() -> "tuple[re.Pattern[str], RegexMatcher]":
    from pyobscenity import english_preset  # a tenth of a second, which few commands need
    from pyobscenity.matcher import RegexMatcher

    terms = _dataset().build()
    matcher = RegexMatcher(
        **terms,
        blacklist_transformers=english_preset.english_recommended_blacklist_transformers,
        whitelist_transformers=english_preset.english_recommended_whitelist_transformers,
    )
    patterns = (term["pattern"].as_regex() for term in terms["blacklisted_terms"])
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)), matcher


def _dataset() -> "Dataset":
    from pyobscenity.dataset import Dataset, PhraseContainer
    from pyobscenity.english_preset import english_dataset

    chosen = Dataset()
    for phrase in english_dataset.containers:
        if phrase.metadata["originalWord"] not in _IN_PROPER_USE:
            patterns = [pattern for pattern in phrase.patterns if _letters(pattern) >= _SHORTEST]
            chosen.register_container(
                PhraseContainer(phrase.metadata, patterns, phrase.whitelistedTerms)
            )
    return chosen.add_phrase(_additions)


def _additions(phrase: "PhraseBuilder") -> "PhraseBuilder":
    for pattern in _ADDED:
        phrase.add_pattern(pattern)
    for proper in _PROPER_PHRASES:
        phrase.add_whitelisted_term(proper)
    return phrase


def _letters(pattern: "ParsedPattern") -> int:
    return len(_ESCAPED_LETTER.findall(_OPTIONAL.sub("", pattern.as_regex())))
