"""Makes a sentence stand alone, or says that it cannot.

Rewriting is allowed only where it is exact: brackets and connectives go, a subject that clearly
is the document's topic is named. Everything else that leans on its neighbours is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from webscale_rl_dagster.writing.topic import Topic

BLANK = "____"
_WORDS = range(7, 41)

_ASIDE = re.compile(r"\s*(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]{0,20}\])")
_CONNECTIVE = re.compile(
    r"\A(?:However|In addition|Additionally|Moreover|Furthermore|Therefore|Thus|Hence|Consequently"
    r"|As a result|Finally|Also|Nevertheless|Nonetheless|In fact|Indeed|Similarly|Likewise"
    r"|In particular|Notably|For example|For instance|Specifically|In contrast|By contrast"
    r"|On the other hand|Conversely|Accordingly|Of course|In general|Generally|Historically"
    r"|Overall|Interestingly|Importantly|Besides|Instead|Rather|Still|Yet|And|But|So|Or), ?"
)
_TAIL = re.compile(r"(?:;|, (?:which|who|whose|where|although|though|while|whereas|but)\b)[^_]*\Z")
_PRONOUN_SUBJECT = re.compile(r"\A(He|She|It|They|His|Her|Its|Their)\b(?!')")
_EXPLETIVE = re.compile(
    r"\AIt (?:\w+ )?(?:\w+ )?(?:that|to|thought|believed|estimated|said|considered|known|possible"
    r"|likely|common|common|important|not|seems|appears|follows|should|may|can|takes|does)\b"
)
_LEANING_START = re.compile(
    r"\A(?:He|She|It|They|We|You|I|His|Her|Its|Their|Our|My|Your|This|That|These|Those|Such|Here"
    r"|There|Then|Later|Afterwards?|Meanwhile|Soon|Again|Another|Other|Others|Both|Neither|Either"
    r"|One|Some|Few|Each|Two|Three|Four|All|None|Half|Part|Thereafter|Since then"
    r"|Until then|By then|Eventually|Subsequently|Initially|Originally|Second|Third|Next|Last|First"
    r"|To (?:do|use|see|make|get|find)|If|When|Unless|See|Note|For more|The (?:latter|former|other"
    r"|others|same|following|next|last|above|result|results|rest|latest|term|word|name|two|three|four"
    r"|five|six|idea|remaining|resulting|(?:first|second|third|most|new|old) (?:is|was|are|were))"
    r"|And|But|So|Or|Nor|Yet|Because|What|Why|How|Who|Where|Which|Let)\b"
)
_LEANING = re.compile(
    r"\b(?:this|these|those|such|the (?:latter|former|other|others|same|above|following|previous"
    r"|aforementioned|said|resulting)|aforementioned|respectively|above-mentioned|as follows"
    r"|we|our|us|you|your|I|my|me|here|there(?! (?:is|are|was|were))|also|another|too|instead"
    r"|the ones?|previously|mentioned|e\.g|i\.e|then|later|earlier|at the time|the time"
    r"|that (?:time|year|day|period|date|point|same)|do so|doing so|did so|one of them"
    r"|each other's)\b(?! as\b)"
)
_PASSING = re.compile(
    r"\b(?:currently|nowadays|today|recent|recently|to date|so far|presently|at present|ongoing"
    r"|latest|upcoming|is expected|are expected|will be|(?:this|last) (?:year|month|week)"
    r"|as of|now|still|modern-day|present-day|perhaps|possibly|probably)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|him|his|her|hers|it|its|they|them|their|theirs)\b")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_PROPER = re.compile(rf"(?<=[a-z,] )(?!{_MONTH})[A-Z][a-z]+")
_BODY = re.compile(r"[a-zA-Z]")


def stand_alone(
    text: str, *, topic: Topic, before: Sequence[str] = (), names_topic: bool = True
) -> str | None:
    """`text` as a sentence anyone can read on its own under the document's title, or None.

    `before` holds the sentences that come before it, for they decide what a pronoun means.
    `names_topic=False` is for a sentence whose topic is itself the blank: nothing is put in.
    """
    text = _ASIDE.sub("", " ".join(text.split()))
    text = _upper_first(_CONNECTIVE.sub("", text))
    if names_topic:
        text = _name_subject(text, topic, before)
    text = _shorten(text)
    if re.search(r"[()\[\]{}<>|\\^*=~`#]|https?:", text) or not _balanced(text):
        return None
    if len(text.split()) not in _WORDS or not text.endswith((".", '."', ".”")):
        return None
    if not text.startswith(BLANK) and not (text[0].isupper() or text[0].isdigit()):
        return None
    if _LEANING_START.match(text) or _LEANING.search(text) or _PASSING.search(text):
        return None
    return text if _pronouns_resolved(text, topic) else None


def _name_subject(text: str, topic: Topic, before: Sequence[str]) -> str:
    """Puts the topic's name for a first word that can mean nothing else."""
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


def _shorten(text: str) -> str:
    """Cuts a trailing clause without the blank: always at a semicolon, else only if too long."""
    tail = _TAIL.search(text)
    if tail and (tail[0].startswith(";") or len(text.split()) > 32):
        head = text[: tail.start()]
        return head + "." if len(head.split()) >= 10 else text
    return text


def _pronouns_resolved(text: str, topic: Topic) -> bool:
    """The first pronoun must come after a name it can stand for, in the same sentence."""
    pronoun = _PRONOUN.search(text)
    if pronoun is None:
        return True
    if pronoun[0] in ("it", "its", "they", "them", "their", "theirs"):
        return len(text[: pronoun.start()].split()) >= 4
    earlier = text[: pronoun.start()]
    named = _PROPER.search(earlier) or topic.mention(earlier)
    opens_with_name = re.match(r"(?!On|In|At|By|From|Until|Since|After|For)[A-Z]\w+ [A-Z]", text)
    return bool(named or opens_with_name or topic.is_person)


def _balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and text.count("“") == text.count("”")


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
