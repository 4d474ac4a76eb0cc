"""Makes a sentence stand alone, or says that it cannot.

Rewriting is allowed only where it is exact: brackets and connectives go, a subject that clearly
is the document's topic is named. Everything else that leans on its neighbours is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from webscale_rl_dagster.writing.subjects import name_subject
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
_TAIL = re.compile(r"(?:;|, (?:which|who|whose|where|while)\b)[^_]*\Z")
_LEANING_START = re.compile(
    r"\A(?:He|She|It|They|We|You|I|His|Her|Its|Their|Our|My|Your|This|That|These|Those|Such|Here"
    r"|There|Then|Later|Afterwards?|Meanwhile|Soon|Again|Another|Other|Others|Both|Neither|Either"
    r"|One|Some|Few|Each|Two|Three|Four|All|None|Half|Part|Thereafter|Since then"
    r"|Until then|By then|Eventually|Subsequently|Initially|Originally|Second|Third|Next|Last|First"
    r"|To (?:do|use|see|make|get|find)|Unless|See|Note|For more|The (?:latter|former|other|others"
    r"|same|following|next|last|above|result|results|rest|latest|(?:term|word)(?! [\"“])|name|two"
    r"|three|four|five|six|idea|remaining|resulting|(?:first|last|second|third|most|new|old)"
    r" (?:is|was|are|were|two|three|four|few))"
    r"|(?:If|When)(?! [A-Z][a-z]| an? .{5,160}\b(?:called|known as|termed) )"
    r"|And|But|So|Or|Nor|Yet|Because|What|Why|How|Who|Where|Which|Let)\b"
)
_LEANING = re.compile(
    r"\b(?:this|these|those|such|the (?:latter|former|other|others|same|above|following|previous"
    r"|aforementioned|said|resulting)|aforementioned|respectively|above-mentioned|as follows"
    r"|we|our|us|you|your|I|my|me|here|there(?! (?:is|are|was|were))|also|another|too|instead"
    r"|the ones?|previously|mentioned|e\.g|i\.e|then|later|earlier|at the time|the time"
    r"|that (?:time|year|day|period|date|point|same)|do so|doing so|did so|one of them"
    r"|each other's|both [a-z]+s (?:are|were|have|had)"
    r"|the (?:next|last|past|preceding) (?:\w+ )?(?:century|decade|year|month|week|day)s?)\b"
    r"(?! as\b)"
)
_HARMLESS = re.compile(
    r"\b[A-Z]\w+ I\b|\balso (?:known|called|spelled|spelt|written|termed|referred)\b"
    r"|\bsuch a way that\b"
    r"|\bthose (?:(?:\w+ )?(?:that|who|which|whose)|of|in|from|with|\w+ing|\w+ed)\b"
    r"|\b(?:different|various|several|two|three|many|all) \w+ of the same\b|\bin the same way\b"
    r"|\band (?:about |around |at )?the same time\b|\btwo\b[^.]{1,200}, the other being\b"
)
"""What leans on words of its own sentence only."""
_PASSING = re.compile(
    r"\b(?:currently|nowadays|today|recent|recently|to date|so far|presently|at present|ongoing"
    r"|latest|upcoming|is expected|are expected|will be|(?:this|last) (?:year|month|week)"
    r"|as of|now|still|modern-day|present-day|perhaps|possibly|probably)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\A(?:[\w/-]+ ){0,3}[\w/-]+: ")
"""A line of a table, an interview or a glossary: "Price: 20 euros …"."""
_OPENING_IT = re.compile(
    r"\A(?:As|After|Before|At|By|During|For|From|In|On|Since|Through|Under|Until|With"
    r"|[A-Z][a-z]+(?:ed|ing)) [^,]{2,80}, (?:it|they) "
)
_OBJECT = re.compile(
    r"\b(?:made|gave|called|left|took|sold|bought|found|named|renamed|declared) it\b"
)
_PRONOUN = re.compile(r"\b(?:he|she|him|his|her|hers|it|its|they|them|their|theirs)\b")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_PROPER = re.compile(rf"(?<=[a-z,] )(?!{_MONTH})[A-Z][a-z]+")


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
        text = name_subject(text, topic, before)
    text = _shorten(text)
    if re.search(r"[()\[\]{}<>|\\^*=~`#]|https?:", text) or not _balanced(text):
        return None
    if len(text.split()) not in _WORDS or not text.endswith((".", '."', ".”")):
        return None
    if not text.startswith(BLANK) and not (text[0].isupper() or text[0].isdigit()):
        return None
    if _LABELLED.match(text):
        return None
    inside = _HARMLESS.sub("", text)
    if _LEANING_START.match(text) or _LEANING.search(inside) or _PASSING.search(text):
        return None
    return text if _pronouns_resolved(text, topic) else None


def _shorten(text: str) -> str:
    """Cuts a trailing clause without the blank: always at a semicolon, else only if too long.

    Never one that may take back what was said: "…, though this is a mistake".
    """
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
        if _OPENING_IT.match(text) or _OBJECT.search(text):
            return False
        return len(text[: pronoun.start()].split()) >= 4
    earlier = text[: pronoun.start()]
    named = _PROPER.search(earlier) or topic.mention(earlier)
    opens_with_name = re.match(r"(?!On|In|At|By|From|Until|Since|After|For)[A-Z]\w+ [A-Z]", text)
    return bool(named or opens_with_name or topic.is_person)


def _balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and text.count("“") == text.count("”")


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
