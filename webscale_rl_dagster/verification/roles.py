"""What a question calls by its role alone: `the company`, `the latter`, `of that organ`."""

import re

from webscale_rl_dagster.rewards.normalise import tokenise
from webscale_rl_dagster.rewards.words import stem

_ROLES = re.compile(
    r"(?<=\bthe )(?:company|city|town|village|country|author|narrator|protagonist|main character"
    r"|character|speaker|film|movie|book|novel|song|album|band|team|organi[sz]ation|museum|festival"
    r"|couple|family|restaurant|hotel|artist|researchers|participants|event|building|school|store"
    r"|university|woman|man|girl|boy|scientist|experiment|firm|group|club|bridge|shop|railway"
    r"|battle|ship|village|patient|interviewee|product|dish)(?='?s?\b)"
    r"(?:'s \w+)?(?:\s*[?,.]|\s*$| (?:and|pay|buy|choose|cost|charge|spend|report|measure|weigh"
    r"|opened|is|was|were|are|has|have|had|do|does|did|first|originally"
    r"|locat\w+|found\w*|establish\w*|buil[dt]|born|situat\w+|plan|make|produce|sell|use|lose|win"
    r"|play|live|die|get|take|start|begin|open|close|name[ds]?|receive|need|want|move|release[ds]?"
    r"|publish\w*|create[ds]?|offer|employ|earn|go|come|work|meet|marry|visit|call|set|held)\b)",
    re.IGNORECASE,
)
_ROLE_ACTS = re.compile(
    r"\b(?:did|was|were|does|has|had|happen(?:s|ed) to) the (company|city|town|village|author|band"
    r"|narrator|protagonist|film|movie|book|novel|song|album|team|organi[sz]ation|museum|festival"
    r"|couple|family|hotel|restaurant|artist|researchers|participants|school|store|university|woman"
    r"|man|girl|boy|firm|club|war|dish|doctor|emperor|battle|treaty|bridge|shop|railway|ship"
    r"|product|patient|experiment|tower|castle|palace|monument|statue|stadium|airport|painting|poem"
    r"|opera)\b"
    r"(?! (?:of|that|who|whom|whose|which|where|with|in|from|called|named|known|between"
    r"|against)\b)|\b(?:is|was) the (tower|ship|castle|palace|monument|statue|stadium|airport"
    r"|painting|poem|opera)\s*\?",
    re.IGNORECASE,
)
_NOTHING_NAMED = re.compile(
    r"\bof the (?:two|three|four|five)(?:\s*[?,]| (?:is|was|are|were|did|does|has|had)\b)"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\s*\?"
    r"|^(?:what|how|why|when|where) (?:did|does|was|is) that (?:lead|cause|result|mean|happen"
    r"|change|help|affect|show|prove|make|end|start|work|come)\b",
    re.IGNORECASE,
)
_THAT_NOUN = re.compile(r"\b(?:of|in|by|at|on|from|for|with|to) that (\w+)\s*\?", re.IGNORECASE)
_LATTER = re.compile(
    r"\bthe (?:former|latter)(?: one)?(?:'s|\s*[?,.]| (?:play|is|was|do|does|did|has|had"
    r"|called)\b)",
    re.IGNORECASE,
)


def role_unresolved(text: str) -> bool:
    """Whether a role stands for something that the question does not name."""
    if _ROLES.search(text) or _NOTHING_NAMED.search(text):
        return True
    found = _ROLE_ACTS.search(text) or _THAT_NOUN.search(text)
    if not found:
        return False
    noun = (found[1] or found[found.lastindex or 0]).lower()
    return stem(noun) not in {stem(word) for word in tokenise(text[: found.start()]).words}


def latter_unresolved(text: str) -> bool:
    """`The latter` of two that no clause before it names."""
    return _LATTER.search(text) is not None and ", " not in text
