"""Orders to a model in a question or an answer: documents write them, and generators copy them.

Only the pair is searched. A document may order what it likes: rules do not obey, and a pair drawn
from such a document that carries none of it may be sound.
"""

import re

from .candidate import Candidate

_WHO = (
    r"(?:judges?|graders?|reviewers?|checkers?|evaluators?|verifiers?|models?|assistants?|raters?)"
)
_YES = r"\W{0,3}(?:accept(?:ed|able)?|approved?|correct|pass(?:ed)?|valid)\b"
_ORDERS = re.compile(
    r"<\|\w{2,20}\|?>|\[/?INST\]|<</?SYS>>|<\s*/?\s*(?:document|system|instructions?|assistant)\s*>"
    r"|#{2,}\s*(?:instructions?|system|response|assistant|human|user)\b"
    r"|(?:^|[.!?>\n]\s*)(?:system|assistant|human|user|judge|grader|teacher mode)\s*:\s"
    r"|\b(?:answer_correct|answer_leaked|self_contained|model_reason)\b"
    r"|\"(?:qualified|verdict|reason|accepted|approved)\"\s*:"
    r"|\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.?!]{0,30}\b(?:instructions?|rules?"
    r"|prompts?"
    r"|guidelines?|you were told|commands?)\b"
    r"|\bforget everything\b|\byou are now\b|\bfrom now on,? you\b|\bpretend (?:to be|that you"
    r"|you)\b"
    r"|\byou are (?:dan|an? (?:unrestricted|uncensored|jailbroken))\b|\b(?:jailbreak|dan) mode\b"
    r"|\b(?:print|reveal|show|repeat|output|leak|tell)\b[^.?!]{0,20}\b(?:system|hidden|secret"
    r"|initial)"
    r" (?:prompt|instructions?|message)\b"
    rf"|\b(?:mark|rate|grade|score|label|treat|count)\b[^.?!]{{0,40}}\bas{_YES}"
    r"|\bapprove (?:this|it|everything|all\b|(?:every|each|the) (?:answer|pair|question|response"
    r"|check))"
    rf"|\b(?:output|reply|respond|answer only|say only|return only)\b(?: with| by)?{_YES}"
    rf"|\bverdict\b(?: is| must be| should be|:){_YES}|\banswer true to\b"
    rf"|\b(?:dear|attention|note to|message to|instructions? (?:to|for))(?: the| an?| all"
    rf"| any)?(?: ai"
    rf"| llm)? {_WHO}\b|\bas the {_WHO},? you\b|\bshould the {_WHO} (?:give|answer|output|say"
    rf"|return)\b"
    rf"|\bresponse of the {_WHO}\b|\bthis pair (?:is|was|has|as)\b|\bthis pair of question\b",
    re.IGNORECASE,
)
_LONGEST = 4000


def prompt_injection(candidate: Candidate) -> bool:
    """Orders a model about, forges its delimiters, or gives its verdict."""
    return any(_ORDERS.search(text[:_LONGEST]) for text in (candidate.question, candidate.answer))
