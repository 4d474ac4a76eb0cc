"""Names what a sentence begins with, where that can only be the document's topic.

A pronoun counts as the topic while the run of sentences before it has the topic as its subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from webscale_rl_dagster.writing.topic import Topic

_PRONOUN_SUBJECT = re.compile(r"\A(He|She|It|They|His|Her|Its|Their)\b(?!')")
_EXPLETIVE = re.compile(
    r"\AIt (?:\w+ )?(?:\w+ )?(?:that|to|thought|believed|estimated|said|considered|known|possible"
    r"|likely|common|important|not|seems|appears|follows|should|may|can|takes|does)\b"
)
_AFTER_OPENING = re.compile(
    r"\A(?P<opening>(?:As an?|As the|With an?|[A-Z][a-z]+(?:ed|ing)) [^,]{2,80}, )"
    r"(?P<pronoun>he|she|it|they) (?!is said|is known)"
)
_ITS_NAME = re.compile(r"\AThe (?P<noun>term|word) (?=was|is|comes|came|derives|originates)\b")
_PRONOUN = re.compile(r"\b(?:he|she|him|his|her|hers|it|its|they|them|their|theirs)\b")


def name_subject(text: str, topic: Topic, before: Sequence[str]) -> str:
    """Puts the topic's name for a subject that can mean nothing else; else `text` as it is.

    `before` holds the sentences that come before it, for they decide what a pronoun means.
    """
    if not topic.name:
        return text
    pronoun = _PRONOUN_SUBJECT.match(text)
    if pronoun and not _EXPLETIVE.match(text) and _agrees(pronoun[1], topic):
        if _continues_topic(topic, before):
            owner = "'s" if pronoun[1] in ("His", "Her", "Its", "Their") else ""
            return topic.subject + owner + text[pronoun.end() :]
    if topic.kind and not topic.is_person:
        verb = r"(?='s | (?:is|was|has|had|[a-z]{3,}(?:s|ed))\b)"
        same = re.match(rf"The {re.escape(topic.kind)}{verb}", text)
        if same:
            return topic.subject + text[same.end() :]
    return _after_opening(text, topic, before)


def _after_opening(text: str, topic: Topic, before: Sequence[str]) -> str:
    """The same of "As a professor, he devised" and of "The term was coined"."""
    opened = _AFTER_OPENING.match(text)
    if opened and not _PRONOUN.search(opened["opening"]):
        if _agrees(opened["pronoun"].capitalize(), topic) and _continues_topic(topic, before):
            subject = re.sub(r"\A(?:An?|The) ", lambda article: article[0].lower(), topic.subject)
            return f"{opened['opening']}{subject} {text[opened.end() :]}"
    its_name = _ITS_NAME.match(text)
    if its_name and _continues_topic(topic, before):
        return f'The {its_name["noun"]} "{topic.name}" {text[its_name.end() :]}'
    return text


def _agrees(pronoun: str, topic: Topic) -> bool:
    if topic.is_person:
        return pronoun in ("He", "She", "His", "Her")
    return pronoun in (("They", "Their") if topic.is_plural else ("It", "Its"))


def _continues_topic(topic: Topic, before: Sequence[str]) -> bool:
    """Whether the run of sentences just before it has the topic as its subject throughout."""
    for text in reversed(before):
        mention = topic.mention(text)
        if mention and mention.start() <= len("The "):
            return True
        pronoun = _PRONOUN_SUBJECT.match(text)
        if not (pronoun and _agrees(pronoun[1], topic) and not _EXPLETIVE.match(text)):
            return False
    return False
