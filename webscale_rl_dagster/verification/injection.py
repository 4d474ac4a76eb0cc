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
    r"<\|\w{2,20}\|?>|\[/?(?:INST|system|assistant|user)\]|<</?SYS>>|<\s*/?\s*(?:document|system"
    r"|instructions?|assistant)\s*>"
    r"|#{2,}\s*(?:instructions?|system|response|assistant|human|user)\b"
    r"|(?:^|[.!?>\n]\s*)(?:system|assistant|human|user|judge|grader|teacher mode)\s*:\s"
    r"|->\s*\{\s*\""
    r"|\b(?:checker|grader|reviewer|evaluator|verifier)s?\s*: |\bsystem override\b"
    r"|\bgrade\s?[=:]\s?(?:pass|a\b|1)|\bnew instructions?\s*:"
    r"|\b(?:do not|don't|stop|never) (?:evaluat|judg|grad|verify|check|question)\w* (?:this"
    r"|the pair)\b|\bstop following the\b|\bact as (?:an? )?(?:ai|llm|language model|chatbot|dan)\b"
    r"|\balways (?:accept|approve)\b|\brepeat (?:the|all|everything)\b[^.?!]{0,30}\babove\b"
    rf"|\b(?:answer|say|reply) \"(?=\w){_YES}\"|\b(?:say|just|simply) (?:accept|approve)\b"
    r"|\b(?:answer_correct|answer_leaked|self_contained|model_reason)\b"
    r"|\"(?:qualified|verdict|reason|accepted|approved)\"\s*:"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b[^.?!]{0,20}\b(?:previous|prior|preceding"
    r"|earlier|above|your|system)\b[^.?!]{0,20}\b(?:instructions?|prompts?|guidelines?|rules"
    r"|commands?)\b"
    r"|\b(?:ignore|disregard|forget)\b[^.?!]{0,20}\b(?:instructions|rules|guidelines"
    r"|prompt) (?:above"
    r"|before|given)\b|\bignore all (?:the |your )?(?:instructions|rules)\b"
    r"|\b(?:ignore|disregard|forget)\b[^.?!]{0,30}\byou were told\b"
    r"|\bforget everything\b|\byou are now\b|\bfrom now on,? you\b"
    r"|(?:^|[.!?]\s)pretend (?:to be|that you|you)\b"
    r"|\byou are (?:dan|an? (?:unrestricted|uncensored|jailbroken))\b|\b(?:jailbreak|dan) mode\b"
    r"|\b(?:print|reveal|show|repeat|output|leak|tell)\b[^.?!]{0,20}"
    r"\b(?:system|hidden|secret|initial) (?:prompt|instructions?|message)\b"
    rf"|\b(?:mark|rate|grade|score|label|treat|count)\b[^.?!]{{0,40}}\bas{_YES}"
    r"|\bapprove (?:this|it|everything|all\b"
    r"|(?:every|each|the) (?:answer|pair|question|response|check))"
    rf"|\b(?:output|reply|respond|answer only|say only|return only)\b(?: with| by)?{_YES}"
    rf"|\bverdict\b(?: is| must be| should be|:){_YES}|\banswer true to\b"
    rf"|\b(?:dear|attention|note to|message to|instructions? (?:to|for))(?: the| an?| all"
    rf"| any)?(?: ai| llm)? {_WHO}\b|\bas the {_WHO},? you\b|\bshould the {_WHO} (?:give|answer"
    rf"|output|say|return)\b|\bresponse of the {_WHO}\b|\bthis pair (?:is|was|has|as)\b"
    rf"|\bthis pair of question\b|\bpre-?(?:approved|validated|verified|checked)\b"
    r"|\bverdict\b[^.?!]{0,30}\b(?:is|be|:)\W{0,3}(?:accept|pass|correct|valid|approve)"
    r"|\b(?:give|rate|award|score|grade)\b[^.?!]{0,40}\b(?:full marks|top marks|10/10"
    r"|maximum score)"
    r"|\b(?:skip|bypass|omit|waive|disable) (?:the |all |any |further )?(?:validation|verification"
    r"|checks?|checking|review|evaluation|grading|filters?)\b"
    r"|\byou (?:must|should|shall|will|have to|are to) (?:\w+ )?(?:accept|approve|pass|validate)\b"
    r"|\b(?:self_contained|answer_correct|answer_leaked|score)\b[^.?!]{0,12}\b(?:to|=|of"
    r"|:)\W{0,2}(?:true"
    r"|false|10/10|100%|maximum)",
    re.IGNORECASE,
)
_LONGEST = 4000


def prompt_injection(candidate: Candidate) -> bool:
    """Orders a model about, forges its delimiters, or gives its verdict."""
    return any(_ORDERS.search(text[:_LONGEST]) for text in (candidate.question, candidate.answer))
