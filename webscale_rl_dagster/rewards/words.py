"""Stop words and stems, shared by the rules that compare what two texts are about."""

import re
from collections.abc import Iterable
from functools import lru_cache

STOP_WORDS = frozenset(
    """a about after all also am among an and another any are as at be because been before being
    between both but by can could did do does doing during each either few for from further had
    has have having he her here hers him his how i if in into is it its itself just may me might
    more most must my no nor not of off on once one only onto or other our out over own per same
    shall she should so some such than that the their them then there these they this those
    through to too under until up upon us very was we were what when where whether which while who
    whom whose why will with within without would you your according called known used
    using""".split()
)
IRREGULAR = {
    form: verb
    for row in """begin began begun|break broke broken|bring brought|build built|buy bought
    |catch caught|choose chose chosen|come came|draw drew drawn|drive drove driven|eat ate eaten
    |fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fly flew flown
    |forget forgot forgotten|freeze froze frozen|get got gotten|give gave given|go went gone
    |grow grew grown|hold held|keep kept|know knew known|lay laid|lead led|leave left|lend lent
    |lose lost|make made|mean meant|meet met|pay paid|ride rode ridden|ring rang rung
    |rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|shoot shot
    |sing sang sung|sink sank sunk|sit sat|sleep slept|speak spoke spoken|spend spent
    |stand stood|steal stole stolen|strike struck|swim swam swum|take took taken|teach taught
    |tell told|think thought|throw threw thrown|wear wore worn|win won
    |write wrote written""".split("|")
    for verb, *forms in [row.split()]
    for form in forms
}
"""Past forms that no stem leads back from."""
_DOUBLED = re.compile(r"([bdgmnprt])\1$")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Light English stem: inflections only, so that `Roma` and `Romance` stay apart."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) >= len(suffix) + 4:
            return _DOUBLED.sub(r"\1", word[: -len(suffix)])
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def content_stems(words: Iterable[str]) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(stem(word) for word in words if word not in STOP_WORDS)
