"""Questions that merely ask what the document is about."""

import re

from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.words import content_stems

from .candidate import Candidate
from .namesakes import initials

_PARENTHESIS = re.compile(r"\([^()]{0,60}\)\s*$")
_LABEL = re.compile(r"^[^:]{1,40}:\s+(?=\S)")
"""`Product page: …`; what follows is the thing's own name."""
_ASKS_TITLE = re.compile(
    r"\b(?:title|topic|subject|theme|focus) (?:of|discussed|covered|here)\b"
    r"|\b(?:main|central) (?:topic|subject|theme|focus)\b|\bis the (?:subject|topic|theme)\b"
    r"|\bwhat is (?:the )?(?:topic|subject|title)\b|\bis (?:being )?(?:discussed|described)\b"
    r"|\b(?:being )?(?:discussed|described)(?: here)?\s*\?|\bis (?:this|it|the text) about\b"
    r"|\bwhat is (?:this|it) called\b",
    re.IGNORECASE,
)
_SCAFFOLD = content_stems(
    """name term word concept thing topic subject title main article city country person company
    organization organisation place type kind give identify state something called described
    theory disease organ film movie book novel song album product planet moon bridge treaty battle
    university railway process animal plant species drug device system effect event note script
    acid substance number game language law problem method technique known full official
    text passage document story talk question present portray deal treat featur introduc cover
    profil explain outlin refer mention depict show exhibit review examin explor about concern dealt
    centr center paragraph section lines story tale told tell discussion say call hand""".split()
)
"""Words for a name, for kinds of things, and for what a text does with its subject."""
_KIND = re.compile(
    r"^\W*(?:which|what) (?:([^\W\d_]+) )?([^\W\d_]+)(?:['’]s \w+)?"
    r" (?:is|are|was|were|does|do|did|has|have)\b"
    r"|\bwhat is the ([^\W\d_]+) (?:under|in|at)\b"
    r"|\bname (?:of )?(?:the|this|that) ([^\W\d_]+)\b(?! (?:of|that (?!is|are|was))\b)",
    re.IGNORECASE,
)
"""A kind alone finds nothing: `which reptile is …`."""
_NEARLY = 0.8


def echoes_title(candidate: Candidate) -> bool:
    """The answer is the title, and the question gives nothing to find it by.

    `Which process turns light into sugar?` is a fair question even in the article Photosynthesis.
    """
    if candidate.cloze or not _is_title(candidate.answer, candidate.title):
        return False
    if _ASKS_TITLE.search(candidate.asked):
        return True
    title = content_stems(normalise(candidate.title).split())
    kind = _KIND.search(candidate.asked)
    kinds = content_stems(word.lower() for word in kind.groups() if word) if kind else frozenset()
    words = (word for word in normalise(candidate.asked).split() if not word.endswith("ly"))
    clues = content_stems(words) - _SCAFFOLD - title - kinds
    acronyms = {word.lower() for word in initials(candidate.title)}
    return not any(clue.isalpha() for clue in clues - acronyms)


def _is_title(answer: str, title: str) -> bool:
    given = set(normalise(answer).split())
    forms = (title, _PARENTHESIS.sub("", title), _LABEL.sub("", title))
    titles = [set(normalise(form).split()) for form in forms]
    return bool(given) and any(
        form and len(given & form) >= _NEARLY * len(given | form) for form in titles
    )
