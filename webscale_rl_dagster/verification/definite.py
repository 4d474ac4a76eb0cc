"""Definite noun phrases that name nothing: `the stone` of a document about the Rosetta Stone.

`The` promises that the reader knows which one. Whoever sees the question alone does, if the phrase
says it (a name in it, an `of`, a relative clause), if something before it does, or if the question
names the document's subject. Else it was the document that told, and there the phrase is found: as
a part of the title, or with an article or a name that the question left out.
"""

import re
from functools import lru_cache
from itertools import islice

from webscale_rl_dagster.rewards.words import content_stems, stem

from .candidate import Candidate
from .noun_phrases import (
    BREAKS,
    SELECTORS,
    Phrase,
    definite_phrases,
    opening_phrase,
    together,
    tokens_of,
)
from .sentences import all_stems, content_bag

_TOTALITY = frozenset("full whole entire complete total overall".split())
"""A whole is the whole of something; no topic at the question's head says of what."""
_ADJECTIVE = re.compile(r"\w+-\w|\w{3,}(?:al|ic|ous|ive|ary|ful|less|ish|able|ible|[^m]ent|ant)$")
_UNIQUE = frozenset(
    """sun moon earth sky sea ocean air ground world universe weather wind rain globe equator
    horizon past future present body brain heart blood lungs lung stomach liver kidney kidneys skin
    eye eyes ear ears hand hands mouth nose throat tongue spine head back neck chest arm leg foot
    internet web police army navy public media government law market economy environment atmosphere
    climate king queen rook bishop knight pawn board reader user mean median mode origin axis x-axis
    y-axis integers reals compiler interpreter kernel""".split()
)
"""One of its kind wherever it is spoken of: heavenly bodies, parts of ours, common institutions."""
_PEOPLE = frozenset("man men woman women boy boys girl girls couple child".split())
_SORTS = frozenset(
    """animal creature plant species organisation organization institution agency government drug
    medicine disease illness device machine vehicle aircraft substance compound manuscript
    document treaty law act programme program project experiment survey study prize award
    company firm film book novel band team bridge tower city town village country island""".split()
)
"""Words for a sort of thing: with a bare `the` they point at one that was named before."""
_FIRST_TO = re.compile(r"The (?:first|second|third|last|only|next) [\w ]{2,40} to \w")
_NAMED = re.compile(r"(?<=\s)[\"'“(]?[A-Z]")
"""The first woman to hold a chair: where?"""
_MODIFIERS = 3
_ARTICLES = frozenset("the a an one its our my your".split())
_MENTIONS = 3
_LONGEST = 1000


def bare_definite(candidate: Candidate, *, named: bool) -> bool:
    """Whether an open question hangs on a definite noun phrase that nothing resolves.

    A name anywhere (`named`) resolves all but a shortened title, for it may be the owner.
    """
    asked = candidate.asked[:_LONGEST]
    here = content_bag(asked)
    for phrase in definite_phrases(asked, candidate.document):
        if phrase.told or not phrase.words:
            continue
        if _spoken_of(phrase, asked):
            continue
        if not phrase.partial and _cuts_title(phrase, candidate.title, here, asked):
            return True
        if (
            len(phrase.words) > 1
            and not phrase.selective
            and together(phrase.words, candidate.document)
        ):
            continue
        others = here - content_stems(phrase.words) if not phrase.compound else here
        noun = phrase.words[-1]
        sort = noun in _SORTS or noun.removesuffix("s") in _SORTS
        if named or others & content_bag(candidate.title) or _introduced(phrase, asked):
            continue
        if sort or _introduced_there(noun, candidate.document):
            return True
        if not phrase.placed and (phrase.selective or _actor(noun)):
            return True
    return False


def bare_opening(candidate: Candidate) -> bool:
    """Whether a sentence with a blank opens with one: then it is its subject, and never told."""
    asked = candidate.asked[:_LONGEST].lstrip(" \"“'")
    if not asked.startswith("The "):
        return False
    if _FIRST_TO.match(asked) and not _NAMED.search(asked):
        return not content_bag(asked) & content_bag(candidate.title or candidate.topic)
    phrase = opening_phrase(asked)
    if phrase.told or not phrase.words:
        return False
    title = content_bag(candidate.title)
    if candidate.topic:
        return phrase.selective and not _TOTALITY.isdisjoint(asked.lower().split()[1:2])
    if _cuts_title(phrase, candidate.title, content_bag(asked), asked):
        return True
    if {stem(word) for word in phrase.words} >= title > frozenset():
        return False
    return len(phrase.words) == 1 and not _ADJECTIVE.match(phrase.words[0])


def _cuts_title(phrase: Phrase, title: str, here: frozenset[str], asked: str) -> bool:
    """`The plan` for the Marshall Plan, where the question says nothing else of the title."""
    tokens = [word.lower() for word, _ in tokens_of(title)]
    stems, part = [stem(word) for word in tokens], [stem(word) for word in phrase.words]
    starts = [at for at in range(len(stems)) if stems[at : at + len(part)] == part]
    if not any(_is_cut(tokens, at, at + len(part)) for at in starts):
        return False
    whole = content_bag(title)
    if (whole - frozenset(part)) & here:
        return False
    capitals = re.findall(r"\b[A-Z]{2,}\b", asked)
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", title)).upper()
    return not any(word in initials or word.lower() in whole for word in capitals)


def _is_cut(tokens: list[str], start: int, stop: int) -> bool:
    """Whether the title goes on before the words, `Marshall`, or behind them, `for Students`."""
    before = tokens[start - 1] if start else ""
    after = tokens[stop] if stop < len(tokens) else ""
    modified = before == "(" or (before[:1].isalnum() and before not in BREAKS)
    return modified or after in ("of", "for", "in", "on", "at", "to")


def _actor(noun: str) -> bool:
    """The manufacturer, the recipients: whoever does it, of something."""
    return len(noun) > 6 and bool(re.search(r"(?:[^aeiou]er|or|ist|[ai]ent|ant|ee)s?$", noun))


def _spoken_of(phrase: Phrase, asked: str) -> bool:
    known = stem(phrase.words[-1]) in all_stems(asked[: phrase.start])
    return known or phrase.words[0] in _UNIQUE


def _introduced(phrase: Phrase, asked: str) -> bool:
    """Something before it brings it in: an indefinite noun, or a clause."""
    before = asked[: phrase.start]
    return bool(re.search(r"\b(?:an?|one|each|every|some|\d+) [a-z]|, |: |\. ", before))


@lru_cache(maxsize=64)
def _introduced_there(noun: str, document: str) -> bool:
    """Whether the document first speaks of one without `the`, or by a name.

    A noun that has `the` from the start and within a sentence is one of its kind (the stroma) or
    a part of what is spoken of, and let pass; one that opens a sentence stands for the subject.
    """
    root = stem(noun) if noun.startswith(stem(noun)) else noun
    mentions = list(
        islice(
            re.finditer(rf"(?<![\w-]){re.escape(root)}\w{{0,3}}(?![\w-])", document, re.I),
            _MENTIONS,
        )
    )
    if not mentions:
        return noun in _PEOPLE
    for found in mentions:
        before = document[max(0, found.start() - 40) : found.start()]
        words = re.split(r"[.,;:()]", before)[-1].split()[-_MODIFIERS:]
        at = max((n for n, word in enumerate(words) if word.lower() in _ARTICLES), default=-1)
        article = words[at].lower() if at >= 0 else ""
        if article in ("a", "an", "our", "my", "your") or words[-1:] == ["one"]:
            return True
        if article and any(word[0].isupper() for word in words[at + 1 :]):
            return True
        if re.search(r"[^s]s$", found.group()) and not article:
            return True
        if article:
            following = document[found.end() + 1 : found.end() + 2]
            named = following.isupper() or following in tuple('$`"')
            chosen = not SELECTORS.isdisjoint(words[at + 1 :])
            return named or chosen or words == ["The"]
    return False
