"""What a document is about, as far as its title and first sentence say so."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from webscale_rl_dagster.writing.sentences import split_sentences

_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_IS = re.compile(r"\b(?:is|are|was|were)\s+(?:(?:a|an|the|one of the)\s+)?")
_KIND_ENDS = re.compile(
    r"[,;.(]|\b(?:of|in|on|at|for|with|by|from|that|which|who|whose|where|used|to|and|or|located"
    r"|situated|between|built|made|based|consisting|composed|containing|found|native|bordered)\b"
)
_PERSON = re.compile(r"\b(?:born|\d{4}\s*[–-]\s*(?:[A-Z0-9]|\w+ \d)|died)\b")
_WORD = re.compile(r"[^\W_]{4,}")
_SMALL = frozenset("with from that this into over under between about history list the and".split())


@dataclass(frozen=True, slots=True)
class Topic:
    """The title without its disambiguation, and the words that stand for it in the text."""

    name: str
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
        return re.search(rf"(?<!\w)(?:{names})(?:e?s)?(?!\w)", text, re.IGNORECASE)

    def words(self) -> frozenset[str]:
        """The title's content words, lower case."""
        return frozenset(word for word in _WORD.findall(self.name.lower()) if word not in _SMALL)


@functools.lru_cache(maxsize=64)
def find_topic(text: str, title: str) -> Topic:
    """The topic of the document `text`; an empty name if it has no usable title."""
    name = _PARENTHESES.sub("", title).partition(":")[0].strip()
    if not name or len(name) > 60:
        return Topic("", (), "", "", False, False)
    first = next(iter(split_sentences(text)), None)
    lead = first.text if first else ""
    defined = _IS.search(lead)
    is_person = (
        bool(_PERSON.search(lead[: defined.start()] if defined else ""))
        and len(name.split()) >= 2
        and all(word[0].isupper() for word in name.split() if len(word) > 3)
    )
    return Topic(
        name=name,
        aliases=_aliases(name, lead, is_person),
        subject=_subject(name, lead),
        kind=_kind(lead, defined),
        is_person=is_person,
        is_plural=bool(defined and defined[0].split()[0] in ("are", "were")),
    )


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


def _kind(lead: str, defined: re.Match[str] | None) -> str:
    if defined is None:
        return ""
    phrase = _KIND_ENDS.split(_PARENTHESES.sub("", lead[defined.end() :]), maxsplit=1)[0]
    words = phrase.split()
    return words[-1].lower() if words and words[-1].isalpha() and len(words) <= 6 else ""
