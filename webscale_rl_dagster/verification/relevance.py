"""Whether a question asks of what its document is about."""

import re

from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.number_words import NUMBER_WORDS
from webscale_rl_dagster.rewards.words import content_stems

from .candidate import Candidate
from .sentences import all_stems, document_stems

_HARDLY = 1 / 3
_FEWEST_CLUES = 4
_NAME = re.compile(r"(?<=[\w,;\"'“(]\s)[\"'“(]?([A-Z][\w'’-]+)")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,64}|\bhttps?://\S+")


def question_not_grounded(candidate: Candidate) -> bool:
    """Fewer than a third of an open question's content words occur: it asks of something else.

    Numbers and addresses are no words, and a name that the document or its title has too is enough.
    """
    if candidate.cloze:
        return False
    asked = _ADDRESS.sub(" ", candidate.asked)
    content = content_stems(w for w in normalise(asked).split() if w not in NUMBER_WORDS)
    words = {word for word in content if len(word) > 1 and not any(map(str.isdecimal, word))}
    known = document_stems(candidate.document) | all_stems(candidate.title)
    names = content_stems(normalise(" ".join(_NAME.findall(asked))).split())
    held = len(words & known)
    if held == 0 and len(names) > 1 and len(words) == _FEWEST_CLUES - 1:
        return True
    if len(words) < _FEWEST_CLUES or names & known:
        return False
    return held == 0 or (len(words) > _FEWEST_CLUES and held < _HARDLY * len(words))
