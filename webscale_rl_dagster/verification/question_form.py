"""Whether a question is one open question: asked, single, and not to be guessed.

The patterns read English; each is linear, since questions are hostile text.
"""

import re

from webscale_rl_dagster.rewards.normalise import normalise, tokenise
from webscale_rl_dagster.rewards.words import STOP_WORDS

from .answer_types import BOOLEANS
from .candidate import BLANK, Candidate

_QUESTION_WORDS = frozenset("what which who whom whose when where why how".split())
_IMPERATIVES = frozenset(
    """name identify state give list find calculate compute determine solve evaluate define simplify
    express complete write convert derive estimate provide specify choose select explain factor
    factorise differentiate integrate show prove predict translate describe consider""".split()
)
_AUXILIARIES = frozenset(
    """is are was were am do does did can could will would has have had should shall may might must
    isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt hasnt havent""".split()
)
_OPENINGS = _QUESTION_WORDS | {"in", "by", "at", "on"}
_NOT_A_PREFACE = _QUESTION_WORDS - {"when", "where"}
_SENTENCE_END = re.compile(r"[.!:?]\s+(?=[A-Z\"'(`$])")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^“”]*”|‘[^‘’]*’")
_TRUE_FALSE = re.compile(r"\b(?:true or false|yes or no|true/false|yes/no)\b", re.IGNORECASE)
_LISTED = re.compile(
    r"\bwhich (?:one )?of (?:the following|these|those)\b|\b(?:the )?following options\b"
    r"|\bchoose (?:between|from|one of)\b|(?:^|\s)\(?[aA][).]\s.{1,200}\s\(?[bB][).]\s",
    re.IGNORECASE | re.DOTALL,
)
_COMPARES = re.compile(
    r"^(?:which|who|what|between|in|of)\b[^?]*\b(?:more|less|fewer|first|better|worse|\w{2,20}er)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\band(?: also)?(?: (?:in|by|for|to|at|from|on|with|until|since|of|under|after|before))? "
    r"(?:(?:what|which|who|whom|where|when|why|how|in)(?:\s*[?.]|\s*$"
    r"|(?: \w+){0,2} (?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should)\b)"
    r"|(?:who|what) \w|how (?:many|much|long|far|often|old|tall|large)\b)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(r"\b(?:how|why|what|who|whom|when|where|whether|which)\b", re.IGNORECASE)
_AND_COMMAND = re.compile(
    r",\s*and (?:explain|describe|identify|state|give|calculate|name|list|discuss|justify)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\bwhat(?:'s| is| are| was| were| makes?)\b[^?]{0,60}\b(?:notable|interesting|special|unique"
    r"|remarkable|noteworthy|striking|important|unusual|significant)\b(?: about\b|\s*\?)"
    r"|\btell (?:me|us)(?: more)? about\b|\bwhat (?:can|could) (?:you|we|be) (?:say|said|tell)\b"
    r"|\bwhat do you (?:think|know|understand)\b|^\s*what about\b|\bwhat else\b|^\s*discuss\b"
    r"|^\s*what happened\s*\?|\bin your own words\b|\bwhat are your (?:thoughts|views)\b"
    r"|\bwhat (?:is|are) (?:some|the main points?|the key takeaways?)\b|^\s*what is it about\b"
    r"|\bwhat (?:should|must) (?:one|we|you) know\b|\bwhat is there to know\b|^\s*describe\b"
    r"|\bwhat (?:is|was) the (?:significance|importance|impact|influence|legacy) of\b"
    r"|\bwhat (?:can|could) (?:one|we|you) learn\b|\bhow do (?:people|you|others) feel\b"
    r"|\bwhat are the (?:main |key |major )?(?:benefits|advantages|disadvantages|drawbacks|features"
    r"|characteristics|implications|challenges|pros and cons)\b",
    re.IGNORECASE,
)
_TRAILING = " \t\n\"'”’)]*_`$"


def _last_sentence(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[ends[-1] :] if ends else text


def not_a_question(candidate: Candidate) -> bool:
    """Neither an open question of 5 to 60 words nor a sentence of 6 with one blank."""
    asked = candidate.asked
    if candidate.cloze:
        context = [word for word in BLANK.sub(" ", asked).split() if any(map(str.isalnum, word))]
        return len(BLANK.findall(asked)) != 1 or not 6 <= len(context) <= 100
    words = tokenise(asked).words
    if len(words) < 5 or len(asked.split()) > 60:
        return True
    openings = {tokenise(_last_sentence(asked)).words[:1], words[:1]}
    if any(opening and opening[0] in _IMPERATIVES for opening in openings):
        return False
    if not asked.rstrip(_TRAILING).endswith(("?", "？")):
        return True
    return not _QUESTION_WORDS.intersection(words) and not _asks_yes_no(asked)


def yes_no(candidate: Candidate) -> bool:
    """Half of all guesses are right."""
    if normalise(candidate.answer) in BOOLEANS or _TRUE_FALSE.search(candidate.asked):
        return True
    return not candidate.cloze and _asks_yes_no(candidate.asked)


def _asks_yes_no(asked: str) -> bool:
    last = _last_sentence(asked)
    words = tokenise(last).words
    if len(words) > 1 and words[0] in _AUXILIARIES:
        polite = words[1] == "you" and words[0] in ("can", "could", "will", "would")
        named = words[0] in ("will", "may") and bool(_QUESTION_WORDS.intersection(words))
        return not polite and not named
    preface, comma, rest = last.rpartition(", ")
    if preface.lower().startswith(("when,", "where,")):
        return False
    rest_words = tokenise(rest).words[:1]
    if not comma or not rest_words or rest_words[0] not in _AUXILIARIES:
        return False
    return not _NOT_A_PREFACE.intersection(tokenise(preface).words)


def either_or(candidate: Candidate) -> bool:
    """The options stand in the question: `A or B?`, `which of the following`."""
    asked = candidate.asked
    if _LISTED.search(asked):
        return True
    words = tokenise(asked).words
    if candidate.cloze or "or" not in words:
        return False
    if _asks_yes_no(asked):
        return True
    answer = set(normalise(candidate.answer).split()) - STOP_WORDS
    options = _last_clause(asked)
    if not options:
        return False
    return (answer and answer <= set(options)) or bool(_COMPARES.search(asked))


def _last_clause(asked: str) -> tuple[str, ...]:
    """The words after the comma or colon that opens `…, a whale or an elephant?`."""
    before, either, after = asked.rpartition(" or ")
    opening = max(before.rfind(mark) for mark in (", ", ": ", "; ", "- ", "– ", "— "))
    if not either or opening < 0 or len(asked) - opening > 120 or "," in after.rstrip(" ?"):
        return ()
    while (earlier := before.rfind(", ", 0, opening)) > 0 and opening - earlier < 40:
        opening = earlier
    return tuple(normalise(asked[opening:]).split())


def several_questions(candidate: Candidate) -> bool:
    """More than one thing is asked, so that no single answer is the answer."""
    asked = _QUOTED.sub(" ", candidate.asked)
    if asked.count("?") > 1:
        return True
    if candidate.cloze:
        return False
    if _AND_COMMAND.search(asked):
        return True
    joined = _JOINED.search(asked)
    if not joined or asked.split()[0].lower() not in _OPENINGS:
        return False
    inverted = asked[: joined.start()].rstrip().endswith(",")
    return inverted or len(_EMBEDDED.findall(asked[: joined.start()])) <= 1


def vague(candidate: Candidate) -> bool:
    """Asks for nothing in particular; many different answers would do."""
    return not candidate.cloze and bool(_VAGUE.search(candidate.asked))
