"""Questions that merely ask what the document is about."""

import re

from .candidate import Candidate
from .normalise import normalise
from .words import content_stems

_PARENTHESIS = re.compile(r"\([^()]{0,60}\)\s*$")
_ASKS_TITLE = re.compile(
    r"\b(?:title|topic|subject|theme|focus) (?:of|discussed|covered)\b"
    r"|\bwhat is (?:the )?(?:topic|subject|title)\b|\bis (?:being )?(?:discussed|described)\b"
    r"|\bwhat is (?:this|it) called\b",
    re.IGNORECASE,
)
_SCAFFOLD = content_stems(
    """name term word concept thing topic subject title main article city country person company
    organization place type kind give identify state something called""".split()
)
_NEARLY = 0.8


def echoes_title(candidate: Candidate) -> bool:
    """The answer is the title, and the question gives nothing to find it by.

    `Which process turns light into sugar?` is a fair question even in the article Photosynthesis.
    """
    if candidate.cloze or not _is_title(candidate.answer, candidate.title):
        return False
    if _ASKS_TITLE.search(candidate.asked):
        return True
    clues = content_stems(normalise(candidate.asked).split())
    return not clues - _SCAFFOLD - content_stems(normalise(candidate.title).split())


def _is_title(answer: str, title: str) -> bool:
    given = set(normalise(answer).split())
    titles = [set(normalise(form).split()) for form in (title, _PARENTHESIS.sub("", title))]
    return bool(given) and any(
        form and len(given & form) >= _NEARLY * len(given | form) for form in titles
    )
