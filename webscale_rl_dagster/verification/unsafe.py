"""Questions that ask how to do harm: weapons, killing, drugs, break-ins, and crime unseen.

Who invented dynamite, or what the antidote of a poison is, is no such question: the rule wants a
wish to do it (`how can I`, `the best way to`) beside the act.
"""

import re

from .candidate import Candidate

_SEEKS = re.compile(
    r"\b(?:instructions|recipe|steps) (?:for|on|to)\b|\b(?:give|tell|show|teach) me\b"
    r"|\bhow (?:to|(?:\w+ ){0,4}?(?:do|can|could|would|should|might) (?:i|you|we|one|someone"
    r"|somebody|anyone|people|an? \w+)\b)"
    r"|\b(?:best|easiest|quickest|simplest|cheapest|safest|fastest|surest|most \w+)(?: \w+)?"
    r" (?:ways?|methods?|means)\b"
    r"|\b(?:what|which) (?:\w+ ){1,3}?(?:can|could|should|would|do) (?:i|you|we|one)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\b(?:mak(?:e|ing)|build(?:ing)?|construct|assembl(?:e|ing)|print|create|buy|get|mix|smuggle)\b"
    r"[^?.]{0,60}\b(?:bombs?|explosives?|grenades?|molotovs?|guns?|firearms?|silencers?"
    r"|nerve agents?|bioweapons?|ricin|poison gas|weapons?|detonators?)\b"
    r"|\b(?:kill|murder|poison|strangle|hurt|stab|infect|drug|kidnap|assault|blackmail|stalk"
    r"|maim|attack|throw [^?.]{1,30} (?:at|over))\b[^?.]{0,30}\b(?:myself|yourself|oneself"
    r"|someone|somebody|anyone|a person|people|him|her|them|my|your|a neighbou?r|a whole|a crowd"
    r"|children|an? ex)\b|\bget away with (?:murder|theft|a crime|killing)\b"
    r"|\bspike [^?.]{0,20}\bdrinks?\b"
    r"|\bknock (?:someone|somebody|him|her|a \w+) out\b|\band die\b"
    r"|\bforge (?:an? |my )?(?:passport|visa|id|signature|cheque|check|prescription"
    r"|document|licen[sc]e)\b"
    r"|\b(?:end|take) (?:my|your|one's)(?: own)? life\b|\bcommit suicide\b|\bsuicide methods?\b"
    r"|\bmethods? of suicide\b|\bway to die\b|\bself-harm\b"
    r"|\b(?:hack|break|crack) into\b|\b(?:write|create|make|spread) [^?.]{0,20}\b(?:virus|malware"
    r"|ransomware|keylogger|trojan|botnet)\b|\bsteal\b[^?.]{0,40}\b(?:password|credit card"
    r"|identit|money|car|data|bank)\w*|\btrick\b[^?.]{0,50}\binto (?:giving|sending|telling"
    r"|revealing)\b|\b(?:cook|make|synthesi[sz]e|manufacture|grow)\b[^?.]{0,30}\b(?:meth"
    r"|methamphetamine|heroin|crack|lsd|mdma|fentanyl|cocaine)\b|\b(?:buy|sell|import)\b"
    r"[^?.]{0,40}\billegally\b|\bsmuggl(?:e|ing)\b|\b(?:print|make|forge)\b[^?.]{0,20}\bcounterfeit\b"
    r"|\brob\b[^?.]{0,40}\b(?:bank|shop"
    r"|museum|store|vault|house)\w*|\bwithout (?:being|getting) (?:caught|noticed|detected|seen"
    r"|traced)\b|\bwithout leaving (?:a |any )?traces?\b|\bundetected(?:ly)?\b|\buntraceabl[ey]\b",
    re.IGNORECASE,
)
_LONGEST = 2000


def unsafe(candidate: Candidate) -> bool:
    """Asks for the means to hurt oneself or others, or to commit a crime."""
    asked = candidate.asked[:_LONGEST]
    return bool(_ACTS.search(asked)) and bool(_SEEKS.search(asked))
