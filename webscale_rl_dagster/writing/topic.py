"""What a document is about, as far as its title and first sentence say so."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from webscale_rl_dagster.writing.sentences import split_sentences

_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_IS = re.compile(r"\b(?:is|are|was|were)\s+(?:(?:a|an|the|one of the)\s+)?")
_KIND_ENDS = re.compile(
    r"[,;.(]|\b(?:of|in|on|at|within|off|near|among|for|with|by|from|that|which|who|whose|where|used|to|and|or|located"
    r"|situated|between|built|made|based|consisting|composed|containing|found|native|bordered)\b"
)
_TWO_ADJECTIVES = re.compile(r"\A\w+ and (?=\w+ (?!in\b|of\b|on\b|at\b)\w)")
"""Of "an ancient and medieval town"."""
_PERSON = re.compile(r"\b(?:born|\d{4}\s*[–-]\s*(?:[A-Z0-9]|\w+ \d)|died)\b")
_WORK = re.compile(
    r"[a-z]+(?:ist|ian|er|or|ect|logue|man|woman|ess)|poet|king|queen|monk|chef|saint|pope|athlete"
)
_GENRE = re.compile(
    r"\A(?:About |(?:An? )?(?:(?:brief|short|quick|gentle) )?(?:introduction to|overview of"
    r"|guide to|primer on) (?:the )?|an? (?:brief|short) history of (?:the )?)"
    r"|\A(?:General )?(?=.+ FAQ\Z)| (?:FAQ|HOWTO|Tutorial|Handbook|Manual|Primer)\Z",
    re.IGNORECASE,
)
"""What a title says of the document and not of its topic."""
_FORM = re.compile(
    r"\b(?:report|page|plan|interview|review|release|minutes|profile|concepts|basics|overview"
    r"|introduction|guide|recipe|summary|notes|article|sections?)(?: [\d ,and-]+)?\Z",
    re.IGNORECASE,
)
"""A kind of document or of chapter."""
_WORD = re.compile(r"[^\W_]{4,}")
_SMALL = frozenset("with from that this into over under between about history list the and".split())


@dataclass(frozen=True, slots=True)
class Topic:
    """The title without its disambiguation, and the words that stand for it in the text."""

    name: str
    label: str
    """What a question says it is about: the name, and the rest of a title that tells more."""
    aliases: tuple[str, ...]
    """Other ways the text names it: a surname, an acronym given with the first mention."""
    subject: str
    """The name with the article of its first mention, "A spirit level": what "It" stands for."""
    kind: str
    """The noun of the definition, "island" of "X is a large island in …"; empty if unclear."""
    is_person: bool
    is_plural: bool

    def mention(self, text: str) -> re.Match[str] | None:
        """The first place where `text` names the topic."""
        if not self.name:
            return None
        names = "|".join(re.escape(name) for name in (self.name, *self.aliases))
        flags = 0 if self.name.isupper() else re.IGNORECASE
        return re.search(rf"(?<!\w)(?:{names})(?:e?s)?(?!\w)", text, flags)

    def words(self) -> frozenset[str]:
        """The title's content words, lower case."""
        return frozenset(word for word in _WORD.findall(self.name.lower()) if word not in _SMALL)


@functools.lru_cache(maxsize=64)
def find_topic(text: str, title: str) -> Topic:
    """The topic of the document `text`; an empty name if it has no usable title."""
    name, more = _named(title)
    if not name or len(name) > 60:
        return Topic("", "", (), "", "", False, False)
    opening = [sentence.text for sentence in split_sentences(text)[:4]]
    lead = opening[0] if opening else ""
    defined = _IS.search(lead)
    is_person = (
        len(name.split()) >= 2
        and all(word[0].isupper() for word in name.split() if len(word) > 3)
        and (
            bool(_PERSON.search(lead[: defined.start()] if defined else ""))
            or _is_called_he(opening, defined)
        )
    )
    return Topic(
        name=name,
        label=f"{name}, {more}" if more and len(name) + len(more) < 60 else name,
        aliases=_aliases(name, lead, is_person),
        subject=_subject(name, lead),
        kind=_kind(name, lead, defined),
        is_person=is_person,
        is_plural=bool(defined and defined[0].split()[0] in ("are", "were")),
    )


def _named(title: str) -> tuple[str, str]:
    """The name a title gives, and what stands after its colon if that is no mere form."""
    name, _, more = _PARENTHESES.sub("", title).partition(":")
    name, more = _GENRE.sub("", name.strip()), more.strip()
    if _FORM.search(name) and more:
        return more, ""
    return name, "" if _FORM.search(more) or ":" in more else more


def _aliases(name: str, lead: str, is_person: bool) -> tuple[str, ...]:
    given = re.escape(name) + r"s?\s*\(([A-Z][A-Za-z]{1,6})s?[),;]"
    acronym = re.search(given, lead, re.IGNORECASE)
    found = [acronym[1]] if acronym else []
    if is_person:
        full = re.match(r"[^,(]{5,60}?(?= \(| was\b| is\b|,)", lead)
        found.extend([full[0]] if full and full[0].endswith(name.split()[-1]) else [])
        found.append(name.split()[-1])
    inner = re.search(r" (?:of|in|for) (?:the )?([A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)\Z", name)
    found.extend([inner[1]] if inner else [])
    return tuple(found)


def _subject(name: str, lead: str) -> str:
    opening = re.match(rf"(?:An?|The) {re.escape(name)}\b", lead, re.IGNORECASE)
    return opening[0] if opening else name[:1].upper() + name[1:]


def _kind(name: str, lead: str, defined: re.Match[str] | None) -> str:
    """Only of a sentence about the topic: "orthopoly is a package" does not define a polynomial."""
    if defined is None or name.lower() not in lead[: defined.start()].lower():
        return ""
    said = _TWO_ADJECTIVES.sub("", _PARENTHESES.sub("", lead[defined.end() :]))
    words = _KIND_ENDS.split(said, maxsplit=1)[0].split()
    is_noun = bool(words) and words[-1].isalpha() and not words[-1].endswith("ed")
    return words[-1].lower() if is_noun and len(words) <= 6 else ""


def _is_called_he(opening: list[str], defined: re.Match[str] | None) -> bool:
    """Without dates of life a person is told by the work named and the pronoun that follows."""
    if defined is None:
        return False
    phrase = _KIND_ENDS.split(opening[0][defined.end() :], maxsplit=1)[0]
    rest = opening[0][defined.end() :] + " " + " ".join(opening[1:])
    return bool(_WORK.fullmatch(phrase.split()[-1].lower() if phrase.split() else "")) and bool(
        re.search(r"\b(?:he|she)\b", rest, re.IGNORECASE)
    )
