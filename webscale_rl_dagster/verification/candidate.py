"""The one thing that every rule judges."""

import re
from dataclasses import dataclass

_CLOZE_PREFIX = re.compile(
    r"\s*fill in the blank(?: with [^:()]{0,59}[^:()\s])?(?: \((?!topic:)[^()]{1,60}\))?"
    r"(?: \(topic: [^:]{1,150}\))?"
    r"\s*[:.]?\s*",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"\(topic: ([^:]{1,150})\)\s*:", re.IGNORECASE)
BLANK = re.compile(r"_{3,}")
"""Two underscores are Python's, not a blank."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and its answer beside the document they were drawn from."""

    question: str
    answer: str
    document: str
    title: str = ""
    aliases: tuple[str, ...] = ()
    style: str = "open"
    """`cloze`: a document sentence with a blank; anything else is read as an open question."""

    @property
    def cloze(self) -> bool:
        """Whether the question is a sentence to be completed."""
        return self.style == "cloze"

    @property
    def asked(self) -> str:
        """The question without the instruction that every cloze carries."""
        if not self.cloze:
            return self.question
        prefix = _CLOZE_PREFIX.match(self.question)
        return self.question[prefix.end() :] if prefix else self.question

    @property
    def topic(self) -> str:
        """What a cloze says beforehand that it is about; mostly nothing."""
        prefix = _CLOZE_PREFIX.match(self.question) if self.cloze else None
        found = _TOPIC.search(prefix.group()) if prefix else None
        return found[1] if found else ""
