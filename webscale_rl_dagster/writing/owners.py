"""Whether "the genome", "the caller" says whose: by itself, by its sentence or by the topic."""

from __future__ import annotations

import re

from webscale_rl_dagster.writing.topic import Topic

_LINK = (
    r"(?:of|for|in|on|to|at|by|with|from|between|around|about|across|along|near|over|under|through"
    r"|into|within|during|against|among|behind|beside|before|after|until|like|as|per|beyond|inside"
    r"|outside|that|which|who|whose|where|and|or|when|than)\b"
)
_VERB = (
    r"(?:is|are|was|were|has|had|have|can|could|may|might|must|will|would|shall|should|did|does"
    r"|do|began|became|fell|rose|grew|took|made|gave|got|won|lost|led|left|met|came|went|saw"
    r"|\w{3,}ed(?! (?:by|in|on|at|from|for|to|with|into|under)\b)"
    r"|\w{3,}s(?! (?:of|in|for|to|at|on|by|with|from|that|which|is|are|was|were|has|had|have)\b))"
)
_DEFINITE = re.compile(
    rf"\A(?:(?:In|On|At|By|From|Since|After|Until|During|[A-Z]\w+ing)\b[^,]{{2,80}}, |_+,? )?[Tt]he"
    rf"(?P<phrase>(?: (?!{_LINK})[a-z][\w’-]*){{1,4}}?)(?=,| {_VERB}\b)"
)
_UNNAMED = re.compile(
    r"\AAn? (?:[\w-]+ ){0,3}(?:company|firm|man|woman|person|study|report|researcher|scientist"
    r"|official|spokes\w+)\b(?! (?:who|that|which|called|named|with)\b)"
)
_SAME = (
    {"town", "city", "settlement", "village", "municipality", "place"},
    {"country", "state", "nation", "republic", "kingdom"},
    {"rock", "stone", "mineral", "gem", "gemstone", "formation"},
    {"company", "firm", "corporation", "business", "organization", "organisation", "foundation"},
    {"park", "site", "garden", "gardens"},
    {"school", "university", "college", "institution", "institute"},
    {"church", "cathedral", "abbey", "monastery", "building", "castle", "palace", "house"},
    {"book", "novel", "work", "treatise", "story"},
    {"bacterium", "species", "organism", "plant", "animal", "bird", "fish", "insect", "genus"},
    {"disease", "disorder", "condition", "illness"},
    {"army", "force", "regiment"},
    {"war", "battle", "conflict"},
)
_PLACES = _SAME[0] | _SAME[1] | {"island", "park", "river", "lake", "bridge", "mountain", "sea"}


def has_owner(text: str, topic: Topic) -> bool:
    """False if the sentence is about "the …" and neither it nor the topic says the … of what.

    Nor has the doing of "a major company" an owner.
    """
    if _UNNAMED.match(text):
        return False
    definite = _DEFINITE.match(text)
    if definite is None or topic.mention(text):
        return True
    head = definite["phrase"].split()[-1]
    named = {topic.kind, *re.findall(r"\w+", topic.name.lower())}
    if head in named or any(head in same and named & same for same in _SAME):
        return True
    return not topic.kind and head in _PLACES
